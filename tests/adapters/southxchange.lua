-- SouthXchange: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BHD/BTC", symbol = "Bithold/BTC", base = "Bithold", quote = "BTC", baseId = "BHD", quoteId = "BTC", type = "spot", spot = true },
  },

  { "a renamed coin travels under its own name", call = { "create_order", "Bithold/BTC", "limit", "buy", "1.5", "0.05" },
    sends = 'POST https://www.southxchange.com/api/placeOrder\n{"key":"testApiKey0123456789","nonce":1718454896,"listingCurrency":"BHD",'
      .. '"referenceCurrency":"BTC","type":"buy","amount":1.5,"limitPrice":0.05}',
    reply = '"\\"1234\\""', gives = { id = "1234" } },
  { "coins on their way in count, but are not free", call = { "fetch_balance" },
    sends = 'POST https://www.southxchange.com/api/listBalances\n{"key":"testApiKey0123456789","nonce":1718454896}',
    reply = '[{"Currency":"BHD","Deposited":1.5,"Available":1.25,"Unconfirmed":0.5}]', gives = { Bithold = { free = 1.25, used = 0.75, total = 2 } } },
  { "an own order names both currencies", call = { "fetch_open_orders" },
    sends = 'POST https://www.southxchange.com/api/listOrders\n{"key":"testApiKey0123456789","nonce":1718454896}',
    reply = '[{"Code":"7","Type":"sell","Amount":0.5,"OriginalAmount":2,"LimitPrice":0.01,"ListingCurrency":"BHD","ReferenceCurrency":"BTC"}]',
    gives = { { id = "7", symbol = "Bithold/BTC", type = "limit", side = "sell", price = 0.01, amount = 2, filled = 1.5, remaining = 0.5, status = "open" } } },
  { "a withdrawal that says nothing is none the less done", call = { "withdraw", "BTC", "0.1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" },
    sends = 'POST https://www.southxchange.com/api/withdraw\n{"key":"testApiKey0123456789","nonce":1718454896,"currency":"BTC",'
      .. '"address":"1BoatSLRHtKNngkdXEeobR76b53LETtpyT","amount":0.1}',
    reply = "", gives = {} },
}

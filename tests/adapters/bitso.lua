-- Bitso: what its recorded vectors do not hold.
return {
  markets = {
    { id = "btc_usd", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "btc", quoteId = "usd", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 1 } },
  },
  currencies = { BTC = { id = "btc", code = "BTC" }, USD = { id = "usd", code = "USD" }, XRP = { id = "xrp", code = "XRP" } },

  { "an own trade on the maker's side, its amounts without their signs", call = { "fetch_my_trades", "BTC/USD" },
    sends = "GET https://bitso.com/api/v3/user_trades?book=btc_usd&limit=25",
    reply = '{"success":true,"payload":[{"book":"btc_usd","major":"-0.25","minor":"1013.5","price":"4054","tid":51756,"oid":"19va","side":"sell",'
      .. '"maker_side":"sell","fees_amount":"1.2","fees_currency":"usd","created_at":"2016-04-08T17:52:31+0000"}]}',
    gives = { { id = "51756", order = "19va", side = "sell", takerOrMaker = "maker", amount = 0.25, cost = 1013.5, fee = { cost = 1.2, currency = "USD" } } } },
  { "trades are paged by id, not by time", call = { "fetch_my_trades", "BTC/USD", 1718454896789 }, fails = "ExchangeError" },
  { "an order that is done is not told", call = { "fetch_order", "19va" }, sends = "GET https://bitso.com/api/v3/orders/19va",
    reply = '{"success":true,"payload":[]}', fails = "OrderNotFound" },
  { "a tag stands behind the address", call = { "fetch_deposit_address", "XRP" }, sends = "GET https://bitso.com/api/v3/funding_destination?fund_currency=xrp",
    reply = '{"success":true,"payload":{"account_identifier":"rABC?dt=123"}}', gives = { address = "rABC", tag = "123", currency = "XRP" } },
  { "several orders are canceled by one call", call = { "cancel_orders", { "a", "b" } }, sends = "DELETE https://bitso.com/api/v3/orders?oids=a%2Cb",
    reply = '{"success":true,"payload":["a","b"]}', gives = { { id = "a" }, { id = "b" } } },
  { "what leaves the account has no sign", call = { "fetch_ledger" }, sends = "GET https://bitso.com/api/v3/ledger",
    reply = '{"success":true,"payload":[{"eid":"1","operation":"withdrawal","balance_updates":[{"amount":"-0.1","currency":"btc"}],"details":{"wid":"7"}}]}',
    gives = { { id = "1", direction = "out", amount = 0.1, currency = "BTC", referenceId = "7", type = "transaction" } } },
  { "a failure inside a 200", call = { "fetch_balance" }, sends = "GET https://bitso.com/api/v3/balance",
    reply = '{"success":false,"error":{"code":"0379","message":"Insufficient balance"}}', fails = "InsufficientFunds" },
}

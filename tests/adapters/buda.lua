-- Buda: what its recorded vectors do not hold.
return {
  markets = {
    { id = "ETH-CLP", symbol = "ETH/CLP", base = "ETH", quote = "CLP", baseId = "ETH", quoteId = "CLP", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 0.01 }, limits = { amount = { min = 0.001 } } },
  },
  currencies = { BTC = { id = "BTC", code = "BTC" }, CLP = { id = "CLP", code = "CLP" } },

  { "a trade is time, amount, price", call = { "fetch_trades", "ETH/CLP" }, sends = "GET https://www.buda.com/api/v2/markets/ETH-CLP/trades",
    reply = '{"trades":{"market_id":"ETH-CLP","last_timestamp":"1718450000123","entries":[["1718451296789","0.5","3000000.5","Buy",390001]]}}',
    gives = { { id = "390001", timestamp = 1718451296789, side = "buy", price = 3000000.5, amount = 0.5, cost = 1500000.25 } } },
  { "an order to sell", call = { "fetch_order", "63679183" }, sends = "GET https://www.buda.com/api/v2/orders/63679183",
    reply = '{"order":{"id":63679183,"market_id":"ETH-CLP","type":"Ask","state":"pending","created_at":"2021-01-04T08:29:52.730Z","price_type":"limit",'
      .. '"limit":["741000.0","CLP"],"amount":["0.001","ETH"],"original_amount":["0.003","ETH"],"traded_amount":["0.002","ETH"],'
      .. '"total_exchanged":["1482.0","CLP"],"paid_fee":["5.9","CLP"]}}',
    gives = {
      id = "63679183", symbol = "ETH/CLP", side = "sell", type = "limit", status = "open", price = 741000, amount = 0.003, filled = 0.002, remaining = 0.001,
      cost = 1482, fee = { cost = 5.9, currency = "CLP" },
    } },
  { "the first address that is ready", call = { "fetch_deposit_address", "BTC" },
    sends = "GET https://www.buda.com/api/v2/currencies/BTC/receive_addresses",
    reply = '{"receive_addresses":[{"id":1,"address":null,"ready":false},{"id":2,"address":"1BoatSLRHtKNngkdXEeobR76b53LETtpyT","ready":true}]}',
    gives = { currency = "BTC", address = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" } },
  { "no address yet", call = { "fetch_deposit_address", "BTC" }, sends = "GET https://www.buda.com/api/v2/currencies/BTC/receive_addresses",
    reply = '{"receive_addresses":[{"id":1,"address":null,"ready":false}]}', fails = "AddressPending" },
  { "money has no address", call = { "create_deposit_address", "CLP" }, fails = "NotSupported" },
  { "a deposit", call = { "fetch_deposits", "BTC", json.null, 5 }, sends = "GET https://www.buda.com/api/v2/currencies/BTC/deposits?per=5",
    reply = '{"deposits":[{"id":7,"created_at":"2024-06-15T11:34:56.789Z","amount":["0.1","BTC"],"fee":["0.0","BTC"],"currency":"BTC","state":"confirmed",'
      .. '"deposit_data":{"address":"1BoatSLRHtKNngkdXEeobR76b53LETtpyT","tx_hash":"abc"}}]}',
    gives = {
      { id = "7", txid = "abc", type = "deposit", currency = "BTC", amount = 0.1, status = "ok", address = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        fee = { cost = 0, currency = "BTC" } },
    } },
}

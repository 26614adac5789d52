-- BigONE: what its recorded vectors do not hold.
local private = "https://big.one/api/v3/viewer"
return {
  markets = {
    { id = "BTC-USDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.000001, price = 0.01 } },
    { id = "BTCUSD", symbol = "BTC/USD:BTC", base = "BTC", quote = "USD", settle = "BTC", baseId = "BTC", quoteId = "USD", settleId = "BTC", type = "swap",
      swap = true, contract = true, inverse = true, contractSize = 1, precision = { amount = 0.0001, price = 0.1 } },
  },
  currencies = { BTC = { id = "BTC", code = "BTC" }, USDT = { id = "USDT", code = "USDT" } },

  { "a market buy spends money", call = { "create_order", "BTC/USDT", "market", "buy", "1.5" }, params = { cost = "100.129" },
    sends = "POST " .. private .. '/orders\n{"asset_pair_name":"BTC-USDT","side":"BID","amount":"100.12","type":"MARKET"}',
    reply = '{"code":0,"data":{"id":1,"asset_pair_name":"BTC-USDT","type":"MARKET","side":"BID","amount":"100","filled_amount":"50","avg_deal_price":"25000",'
      .. '"state":"FILLED"}}', gives = { id = "1", side = "buy", cost = 50, average = 25000 } },
  { "a trigger makes a stop, below the price for a sale", call = { "create_order", "BTC/USDT", "limit", "sell", "1.5", "25000.5" },
    params = { triggerPrice = "25001" },
    sends = "POST " .. private .. '/orders\n{"asset_pair_name":"BTC-USDT","side":"ASK","amount":"1.5","price":"25000.5","stop_price":"25001",'
      .. '"operator":"LTE","type":"STOP_LIMIT"}', reply = '{"code":0,"data":{"id":1,"type":"STOP_LIMIT","stop_price":"25001","side":"ASK"}}',
    gives = { id = "1", type = "limit", triggerPrice = 25001 } },
  { "of a trade with oneself both fees are told", call = { "fetch_my_trades", "BTC/USDT" }, sends = "GET " .. private .. "/trades?asset_pair_name=BTC-USDT",
    reply = '{"code":0,"data":[{"id":5,"asset_pair_name":"BTC-USDT","price":"70","amount":"1","taker_side":"ASK","maker_fee":"0.0008","taker_fee":"0.07",'
      .. '"side":"SELF_TRADING","inserted_at":"2019-04-16T12:00:01Z"}]}',
    gives = { { id = "5", fees = { { cost = 0.0008, currency = "BTC" }, { cost = 0.07, currency = "USDT" } } } } },
  { "a contract's book has its levels by price", call = { "fetch_order_book", "BTC/USD:BTC" },
    sends = "GET https://big.one/api/contract/v2/depth@BTCUSD/snapshot", reply = '{"bids":{"63800":7,"63901.5":2},"asks":{"63910":5,"63902":2}}',
    gives = { bids = { { 63901.5, 2 }, { 63800, 7 } }, asks = { { 63902, 2 }, { 63910, 5 } } } },
  { "contracts are not traded here", call = { "create_order", "BTC/USD:BTC", "limit", "buy", "1", "60000" }, fails = "NotSupported" },
  { "the address on the network asked for", call = { "fetch_deposit_address", "USDT" }, params = { network = "ETH" },
    sends = "GET " .. private .. "/assets/USDT/address",
    reply = '{"code":"0","data":[{"chain":"Tron","value":"TA","memo":""},{"chain":"Ethereum","value":"0xA","memo":""}]}',
    gives = { address = "0xA", network = "ERC20" } },
  { "the message tells more than the code", call = { "fetch_balance" }, sends = "GET " .. private .. "/accounts",
    reply = '{"code":10007,"message":"Amount\'s scale must greater than AssetPair\'s base scale"}', fails = "InvalidOrder" },
}

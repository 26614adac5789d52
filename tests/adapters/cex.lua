-- CEX.IO: what its recorded vectors do not hold.
local private = "POST https://trade.cex.io/api/spot/rest/"
return {
  options = { createOrder = { accountId = "sub1" } },
  markets = {
    { id = "BTC-USD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "BTC", quoteId = "USD", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 0.1 } },
  },
  currencies = { BTC = { id = "BTC", code = "BTC" }, USD = { id = "USD", code = "USD" }, USDT = { id = "USDT", code = "USDT" } },

  { "fees are in percent, by pair", call = { "fetch_trading_fees" }, sends = private .. "get_my_current_fee\n{}",
    reply = '{"ok":"ok","data":{"tradingFee":{"BTC-USD":{"percent":"0.25"}}}}', gives = { ["BTC/USD"] = { maker = 0.0025, taker = 0.0025 } } },
  { "an order may be refused in a good reply", call = { "create_order", "BTC/USD", "limit", "buy", "1.5", "25000.5" }, params = { clientOrderId = "mine" },
    sends = private .. 'do_my_new_order\n{"clientOrderId":"mine","currency1":"BTC","currency2":"USD","accountId":"sub1","orderType":"Limit","side":"BUY",'
      .. '"timestamp":1718454896789,"amountCcy1":"1.5","price":"25000.5","timeInForce":"GTC"}',
    reply = '{"ok":"ok","data":{"orderId":"1","status":"REJECTED","rejectReason":"Insufficient funds"}}', fails = "InsufficientFunds" },
  { "the balance of a sub-account", call = { "fetch_balance" }, params = { account = "sub1" }, sends = private .. "get_my_account_status_v3\n{}",
    reply = '{"ok":"ok","data":{"balancesPerAccounts":{"":{"USDT":{"balance":"9"}},"sub1":{"USDT":{"balance":"0.5","balanceOnHold":"0.1"}}}}}',
    gives = { USDT = { free = 0.4, used = 0.1, total = 0.5 } } },
  { "from the wallet to a sub-account", call = { "transfer", "BTC", "0.1", "", "sub1" }, params = { guid = "g" },
    sends = private .. 'do_deposit_funds_from_wallet\n{"currency":"BTC","amount":"0.1","accountId":"sub1","clientTxId":"g"}',
    reply = '{"ok":"ok","data":{"accountId":"sub1","clientTxId":"g","currency":"BTC","status":"rejected"}}',
    gives = { id = "g", currency = "BTC", status = "failed" } },
  { "the address of a network, by its code", call = { "fetch_deposit_address", "USDT" }, params = { network = "ERC20" },
    sends = private .. 'get_deposit_address\n{"accountId":"sub1","currency":"USDT","blockchain":"ethereum"}',
    reply = '{"ok":"ok","data":{"address":"0xA","accountId":"sub1","currency":"USDT","blockchain":"ethereum"}}', gives = { address = "0xA" } },
  { "no order of that number", call = { "fetch_open_order", "7" }, sends = private .. 'get_my_orders\n{"orderId":7}', reply = '{"ok":"ok","data":[]}',
    fails = "OrderNotFound" },
  { "ids of orders are numbers", call = { "cancel_order", "abc" }, fails = "BadRequest" },
}

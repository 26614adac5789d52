-- FTX: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTC/USD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "BTC", quoteId = "USD", type = "spot", spot = true,
      precision = { amount = 0.0001, price = 1 } },
    { id = "BTC-PERP", symbol = "BTC/USD:USD", base = "BTC", quote = "USD", settle = "USD", baseId = "BTC", quoteId = "USD", settleId = "USD",
      type = "swap", swap = true, contract = true, linear = true, contractSize = 1, precision = { amount = 0.0001, price = 1 } },
  },

  { "the list of futures tells perpetual ones and when others expire", call = { "fetch_markets" },
    sends = { "GET https://ftx.com/api/markets", "GET https://ftx.com/api/futures" },
    reply = {
      '{"success":true,"result":[{"name":"BTC-PERP","type":"future","underlying":"BTC","enabled":true,"priceIncrement":1,"sizeIncrement":0.0001},'
        .. '{"name":"BTC-1230","type":"future","underlying":"BTC","enabled":true,"priceIncrement":1,"sizeIncrement":0.0001},'
        .. '{"name":"BTC-MOVE-1230","type":"future","underlying":"BTC","enabled":true,"priceIncrement":1,"sizeIncrement":0.0001},'
        .. '{"name":"OLD-1231","type":"future","underlying":"OLD","enabled":true,"priceIncrement":1,"sizeIncrement":1}]}',
      '{"success":true,"result":[{"name":"BTC-PERP","perpetual":true,"expiry":null},'
        .. '{"name":"BTC-1230","perpetual":false,"expiry":"2022-12-30T03:00:00+00:00"},'
        .. '{"name":"BTC-MOVE-1230","perpetual":false,"expiry":"2022-12-30T03:00:00+00:00"}]}',
    },
    gives = {
      { id = "BTC-PERP", symbol = "BTC/USD:USD", type = "swap", linear = true },
      { id = "BTC-1230", symbol = "BTC/USD:USD-221230", type = "future", expiry = 1672369200000 },
      { id = "BTC-MOVE-1230", symbol = "BTC-MOVE/USD:USD-221230", type = "future" },
    } },
  { "an order that waits for a price", call = { "create_order", "BTC/USD:USD", "limit", "sell", "0.5", "20000" }, params = { stopLossPrice = 20100 },
    sends = "POST https://ftx.com/api/conditional_orders\n"
      .. '{"market":"BTC-PERP","side":"sell","size":0.5,"type":"stop","triggerPrice":20100,"orderPrice":20000}' },
  { "a stop that trails by its price", call = { "create_order", "BTC/USD:USD", "trailingStop", "sell", "0.5" }, params = { trailValue = -50 },
    sends = "POST https://ftx.com/api/conditional_orders\n" .. '{"market":"BTC-PERP","side":"sell","size":0.5,"type":"trailingStop","trailValue":-50}' },
  { "those are listed and canceled apart", call = { "cancel_order", "7" }, params = { stop = true },
    sends = "DELETE https://ftx.com/api/conditional_orders/7\n{}", reply = '{"success":true,"result":"Order cancelled"}', gives = { id = "7" } },
  { "a closed order with something left was canceled", call = { "fetch_order", "7" }, sends = "GET https://ftx.com/api/orders/7",
    reply = '{"success":true,"result":{"id":7,"market":"BTC/USD","type":"limit","side":"buy","size":2,"filledSize":0.5,"remainingSize":0,'
      .. '"price":100,"status":"closed","ioc":false,"postOnly":true}}',
    gives = { symbol = "BTC/USD", status = "canceled", filled = 0.5, remaining = 1.5, timeInForce = "PO" } },
  { "the account of a call stands in a header", call = { "fetch_balance" }, params = { subaccount = "grid" },
    headers = { ["FTX-SUBACCOUNT"] = "grid" }, sends = "GET https://ftx.com/api/wallet/balances",
    reply = '{"success":true,"result":[{"coin":"BTC","free":1,"total":2,"availableWithoutBorrow":0.5}]}',
    gives = { BTC = { free = 0.5, used = 1.5, total = 2 } } },
  { "candles of three days are counted in days", call = { "fetch_ohlcv", "BTC/USD:USD", "3d", 1600000000000, 10 }, params = { price = "index" },
    sends = "GET https://ftx.com/api/indexes/BTC/candles?resolution=259200&limit=30&start_time=1600000000&end_time=1602592000",
    reply = '{"success":true,"result":[{"time":1600041600000.0,"open":1,"high":4,"low":1,"close":3,"volume":0}]}',
    gives = { { 1600041600000, 1, 4, 1, 3, 0 } } },
  { "a position's margin is what is lost down to its liquidation, and what is left", call = { "fetch_positions" },
    sends = "GET https://ftx.com/api/positions?showAvgPrice=true",
    reply = '{"success":true,"result":[{"future":"BTC-PERP","side":"buy","size":1,"entryPrice":20000,"estimatedLiquidationPrice":18000,'
      .. '"collateralUsed":2000,"initialMarginRequirement":0.1,"maintenanceMarginRequirement":0.03,"recentAverageOpenPrice":19000,"recentPnl":1000}]}',
    gives = {
      { symbol = "BTC/USD:USD", side = "long", contracts = 1, notional = 20000, collateral = 2600, maintenanceMargin = 600, leverage = 7.69,
        marginRatio = 0.2307, percentage = 50, entryPrice = 19000, unrealizedPnl = 1000 },
    } },
}

-- 1BTCXE: what its recorded vectors do not hold.
return {
  markets = {
    { id = "USD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "BTC", quoteId = "USD", type = "spot", spot = true },
  },

  { "a list is an object, which the currency stands in too", call = { "fetch_trades", "BTC/USD" },
    sends = "GET https://1btcxe.com/api/transactions?currency=USD",
    reply = '{"transactions":{"0":{"id":"7","timestamp":"1718451296","maker_type":"sell","price":"250.5","amount":"0.5"},"request_currency":"USD"}}',
    gives = { { id = "7", side = "sell", price = 250.5, amount = 0.5, timestamp = 1718451296000 } } },
  { "a day has one price", call = { "fetch_ohlcv", "BTC/USD", "1d" },
    sends = "GET https://1btcxe.com/api/historical-prices?currency=USD&timeframe=1year",
    reply = '{"historical-prices":{"0":{"date":"2015-01-02","price":"314.25"},"request_currency":"USD"}}',
    gives = { { 1420156800000, json.null, json.null, json.null, 314.25, json.null } } },
  { "the coins traded are of the base", call = { "fetch_ticker", "BTC/USD" }, sends = "GET https://1btcxe.com/api/stats?currency=USD",
    reply = '{"stats":{"last_price":"250.5","bid":"250","ask":"251","max":"260","min":"240","open":"245","total_btc_traded":"12.5","request_currency":"USD"}}',
    gives = { last = 250.5, bid = 250, high = 260, baseVolume = 12.5 } },
  { "a failure in a 200", call = { "cancel_order", "7" },
    sends = 'POST https://1btcxe.com/api/orders/cancel\n{"api_key":"testApiKey0123456789","nonce":1718454896,"id":"7",'
      .. '"signature":"5df673140192fe9f10cd0c952e73a84f990ae147d065897da57c352c6ce740c2"}',
    reply = '{"errors":[{"code":"ORDER_NOT_FOUND","message":"Order not found."}]}', fails = "ExchangeError" },
}

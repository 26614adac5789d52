-- Coinfloor: what its recorded vectors do not hold.
local function post(path, body) return "POST https://webapi.coinfloor.co.uk/v2/bist" .. path .. "\nnonce=1718454896" .. (body or "") end

return {
  credentials = { apiKey = "testApiKey0123456789", uid = "123456", password = "test-passphrase" },
  markets = {
    { id = "XBT/EUR", symbol = "BTC/EUR", base = "BTC", quote = "EUR", baseId = "XBT", quoteId = "EUR", type = "spot", spot = true,
      precision = { amount = 4, price = 0 } },
  },

  { "a trade moves two coins, and pays in the quote", call = { "fetch_ledger" }, params = { symbol = "BTC/EUR" }, sends = post "/XBT/EUR/user_transactions/",
    reply = '[{"datetime":"2017-07-25 06:41:24","id":1500964884381265,"type":2,"xbt":"0.1000","xbt_eur":"2322.00","eur":"-232.20","fee":"0.70",'
      .. '"order_id":84696745}]',
    gives = {
      { referenceId = "1500964884381265", timestamp = 1500964884000, type = "trade", currency = "BTC", amount = 0.1, direction = "in", status = "ok" },
      { referenceId = "1500964884381265", timestamp = 1500964884000, type = "trade", currency = "EUR", amount = 232.2, direction = "out", status = "ok",
        fee = { cost = 0.7, currency = "EUR" } },
    } },
  { "a deposit or withdrawal moves one", call = { "fetch_ledger" }, params = { symbol = "BTC/EUR" }, sends = post "/XBT/EUR/user_transactions/",
    reply = '[{"datetime":"2017-07-25 13:19:46","id":97669,"type":1,"xbt":"-3.0000","xbt_eur":null,"eur":"0","fee":"0.0005","order_id":null},'
      .. '{"datetime":"2017-07-27 16:44:55","id":98277,"type":0,"xbt":"0","xbt_eur":null,"eur":"4970.04","fee":"0.00","order_id":null}]',
    gives = {
      { referenceId = "97669", type = "transaction", currency = "BTC", amount = 3, direction = "out", fee = { cost = 0.0005, currency = "BTC" } },
      { referenceId = "98277", type = "transaction", currency = "EUR", amount = 4970.04, direction = "in" },
    } },
  { "the market may stand in the place of the currency", call = { "fetch_ledger", "BTC/EUR", json.null, 5 },
    sends = post("/XBT/EUR/user_transactions/", "&limit=5"), reply = "[]", gives = {} },
  { "one that is not told is not guessed", call = { "fetch_balance" }, fails = "ArgumentsRequired" },
  { "a cancellation without success says no more than false", call = { "cancel_order", "7", "BTC/EUR" }, sends = post("/XBT/EUR/cancel_order/", "&id=7"),
    reply = "false", fails = "InvalidOrder" },
  { "a refusal names its reason", call = { "create_order", "BTC/EUR", "market", "buy", "0.5" }, sends = post("/XBT/EUR/buy_market/", "&quantity=0.5"),
    status = 400, reply = '{"error_code":4,"error_msg":"You have insufficient funds."}', fails = "InsufficientFunds" },
}

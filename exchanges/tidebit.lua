-- TideBit. API: https://www.tidebit.com/documents/api/guide
-- A Peatio exchange: dialects/peatio.lua. What is not JSON is an error of the exchange, whatever its status.
local peatio = dialect "peatio"

return with(peatio.methods, {
  hosts = { api = "https://www.tidebit.com" },
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.003, maker = 0.003 },
  renames = { BCC = "BCH", BCHABC = "BCH" },
  timeframes = peatio.timeframes, failed = peatio.failed, errors = peatio.errors, sign = peatio.sign,
  http = { default = "ExchangeError" },

  fetch_markets = {
    get = "/api/v2/markets.json",
    read = markets { id = "id", baseId = "name|before:/", quoteId = "name|after:/", precision = { amount = "ask_fixed|tick", price = "bid_fixed|tick" } },
  },
  fetch_ohlcv = {             -- a timestamp must be given; any early one means the latest
    get = "/api/v2/k.json", send = "market={id} period={timeframe} limit={limit|default:30} timestamp={since|s|default:1800000}",
    read = peatio.candles,
  },
  fetch_l2_order_book = peatio.fetch_l2_order_book,
  fetch_deposit_address = {
    get = "/api/v2/deposits/deposit_address.json", send = "currency={currency_id}", read = address { address = "address", tag = "addressTag" },
  },
  withdraw = {                -- to an account that was bound before: params.id, as withdraws/bind_account_list has it
    post = "/api/v2/withdraws/apply.json", needs = "id", send = "id={id} currency_type=coin currency={currency_id} body={amount} memo={tag}",
    read = transaction { currency = "={code}" },
  },
})

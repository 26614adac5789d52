-- ACX. API: https://acx.io/documents/api_v2
-- A Peatio exchange: dialects/peatio.lua. Its address has an /api of its own in front, which is not signed. Steps and minimums of markets
-- are not told.
local peatio = dialect "peatio"

local function side(o, which)
  local unit = which == 1 and o.base_unit or which == 2 and o.quote_unit
  return unit or o.name and select(which, o.name:lower():match("^(.-)/(.*)$"))
end

return with(peatio.methods, {
  hosts = { api = "https://acx.io/api" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  fees = { taker = 0.002, maker = 0.002 },
  renames = with(old_codes, { PLA = "Plair" }),
  timeframes = peatio.timeframes, failed = peatio.failed, errors = peatio.errors, sign = peatio.sign,
  symbol_of = function(id)       -- two names of three letters
    local base, quote = id:upper():match("^(%u%u%u)(%u%u%u)$")
    return base and base .. "/" .. quote
  end,

  fetch_markets = {
    get = "/api/v2/markets.json",
    read = markets {
      id = "id", baseId = function(o) return side(o, 1) end, quoteId = function(o) return side(o, 2) end,
      precision = { amount = 8, price = 8 },
    },
  },
  fetch_ohlcv = { get = "/api/v2/k.json", send = "market={id} period={timeframe} limit={limit|default:500} timestamp={since|s}", read = peatio.candles },
  fetch_l2_order_book = peatio.fetch_l2_order_book,
  fetch_order = peatio.fetch_order,
  withdraw = {                 -- what it answers is not documented; tags are not known
    post = "/api/v2/withdraw.json", send = "currency={currency_id} sum={amount} address={address}", read = transaction { currency = false },
  },
})

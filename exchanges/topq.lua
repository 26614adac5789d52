-- TOP.Q, on the software of BW. API: https://github.com/topq-exchange/api_docs_en/wiki/REST_api_reference; all of it in dialects/bw.lua
local bw = dialect "bw"

return with(bw.adapter, {
  hosts = { api = "https://www.topliq.com" },
  precision = "places",
  renames = with(bw.adapter.renames, { DRK = "DASH" }),
  timeframes = "1m=1M 5m=5M 15m=15M 30m=30M 1h=1H 1w=1W",
  fetch_markets = with(bw.adapter.fetch_markets, {
    read = markets(with(bw.market_fields, { precision = { amount = "amountDecimal", price = "priceDecimal" } })),
  }),
})

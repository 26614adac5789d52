-- BW. API: https://github.com/bw-exchange/api_docs_en/wiki; all of it in dialects/bw.lua
local bw = dialect "bw"

return with(bw.adapter, {
  hosts = { api = "https://www.bw.com" },
  timeframes = "1m=1M 5m=5M 15m=15M 30m=30M 1h=1H 1d=1D 1w=1W",
})

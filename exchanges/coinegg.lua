-- CoinEgg: spot; closed. Docs were at https://www.coinegg.com/explain.api.html ; see dialects/jubi.lua.
local jubi = dialect "jubi"

return with(jubi.regional "btc eth usc usdt", {
  hosts = { api = "https://api.coinegg.com/api/v1", web = "https://trade.coinegg.com/web" },
  renames = with(old_codes, { JBC = "JubaoCoin", SBTC = "Super Bitcoin" }),
  fees = { taker = 0.001, maker = 0.001 },
  failed = jubi.failed,
})

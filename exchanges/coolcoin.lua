-- CoolCoin: spot; closed. Docs were at https://www.coolcoin.com/help.api.html ; see dialects/jubi.lua.
local jubi = dialect "jubi"

return with(jubi.regional "btc usdt", {
  hosts = { api = "https://www.coolcoin.com/api/v1", web = "https://www.coolcoin.com/coin" },
  fees = { taker = 0.001, maker = 0.001 },
  failed = jubi.failed,
})

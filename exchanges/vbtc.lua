-- VBTC, Vietnam, closed: broker 3 of BlinkTrade (dialects/blinktrade.lua).
local blinktrade = dialect "blinktrade"

return with(blinktrade.of(3), { hosts = { api = "https://api.blinktrade.com" } })

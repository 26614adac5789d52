-- SurBitcoin, Venezuela, closed: broker 1 of BlinkTrade (dialects/blinktrade.lua).
local blinktrade = dialect "blinktrade"

return with(blinktrade.of(1), { hosts = { api = "https://api.blinktrade.com" } })

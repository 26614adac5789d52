-- ChileBit, Chile, closed: broker 9 of BlinkTrade (dialects/blinktrade.lua).
local blinktrade = dialect "blinktrade"

return with(blinktrade.of(9), { hosts = { api = "https://api.blinktrade.com" } })

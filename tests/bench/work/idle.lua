-- One venue, nothing to do.
local ex = exchange "binance"
ex:load_markets()
every(1, function() end)

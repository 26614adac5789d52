-- HitBTC, spot, margin and contracts. API: https://api.hitbtc.com/ (dialects/hitbtc.lua)
return with(dialect "hitbtc", { hosts = { api = "https://api.hitbtc.com/api/3" } })

-- Bequant, a white label of HitBTC. API: https://api.bequant.io/ (dialects/hitbtc.lua)
return with(dialect "hitbtc", { hosts = { api = "https://api.bequant.io/api/3" } })

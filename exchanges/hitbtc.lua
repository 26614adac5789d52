-- HitBTC, spot, margin and contracts. API: https://api.hitbtc.com/ (dialects/hitbtc.lua)
local hitbtc, contracts = dialect "hitbtc", dialect "hitbtc_contracts"

return with(with(hitbtc.adapter, contracts(hitbtc)), { hosts = { api = "https://api.hitbtc.com/api/3" } })

-- Bequant, a white label of HitBTC. API: https://api.bequant.io/ (dialects/hitbtc.lua)
local hitbtc, contracts = dialect "hitbtc", dialect "hitbtc_contracts"

return with(with(hitbtc.adapter, contracts(hitbtc)), { hosts = { api = "https://api.bequant.io/api/3" } })

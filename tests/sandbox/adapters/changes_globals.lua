-- expect: exit 0, stdout "BTC"
-- call: fetch_balance
local function gone() error("taken over") end
for _, name in ipairs { "pairs", "ipairs", "type", "tostring", "error", "pcall", "encode_query", "sorted", "ordered", "native", "require" } do
  rawset(_G, name, gone)
end
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance", read = balance { at = "rows", currency = "asset", free = "free", total = "total" } },
}

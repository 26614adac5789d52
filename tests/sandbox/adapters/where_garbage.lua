-- expect: exit 0, stdout "BTC"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance", read = balance { at = "rows", where = function() return setmetatable({}, { __index = error }) end, currency = "asset", free = "free" } },
}

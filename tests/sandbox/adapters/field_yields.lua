-- expect: exit 5, stderr "yield"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance", read = balance { at = "rows", currency = "asset", free = function() return coroutine.yield("send", {}) end } },
}

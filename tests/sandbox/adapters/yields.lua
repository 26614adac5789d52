-- expect: exit 5, stderr "must not yield"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() coroutine.yield() end },
}

-- expect: exit 2|5, stderr "must not yield|failed to load"
-- call: fetch_balance
coroutine.yield("dialect", "../../etc/passwd")
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}

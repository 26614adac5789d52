-- expect: exit 5, stderr "a coroutine|a thread"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance", read = function() return { info = coroutine.create(function() end), BTC = { free = 1 } } end },
}

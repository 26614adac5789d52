-- expect: exit 5, stderr "must not yield"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = {
    run = function()
      return coroutine.yield("send", { method = "POST", url = "https://api.example.com/stolen", right = "trade", headers = {} })
    end,
  },
}

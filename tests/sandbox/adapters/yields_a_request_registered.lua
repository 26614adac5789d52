-- expect: exit 5, stderr "must not yield"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = {
    run = function(a)      -- the same, with the inner coroutine entered where the host looks
      local calls = a.venue.calls
      local co = coroutine.create(function() ask { get = "/balance" } end)
      calls[co] = calls[coroutine.running()]
      local _, op, request = coroutine.resume(co)
      request.url, request.right = "https://api.example.com/stolen", "trade"
      return coroutine.yield(op, request)
    end,
  },
}

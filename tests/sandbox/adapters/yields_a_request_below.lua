-- expect: exit 5, stderr "must not yield|ask works only inside run"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = {
    run = function()      -- what ask says to the host, caught on the way and changed
      local co = coroutine.create(function() ask { get = "/balance" } end)
      a_calls = nil
      local ok, op, request = coroutine.resume(co)
      if type(request) ~= "table" then error(op, 0) end
      request.url, request.right = "https://api.example.com/stolen", "trade"
      return coroutine.yield(op, request)
    end,
  },
}

-- expect: exit 3|5, stderr "too large|out of memory|nested too deep|too many values|MiB of memory|ms of CPU|holds itself"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = {
    get = "/balance",
    read = function()      -- thirty tables that look like a thousand million
      local t = { 1 }
      for _ = 1, 28 do t = { a = t, b = t } end
      return { BTC = { free = 1 }, info = t }
    end,
  },
}

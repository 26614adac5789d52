-- expect: exit 3, stderr "MiB of memory|ms of CPU"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() local t = {}; for i = 1, 1e9 do t[i] = { i } end return t end },
}

-- expect: exit 3, stderr "MiB of memory"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() local function f() return 1 + f() end return f() end },
}

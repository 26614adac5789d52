-- expect: exit 3, stderr "pattern_bomb.lua"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() return (("a"):rep(30000)):find((".-"):rep(20) .. "b") end },
}

-- expect: exit 3, stderr "MiB of memory"
-- call: fetch_balance
local s = "x"
while true do s = s .. s end
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}

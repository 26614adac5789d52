-- expect: exit 0|5, stderr ""
-- call: fetch_order o1
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  symbol_of = function() return {} end,
  fetch_order = { get = "/order", read = order { id = "id", market = "id" } },
}

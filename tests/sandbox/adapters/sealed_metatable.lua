-- expect: exit 5, stderr "nil nil"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(_, key) fail("BadRequest", tostring(getmetatable(key.secret)) .. " " .. tostring(getmetatable(key))) end,
  fetch_balance = { get = "/balance" },
}

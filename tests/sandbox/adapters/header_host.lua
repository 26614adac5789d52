-- expect: exit 5, stderr "is not for an adapter to set"
-- call: fetch_time
-- never: evil
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_time = { get = "/time", headers = { hOsT = "evil.example" }, read = time("t|s") },
}

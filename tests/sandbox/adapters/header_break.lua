-- expect: exit 5, stderr "holds a line break"
-- call: fetch_time
-- never: evil
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_time = { get = "/time", headers = { X = "a\r\nHost: evil.example" }, read = time("t|s") },
}

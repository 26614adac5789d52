-- expect: exit 2|5, stderr "is no base URL"
-- call: fetch_time
-- never: GET
return {
  hosts = { api = "https://api.example.com@evil.example" },
  fetch_time = { get = "/time", read = time("t|s") },
}

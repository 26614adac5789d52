-- expect: exit 2|5, stderr "http:// is for loopback only"
-- call: fetch_time
-- never: GET
return {
  hosts = { api = "http://api.example.com" },
  fetch_time = { get = "/time", read = time("t|s") },
}

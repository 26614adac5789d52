-- expect: exit 3|5, stderr "more than 200 requests in one call|ms of CPU"
-- call: fetch_time
return {
  hosts = { api = "https://api.example.com" },
  markets_need = false,
  fetch_time = { run = function() while true do ask { get = "/time" } end end },
}

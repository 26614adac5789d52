-- expect: exit 5, stderr "not one of the hosts"
-- call: fetch_time
-- said: is not written out in exchanges/computed_host.lua
-- never: GET
return {
  hosts = { api = "https://api." .. "example.com" },
  markets_need = false,
  fetch_time = { get = "/time", read = time("t|s") },
}

-- expect: exit 0, stdout "1700000000000"
-- call: fetch_time
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  rate = { interval_ms = 0 / 0, burst = math.huge },
  fees = { taker = 0 / 0, maker = -math.huge },
  fetch_time = { get = "/time", cost = 0, timeout_ms = math.huge, read = time("t|s") },
}

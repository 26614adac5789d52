-- expect: exit 0|5, stdout "AVERYLONG"
-- call: fetch_deposit_address AVERYLONGCURRENCYCODETHATISNOTINTERNEDASITHASMORETHANFORTYBYTES
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  codes_free = true,
  fetch_deposit_address = {
    get = "/ticker",
    read = address { address = function(_, a)      -- what the host looks at afterwards is gone
      a.code, a.symbol = nil, nil
      for i = 1, 20000 do local _ = ("garbage"):rep(i % 50) .. i end
      return "x"
    end },
  },
}

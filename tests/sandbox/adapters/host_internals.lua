-- expect: exit 5, stderr "none none none none none none none none"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = {
    run = function()
      local out = {}
      for _, name in ipairs { "native", "venues", "tasks", "host", "debug", "io", "package", "require" } do
        local ok, v = pcall(function() return _ENV[name] end)
        out[#out + 1] = ok and v ~= nil and name or "none"
      end
      fail("BadRequest", table.concat(out, " "))
    end,
  },
}

-- expect: exit 0, stdout "{"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = {
    run = function()      -- public when it is looked at, withdraw when it is used
      local looks = 0
      return setmetatable({ get = "/balance" }, { __index = function(_, k)
        if k ~= "right" then return nil end
        looks = looks + 1
        return looks == 1 and "read" or "withdraw"
      end })
    end,
  },
}

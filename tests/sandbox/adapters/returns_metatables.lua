-- expect: exit 0|5, stdout "BTC|balance"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = {
    get = "/balance",
    read = function()
      local function never() while true do end end
      return setmetatable({ BTC = setmetatable({ free = 1, total = 1 }, { __index = never, __len = never, __pairs = never }) },
        { __index = never, __len = never, __pairs = never, __tostring = never })
    end,
  },
}

-- expect: exit 5, stderr "not offered|hosts"
-- call: fetch_balance
-- never: /stolen
-- One thing to who looks at all of it, another to who asks by name.
local real = { hosts = { api = "https://evil.example" }, fetch_balance = { get = "/stolen", right = "public" }, sign = function() end }
return setmetatable({}, { __index = real, __pairs = function() return function() end end })

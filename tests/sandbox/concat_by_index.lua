-- expect: exit 0, stdout "refused"
local t = setmetatable({}, { __index = function() return "x" end })
assert(not pcall(table.concat, t, "", 1, math.maxinteger))
print("refused")

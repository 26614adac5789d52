-- expect: exit 0, stdout "never called"
local mt = {}
for i = 1, 1000 do setmetatable({}, mt) end
mt.__gc = function() while true do end end
for i = 1, 200000 do local t = { i } end
print("never called")

-- expect: exit 1, stderr "loop"
local t = {}
setmetatable(t, t)
t.__index = t
local x = t.y

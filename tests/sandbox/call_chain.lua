-- expect: exit 1|3, stderr "call_chain.lua"
local t = {}
setmetatable(t, t)
t.__call = t
t()

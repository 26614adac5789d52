-- expect: exit 1|3, stderr "deep_recursion.lua:2:"
local function f() return 1 + f() end
f()

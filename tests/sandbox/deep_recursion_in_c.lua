-- expect: exit 1, stderr "overflow"
local function f(s) return (s:gsub(".", f)) end
f("x")

-- expect: exit 0, stdout "survived"
local function f() return pcall(f) end
f()
print("survived")

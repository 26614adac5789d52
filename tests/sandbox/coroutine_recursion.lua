-- expect: exit 0, stdout "survived"
local function f() return coroutine.wrap(f)() end
pcall(f)
print("survived")

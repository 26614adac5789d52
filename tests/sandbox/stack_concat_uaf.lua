-- expect: exit 3|1, stderr "worker crashed|used more than|ended without a word"
-- Growing the stack inside __concat: use after free in some releases. setmetatable refuses the field; added later it may crash the
-- process, and only that.
local mt = {}
local t = setmetatable({}, mt)
mt.__concat = function(a, b)
  local function deep(n) if n > 0 then local a1, a2, a3, a4, a5, a6 = 1, 2, 3, 4, 5, 6 return deep(n - 1) + a6 end return 0 end
  deep(10000)
  return t
end
local function f(...) return "a" .. "b" .. t .. "c" .. t .. ("x"):rep(20) .. t .. "z" end
for _ = 1, 1000 do coroutine.wrap(f)() end
while true do end

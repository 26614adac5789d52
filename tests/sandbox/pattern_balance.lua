-- expect: exit 3, stderr "used more than"
local s = ("("):rep(1000000)
for _ = 1, 1000 do s:find("%b()") end

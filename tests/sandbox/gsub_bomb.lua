-- expect: exit 3, stderr "used more than"
local s = ("x"):rep(100000)
while true do s = s:gsub("x", "xxxxxxxx"):sub(1, 1000000) end

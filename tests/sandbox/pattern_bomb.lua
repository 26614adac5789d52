-- expect: exit 3, stderr "used more than"
local s = ("a"):rep(30000)
s:find((".-"):rep(100) .. "b")

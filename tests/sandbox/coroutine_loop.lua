-- expect: exit 3, stderr "used more than"
local co = coroutine.wrap(function() while true do coroutine.yield() end end)
while true do co() end

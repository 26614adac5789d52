-- expect: exit 3, stderr "MiB of memory"
local t, piece = {}, ("x"):rep(50000)
while true do pcall(function() while true do t[#t + 1] = piece .. #t end end) end

-- expect: exit 3, stderr "used more than"
while true do pcall(function() while true do end end) end

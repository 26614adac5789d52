-- expect: exit 3, stderr "used more than"
xpcall(error, function() while true do end end)

-- expect: exit 1, stderr "more than 10000 tasks"
for i = 1, 20000 do spawn(function() sleep(5) end) end

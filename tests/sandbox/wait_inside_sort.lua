-- expect: exit 1, stderr "wait_inside_sort.lua:2: cannot wait here"
table.sort({ 3, 2, 1 }, function(a, b) sleep(0.01) return a < b end)

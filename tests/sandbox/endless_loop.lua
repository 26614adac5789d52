-- expect: exit 3, stderr "endless_loop.lua:2: used more than"
while true do end

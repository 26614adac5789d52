-- expect: exit 3, stderr "MiB of memory"
local s = "x"
while true do s = s .. s end

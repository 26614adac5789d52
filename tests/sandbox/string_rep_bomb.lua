-- expect: exit 1, stderr "larger than the memory that is left"
local s = ("x"):rep(1 << 40)

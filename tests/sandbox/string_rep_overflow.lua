-- expect: exit 1, stderr "larger than the memory that is left"
local s = string.rep("xxxx", (1 << 62) + 1, "yyyy")

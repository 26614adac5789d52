-- expect: exit 3, stderr "MiB of memory"
local t, piece = {}, ("x"):rep(1 << 20)
for i = 1, 5000 do t[i] = piece end
local s = table.concat(t)

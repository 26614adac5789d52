-- expect: exit 0, stdout "done"
local keep = {}
for i = 1, 80000 do keep[i % 20000] = { i, tostring(i) } end
for i = 1, 60 do local s = ("0123456789abcdef"):rep(1 << 16) .. i end
print("done")

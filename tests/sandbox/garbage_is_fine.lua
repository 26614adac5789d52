-- expect: exit 0, stdout "done"
local keep = {}
for i = 1, 200000 do keep[i % 20000] = { i, tostring(i) } end
for i = 1, 60 do local s = ("x"):rep(1 << 20) .. i end
print("done")

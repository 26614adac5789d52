-- expect: exit 0, stdout "all refused"
local cycle = {}
cycle.cycle = cycle
local shared = { "x" }
for _ = 1, 29 do shared = { shared, shared } end
assert(not pcall(report, { f = print }))
assert(not pcall(report, cycle))
assert(not pcall(report, shared))
assert(not pcall(report, "text"))
assert(not pcall(report, { [{}] = 1 }))
assert(not pcall(report, { ("x"):rep(2 << 20) }))
local ok, why = pcall(report, { a = { b = { function() end } } })
assert(not ok and why:find("at .a.b[1]: a function", 1, true), why)
print("all refused")

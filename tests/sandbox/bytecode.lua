-- expect: exit 0, stdout "no dump, no load"
local ok = pcall(function() return string.dump end)
assert(string.dump == nil and ("").dump == nil)
assert(not pcall(function() return load end))
assert(not pcall(function() return loadstring end))
print("no dump, no load")

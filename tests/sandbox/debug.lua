-- expect: exit 0, stdout "no debug"
assert(not pcall(function() return debug.getregistry() end))
assert(not pcall(function() return debug.sethook() end))
assert(rawget(_G, "debug") == nil)
print("no debug")

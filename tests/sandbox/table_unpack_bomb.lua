-- expect: exit 0, stdout "survived"
assert(not pcall(table.unpack, {}, 1, 1e7))
assert(not pcall(table.unpack, {}, math.mininteger, math.maxinteger))
assert(not pcall(string.byte, ("x"):rep(1 << 21), 1, -1))
assert(not pcall(string.char, table.unpack({ 65, 66 }, 1, 900000)))
print("survived")

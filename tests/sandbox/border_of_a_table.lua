-- expect: exit 0, stdout "kept"
-- The length of a table with holes is any border: three keys and a length of three are no list.
local odd = { nil, nil, 3, a = 1, b = 2 }
local back = json.decode(json.encode(odd))
assert(back.a == 1 and back.b == 2 and back["3"] == 3)
store.odd = odd
assert(store.odd.a == 1 and store.odd.b == 2 and store.odd[3] == 3)
print("kept")

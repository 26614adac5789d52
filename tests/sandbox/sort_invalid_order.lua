-- expect: exit 0, stdout "survived"
local t = {}
for i = 1, 200 do t[i] = i % 7 end
pcall(table.sort, t, function() return true end)
print("survived")

-- expect: exit 0, stdout "garbage is given back"
for size = 8, 500, 60 do
  local t = {}
  for i = 1, 12000 do t[i] = ("x"):rep(size) .. i end
end
print("garbage is given back")

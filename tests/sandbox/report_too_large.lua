-- expect: exit 0, stdout "all refused"
-- What goes to the host is not of the script's memory until it is a message.
local text, many = ("x"):rep(4 << 20), {}
for i = 1, 1000 do many[i] = text end
for name, f in pairs { report = report, store = function(t) store.t = t end } do
  local ok, why = pcall(f, many)
  assert(not ok and why:find("more than 16 MiB", 1, true), name)
end
print("all refused")

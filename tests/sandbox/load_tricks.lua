-- expect: exit 0, stdout "nothing to load with"
local seen, found = {}, {}
local function walk(t, path)
  if seen[t] or t == store then return end
  seen[t] = true
  for k, v in pairs(t) do
    if type(v) == "table" then walk(v, path .. "." .. tostring(k))
    elseif type(v) == "function" then found[tostring(k)] = path end
  end
end
walk(_G, "_G")
for _, name in ipairs { "load", "loadstring", "dofile", "loadfile", "require", "dump", "getregistry", "getupvalue", "upvaluejoin",
  "sethook", "close", "execute", "popen", "open", "loadlib", "searchpath", "new", "encode_keep_buffer" } do
  assert(not found[name], name)
end
print("nothing to load with")

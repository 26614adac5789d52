-- expect: exit 0, stdout "no files, no commands"
for _, name in ipairs { "io", "package", "require", "dofile", "loadfile", "load", "loadstring", "module", "debug", "ffi", "jit" } do
  assert(rawget(_G, name) == nil, name)
  assert(not pcall(function() return _G[name] end), name)
end
for _, name in ipairs { "execute", "exit", "getenv", "remove", "rename", "tmpname", "setlocale", "difftime" } do
  assert(os[name] == nil, name)
end
print("no files, no commands")

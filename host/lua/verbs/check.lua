-- bourse check FILE...: what is wrong with adapters, one line a problem.
local require = ...
local format = require "format"

local problems = 0
for _, file in ipairs(host.args.words) do
  local source, dialects = host.source("file", file), {}
  for name in (source or ""):gmatch("dialect%s*%(?%s*[\"']([%l%d_]+)") do dialects[name] = host.source("dialect", name) end
  local found = host.check(source, file, dialects)
  for _, p in ipairs(found) do
    problems = problems + 1
    local place = p.line and file .. ":" .. p.line or file
    local field = p.field and p.field ~= "" and p.field .. ": " or ""
    host.out(("%s: %s%s\n"):format(place, field, format.clean(p.text)))
  end
  if #found == 0 and not host.args.quiet then host.out(file .. ": ok\n") end
end
if problems > 0 then host.done(1) end

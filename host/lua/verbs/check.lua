-- bourse check FILE...: what is wrong with adapters, one line a problem.
local require = ...
local format = require "format"

local problems = 0
for _, file in ipairs(host.args.words) do
  local found = host.check(host.source("file", file), file)
  for _, p in ipairs(found) do
    problems = problems + 1
    local place = p.line and file .. ":" .. p.line or file
    local field = p.field and p.field ~= "" and p.field .. ": " or ""
    host.out(("%s: %s%s\n"):format(place, field, format.clean(p.text)))
  end
  if #found == 0 and not host.args.quiet then host.out(file .. ": ok\n") end
end
if problems > 0 then host.done(1) end

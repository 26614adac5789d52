-- bourse check FILE...: what is wrong with adapters, one line a problem.
local require = ...
local format = require "format"
local dialects = require "dialects"

-- Which method needs what, in lines that fit a screen.
local function show_rights(rights)
  local width = host.tty and host.columns or 100
  for _, right in ipairs { "public", "read", "trade", "withdraw" } do
    local line = ("  %-8s"):format(right)
    for _, name in ipairs(rights[right] or {}) do
      if #line + 1 + #name >= width and #line > 10 then
        host.out(line .. "\n")
        line = (" "):rep(10)
      end
      line = line .. " " .. name
    end
    if rights[right] then host.out(line .. "\n") end
  end
end

local problems = 0
for _, file in ipairs(host.args.words) do
  local source = host.source("file", file)
  local found = host.check(source, file, dialects.of(source or ""))
  for _, p in ipairs(found) do
    problems = problems + 1
    local place = p.line and file .. ":" .. p.line or file
    local field = p.field and p.field ~= "" and p.field .. ": " or ""
    host.out(("%s: %s%s\n"):format(place, field, format.clean(p.text)))
  end
  if #found == 0 and not host.args.quiet then
    host.out(file .. ": ok\n")
    if #host.args.words == 1 then show_rights(found.rights) end
  end
end
if problems > 0 then host.done(1) end

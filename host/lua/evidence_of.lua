-- What a conformance run says of each exchange, as the text of host/lua/evidence.lua, and on what it rests.
local require = ...
local dialects = require "dialects"

local evidence = {}

local function lines_of(text)
  local _, n = (text or ""):gsub("\n", "")
  return n
end

-- Lines of an adapter and of the dialects that it stands on.
local function size_of(id)
  local source, shared = host.source("exchange", id) or "", 0
  for _, text in pairs(dialects.of(source)) do shared = shared + lines_of(text) end
  return lines_of(source), shared
end

-- report: what conform gathered, one entry an exchange.
function evidence.text(report)
  local out = { "-- On what each adapter rests: made by ./dev evidence from the conformance run, not by hand.\nreturn {\n" }
  for _, r in ipairs(report) do
    if r.exchange then
      local lines, shared = size_of(r.exchange.id)
      local methods = 0
      for _, way in pairs(r.exchange.has) do
        if way == true then methods = methods + 1 end
      end
      out[#out + 1] = ('  %s = { adapter = "%s", passed = %d, total = %d, set_aside = %d, oracle = "%s", methods = %d, lines = %d, shared = %d },\n'):format(
        r.id, r.exchange.id, r.passed, r.total, #r.deviations, r.file.oracle.version, methods, lines, shared)
    end
  end
  out[#out + 1] = "}\n"
  return table.concat(out)
end

return evidence

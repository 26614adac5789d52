-- bourse status ID
local require = ...
local verb, format = require "verb", require "format"

verb.main(function()
  local ex = verb.open(verb.words[1])
  local s
  if ex.has.fetch_status then
    s = ex:fetch_status()
  else   -- an exchange without a status page that answers is up
    local from = ex:milliseconds()
    if ex.has.fetch_time then ex:fetch_time() else ex:load_markets(true) end
    s = { status = "ok", updated = ex:milliseconds(), ms = ex:milliseconds() - from }
  end
  if verb.form == "json" then return verb.json(s) end
  verb.fields { { "exchange", ex.id }, { "status", s.status }, { "updated", format.time(s.updated) }, { "eta", format.time(s.eta) },
    { "see", s.url }, { "answered in", s.ms and s.ms .. " ms" } }
end)

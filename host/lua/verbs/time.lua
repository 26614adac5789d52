-- bourse time ID
local require = ...
local verb, format = require "verb", require "format"

verb.main(function()
  local ex = verb.open(verb.words[1])
  local before = ex:milliseconds()
  local theirs = ex:fetch_time()
  local after = ex:milliseconds()
  local ahead = theirs - (before + after) // 2
  if verb.form == "json" then
    return verb.json { time = theirs, datetime = format.time(theirs, "iso"), ahead_ms = ahead, round_trip_ms = after - before }
  end
  verb.fields { { "exchange", format.time(theirs, "iso") }, { "here", format.time((before + after) // 2, "iso") },
    { "difference", ("%+d ms (a round trip took %d ms)"):format(ahead, after - before) } }
end)

-- bourse fetch candles ID SYMBOL... TIMEFRAME --since DATE | fetch list: history of a venue into the file of candles (broker/candles.h).
--
-- Venues differ in what they make of `since` and `limit`. What holds for all of them: a reply is a list of candles, oldest first, none before `since`.
-- From one page to the next it goes by the last candle that came. What lies between two candles of a reply is a gap that the venue has. What lies between
-- `since` and the first of a reply is one, too, unless the reply goes up to the newest candle and no other one has shown that the venue begins at `since`:
-- then it may give the newest ones whatever is asked for, and older ones are asked for by `until`.
local require = ...
local verb, format = require "verb", require "format"
local a = host.args

local LIMIT = 1000          -- candles of a page that are asked for; a venue gives fewer as it likes
local TRIES = 6

local function misuse(text, ...) verb.fail(2, "fetch: " .. text:format(...)) end

local function candles(question)
  local ok, value = pcall(host.candles, question)
  if ok then return value end
  verb.fail(1, "fetch: " .. tostring(value))
end

-- "2024-06-15", "2024-06-15T12:00:00Z" or milliseconds.
local function time_of(text, name)
  local day = text:match("^%d%d%d%d%-%d%d%-%d%d$")
  local ms = text:match("^%d+$") and #text >= 12 and tonumber(text) or parse8601(day and text .. "T00:00:00Z" or text)
  if not ms or ms < 0 or ms > 9e14 or day and format.time(ms, "iso"):sub(1, 10) ~= text then
    misuse("--%s takes a date such as 2024-06-15 or 2024-06-15T12:00:00Z, not '%s'", name, text)
  end
  return math.tointeger(ms)
end

local function shown(ms) return (format.time(ms, "minute"):gsub(" 00:00$", "")) end

---- one page ----

-- Asks again while what failed may work later. Raises the last failure.
local function patiently(f)
  for try = 1, TRIES do
    local ok, value = pcall(f)
    if ok then return value end
    if type(value) ~= "table" or not value.class then error(value, 0) end
    if not value.retry or try == TRIES then error(value, 0) end
    host.err(("bourse: %s: %s; again in %d s"):format(value.venue or "?", format.clean(tostring(value.message)), 2 ^ (try - 1)))
    sleep(2 ^ (try - 1))
  end
end

local function is_candle(c)
  local o, h, l, close, v = c[2], c[3], c[4], c[5], c[6] or 0
  return math.type(c[1]) == "integer" and o and h and l and close and l > 0 and h < math.huge and l <= o and l <= close and h >= o and h >= close and v >= 0
    and v < math.huge
end

-- Candles of the venue from `since` on, without what can be none; and when they were asked for.
local function ask(job, since, params)
  local ex, now = job.ex, job.ex:milliseconds()
  local function fetch() return ex:fetch_ohlcv(job.symbol, job.timeframe, since, job.limit, params) end
  local ok, list = pcall(patiently, fetch)
  if not ok and job.limit and not job.pages and type(list) == "table" and list.class and not list.retry then
    job.limit = nil                                                   -- it may be that the venue wants no such number
    ok, list = true, patiently(fetch)
  end
  if not ok then error(list, 0) end
  local good, rows = {}, {}
  for _, c in ipairs(list) do
    if is_candle(c) and c[1] >= since then
      good[#good + 1] = c
      rows[#rows + 1] = { c[1], decimal.text(c[2]), decimal.text(c[3]), decimal.text(c[4]), decimal.text(c[5]), decimal.text(c[6] or 0) }
    elseif not is_candle(c) then
      job.odd = job.odd + 1
    end
  end
  job.pages = (job.pages or 0) + 1
  job.most = math.max(job.most, #good)
  return { list = good, rows = rows, now = now, first = good[1] and good[1][1], last = good[#good] and good[#good][1] }
end

---- from one page to the next ----

-- Keeps a page: what it holds, and that this time was asked for. Gives up to where, which is less where a candle is not over yet.
local function keep(job, page, begin, till)
  if till <= begin then return begin end
  local rows = {}
  for _, row in ipairs(page.rows) do
    if row[1] >= begin and row[1] < till then rows[#rows + 1] = row end
  end
  local done = candles { op = "put", series = job.series, timeframe = job.timeframe, begin = begin, ["until"] = till, now = page.now, rows = rows }
  job.added, job.changed = job.added + done.added, job.changed + done.changed
  job.done = job.done + math.max(0, done["until"] - begin)
  report { symbol = job.symbol, timeframe = job.timeframe, done = job.done, total = job.total, candles = job.added, at = done["until"] }
  return done["until"]
end

-- What is before `till` and was not in a reply that began there: asked for from behind.
local function backwards(job, from, till)
  while till > from do
    local ok, page = pcall(ask, job, from, { ["until"] = till - 1 })
    if not ok then
      if type(page) == "table" and page.class and not page.retry then return till end       -- it knows no `until`
      error(page, 0)
    end
    if not page.first or page.first >= till then return till end
    keep(job, page, page.first, till)
    if page.first < from + job.period then return from end
    till = page.first
  end
  return from
end

-- Where the venue has nothing at `since`, coarser candles tell when it has something again.
local function skip(job, since)
  local coarse
  for name in pairs(job.ex.timeframes or {}) do
    local s = job.ex:parse_timeframe(name)
    if s and s >= 86400 and s * 1000 > job.period and (not coarse or s < job.ex:parse_timeframe(coarse)) then coarse = name end
  end
  if not coarse then return nil end
  local length = job.ex:parse_timeframe(coarse) * 1000
  local ok, list = pcall(patiently, function() return job.ex:fetch_ohlcv(job.symbol, coarse, math.max(0, since - length), job.limit) end)
  for _, c in ipairs(ok and list or {}) do
    if c[1] + length > since then return c[1] end
  end
end

local function newest_of(job)
  local list = patiently(function() return job.ex:fetch_ohlcv(job.symbol, job.timeframe) end)
  local last = list[#list]
  return last and last[1] or job.ex:milliseconds() - 2 * job.period
end

local function fetch_piece(job, from, till)
  local cursor, tried = from, false
  while cursor < till do
    local page = ask(job, cursor)
    if not page.first then
      if not tried then                                               -- it may have been a slip
        tried = true
        sleep(0.2)
      elseif cursor > job.newest then
        keep(job, page, cursor, till)
        return
      else
        local window = cursor + math.max(job.most, 100) * job.period
        local after = skip(job, cursor)
        if after and after > window then window = after end
        local on = keep(job, page, cursor, math.min(window, till))
        if on <= cursor then return end
        cursor, tried = on, false
      end
    else
      local to_now = page.last >= job.newest
      job.newest = math.max(job.newest, page.last)
      local begin = cursor
      if page.first >= cursor + job.period and to_now and not job.honours then
        begin = backwards(job, cursor, math.min(page.first, till))
        if begin > cursor then job.unknown = begin end
      end
      job.honours = job.honours or not to_now
      tried = false
      local on = keep(job, page, begin, math.min(page.last + job.period, till))
      if on <= cursor then return end                                 -- only what is not over yet
      cursor = on
    end
  end
end

-- What is asked for and not there, in order.
local function pieces(job, from, till)
  local out, at = {}, from
  for _, span in ipairs(candles { op = "spans", series = job.series }) do
    if span[2] > at and span[1] < till then
      if span[1] > at then out[#out + 1] = { at, span[1] } end
      at = math.max(at, span[2])
    end
  end
  if at < till then out[#out + 1] = { at, till } end
  return out
end

---- a series ----

local precision = { TICK_SIZE = "tick", DECIMAL_PLACES = "places", SIGNIFICANT_DIGITS = "digits" }

local function series_of(ex, symbol, timeframe)
  local m = ex:market(symbol)
  local kept = {}
  for _, k in ipairs { "id", "symbol", "base", "quote", "settle", "type", "spot", "swap", "future", "option", "margin", "contract", "linear", "inverse", "active", "taker", "maker",
    "contractSize", "precision", "limits", "feeSide", "percentage", "tierBased" } do kept[k] = m[k] end
  return candles { op = "series", venue = ex.id, symbol = m.symbol, timeframe = timeframe, base = m.base, quote = m.quote, precision = precision[ex.precision_mode],
    market = format.json(kept) }
end

local function told(job, from, till)
  local gaps = candles { op = "gaps", series = job.series, timeframe = job.timeframe, from = from, ["until"] = till }
  local changed = job.changed > 0 and (", %d changed"):format(job.changed) or ""
  local missing, longest = 0, nil
  for _, g in ipairs(gaps) do
    missing = missing + (g[2] - g[1]) / job.period
    if not longest or g[2] - g[1] > longest[2] - longest[1] then longest = g end
  end
  host.err(("%s %s %s: %d new candles%s"):format(job.ex.id, job.symbol, job.timeframe, job.added, changed))
  if job.unknown then host.err(("  the venue gives none before %s, though it may have had some"):format(shown(job.unknown))) end
  if longest then
    host.err(("  %d gaps that the venue has, %d candles; the longest from %s to %s"):format(#gaps, missing, shown(longest[1]), shown(longest[2])))
  end
  if job.odd > 0 then host.err(("  %d candles that cannot be were left out"):format(job.odd)) end
end

local function fetch_all(ex, symbols, timeframe, from, till)
  local jobs, work = {}, {}
  for i, symbol in ipairs(symbols) do
    jobs[i] = { ex = ex, symbol = symbol, timeframe = timeframe, period = ex:parse_timeframe(timeframe) * 1000, limit = LIMIT, most = 0, odd = 0, added = 0, changed = 0,
      done = 0, total = 0, series = series_of(ex, symbol, timeframe) }
    work[i] = function()
      local list = pieces(jobs[i], from, till)
      for _, p in ipairs(list) do jobs[i].total = jobs[i].total + p[2] - p[1] end
      if #list > 0 then jobs[i].newest = newest_of(jobs[i]) end
      for _, p in ipairs(list) do fetch_piece(jobs[i], p[1], p[2]) end
      report { symbol = symbol, timeframe = timeframe, done = 1, total = 1, candles = jobs[i].added, over = true }
      told(jobs[i], from, till)
      return true
    end
  end
  local _, failures = together(work, { limit = 3 })
  local worst
  for i, e in pairs(failures) do
    if #symbols > 1 then host.err(("bourse: %s: %s: %s"):format(symbols[i], e.class, format.clean(tostring(e.message)))) end
    worst = worst or e
  end
  if worst then
    host.err("What came is kept; the same command goes on from there.")
    error(worst, 0)
  end
end

---- what is there ----

local columns = { "time", "open", "high", "low", "close", "volume" }

local function export(ex, symbols, timeframe, from, till)
  local several = #symbols > 1
  host.out((several and "symbol," or "") .. table.concat(columns, ",") .. "\n")
  for _, symbol in ipairs(symbols) do
    local number = candles { op = "series", venue = ex, symbol = symbol, timeframe = timeframe }
    if number == 0 then verb.fail(1, ("fetch: there are no candles of %s %s %s (bourse fetch list)"):format(ex, symbol, timeframe)) end
    local at = from
    repeat
      local rows = candles { op = "read", series = number, from = at, ["until"] = till }
      for _, r in ipairs(rows) do
        at = r[1] + 1
        r[1] = format.time(r[1], "iso")
        if several then table.insert(r, 1, symbol) end
      end
      host.out(format.csv(rows))
    until #rows < 20000
  end
end

local function list()
  local rows = candles { op = "list" }
  if verb.form == "json" then return verb.json(rows, { list = true, order = { "venue", "symbol", "timeframe", "candles", "first", "last" } }) end
  if #rows == 0 and verb.form == "table" then return host.err("No candles yet: bourse fetch candles ID SYMBOL TIMEFRAME --since DATE") end
  local out = {}
  for i, r in ipairs(rows) do
    local time = function(ms) return r.candles > 0 and (verb.form == "csv" and format.time(ms, "iso") or format.time(ms, "minute")) or "" end
    out[i] = { r.venue, r.symbol, r.timeframe, tostring(r.candles), time(r.first), time(r.last) }
  end
  verb.rows({ { "venue" }, { "symbol" }, { "timeframe" }, { "candles", right = true }, { "first" }, { "last" } }, out)
end

local function check_timeframe(ex, timeframe)
  if ex.has.fetch_ohlcv ~= true then misuse("%s offers no candles", ex.id) end
  local names = {}
  for name in pairs(ex.timeframes or {}) do names[#names + 1] = name end
  table.sort(names, function(x, y) return ex:parse_timeframe(x) < ex:parse_timeframe(y) end)
  if #names > 0 and not ex.timeframes[timeframe] or not ex:parse_timeframe(timeframe) then
    misuse("%s has no candles of '%s'; it has %s", ex.id, timeframe, table.concat(names, " "))
  end
end

-- Symbols may stand apart by blanks or commas.
local function words()
  local symbols, seen = {}, {}
  for i = 3, #verb.words - 1 do
    for word in verb.words[i]:gmatch("[^,]+") do
      local symbol = verb.symbol_of(word)
      if not seen[symbol] then symbols[#symbols + 1] = symbol end
      seen[symbol] = true
    end
  end
  if #symbols == 0 then misuse("candles ID SYMBOL... TIMEFRAME is expected") end
  return verb.words[2], symbols, verb.words[#verb.words]
end

verb.main(function()
  if verb.words[1] == "list" then return list() end
  local id, symbols, timeframe = words()
  local from, till = a.since and time_of(a.since, "since"), a["until"] and time_of(a["until"], "until")
  if from and till and till <= from then misuse("--until %s is not after --since %s", a["until"], a.since) end
  if from then
    local ex = verb.open(id)
    local now = ex:milliseconds()
    if from >= now then misuse("--since %s is yet to come", a.since) end
    check_timeframe(ex, timeframe)
    for _, symbol in ipairs(symbols) do
      verb.symbol = symbol
      ex:market(symbol)
    end
    fetch_all(ex, symbols, timeframe, from, math.min(till or now, now))
    id = ex.id
  elseif not a.export then misuse("--since DATE is expected: from when on")
  end
  if a.export then export(id:lower(), symbols, timeframe, from or 0, till or math.maxinteger) end
end)

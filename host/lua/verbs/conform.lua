-- bourse conform: adapters against vectors. Each vector goes the way of a live call - arguments, request, signature, reply, result - only
-- that the request is kept and compared instead of sent.
local require = ...
local compare = require "compare"
local errors = require "errors"
local methods = require "methods"
local mutate = require "mutate"
local rows = require "rows"
local slips = require "slips"
local sound = require "sound"
local evidence = require "evidence_of"
local conform = host.conform
local format = host.args.format or "table"
local times, seed = host.args.mutate, host.args.seed or 1
local only_exchange, only_kind, only_name = host.args.exchange, host.args.kind, host.args.name

-- Vectors that an adapter does not follow on purpose, by exchange and name.
local deviations = {}
if host.args.deviations then
  for _, d in ipairs(host.load(assert(host.source("file", host.args.deviations)), "deviations.lua")) do
    deviations[d.exchange .. "\0" .. d.name] = d.reason
  end
end

-- Why a vector is not followed, by its file's exchange or by the adapter that it is run on (bitstamp1 runs on bitstamp).
local function why_not(id, ex, name)
  return deviations[id .. "\0" .. name] or ex and deviations[ex.id .. "\0" .. name]
end

local totals = { passed = 0, failed = 0, deviations = 0 }
local report = {}

local function set_of(view)
  local out = {}
  if view then
    for _, path in ipairs(view) do
      -- "exchanges_http.0.request.body.0.clOrdId" names a place in the vector; what is compared is told apart by its last name, or by all of
      -- the path inside the result.
      local in_result = path:match("^result%.?(.*)$")
      if in_result then out["result" .. (in_result ~= "" and "." .. in_result or "")] = true
      else out[path:match("([^.]+)$")] = true end
    end
  end
  return out
end

-- The vector's call with these replies: ok and result, or false and the error.
local function call(ex, vector, replies)
  conform.script(ex.handle, replies, vector.compare ~= nil)
  local row = methods[vector.method]
  local args = { n = row and #row.args or #vector.args }
  for i = 1, #vector.args do args[i] = conform.plain_at(vector.args, i) end
  local params = {}      -- as pairs: signed text keeps the order in which they were given
  if row and row.args[#vector.args] == "tag" and type(args[#vector.args]) == "table" then      -- params in the place of the tag
    for k, v in pairs(args[#vector.args]) do params[#params + 1] = { k, v } end
    args[#vector.args] = nil
  end
  for k in pairs(vector.params) do params[#params + 1] = { k, conform.plain(vector.params[k]) } end
  return pcall(function()
    if vector.method == "load_markets" then return ex:load_markets() end
    local f = ex[vector.method]
    args[args.n + 1] = params
    return f(ex, table.unpack(args, 1, args.n + 1))
  end)
end

-- Currencies as they were recorded; where "1" stood for yes, it is yes.
local function currencies_of(file)
  local currencies = file.currencies and conform.plain(file.currencies)
  for _, c in pairs(currencies or {}) do
    for _, field in ipairs { "active", "deposit", "withdraw" } do
      if type(c[field]) == "string" then c[field] = c[field] == "1" or c[field] == "true" end
    end
  end
  return currencies
end

-- The file's test keys, or the vector's own; and the token that its notes say was got beforehand.
local function credentials_of(file, vector)
  local out = vector.credentials and conform.plain(vector.credentials) or file.credentials and conform.plain(file.credentials) or {}
  for _, note in ipairs(type(file.notes) == "userdata" and conform.plain(file.notes) or { file.notes }) do
    out.token = out.token or tostring(note):match('accessToken = "([^"]+)"')
  end
  return out
end

local function preset(ex, file, vector, fresh)
  local setup = {
    credentials = credentials_of(file, vector), clock_ms = math.tointeger(tonumber(file.clock_ms)),
  }
  local method = vector.method
  if fresh then
    if method ~= "fetch_markets" and method ~= "load_markets" then setup.markets = conform.plain(file.markets) end
    if method ~= "fetch_currencies" and method ~= "load_markets" then setup.currencies = currencies_of(file) end
  end
  conform.preset(ex.handle, setup)
end

local function replies_of(vector)
  local replies = {}
  for _, exchange_http in ipairs(vector.exchanges_http) do
    local reply = exchange_http.reply
    replies[#replies + 1] = { url = exchange_http.request and exchange_http.request.url, status = reply and math.tointeger(tonumber(reply.status)) or 0, body = reply and reply.body or "" }
  end
  return replies
end

-- Replies with something wrong in them: an error that says so, or what is still there of the result. Never an error of the adapter's own code,
-- never a number that the venue did not send.
local function mutate_vector(ex, file, vector, fresh, random)
  if vector.kind ~= "response" then return nil end
  local made_of_markets = vector.method == "fetch_markets" or vector.method == "load_markets" or vector.method == "fetch_currencies"
  preset(ex, file, vector, fresh)
  local well, base = call(ex, vector, replies_of(vector))
  if not well then return nil end      -- the conformance run tells of it
  for i = 1, times do
    local replies = replies_of(vector)
    local reply = #replies > 0 and replies[random(#replies)]
    if not reply then return nil end      -- made without the venue
    local changed, what, same = mutate.one(reply.body, random)
    if changed then
      reply.body = changed
      if made_of_markets then preset(ex, file, vector, fresh) end
      local ok, result = call(ex, vector, replies)
      local why
      if not ok then why = sound.error(result)
      elseif same then why = sound.same(result, base)
      else why = sound.result(result, base, replies) end
      if why then return what .. " (" .. i .. "): " .. why end
    end
  end
end

local function run_vector(ex, file, vector, fresh)
  preset(ex, file, vector, fresh)
  local ok, result = call(ex, vector, replies_of(vector))
  local skip = set_of(vector.skip)
  local sent = conform.sent(ex.handle)
  local kind = vector.kind

  if kind == "error" then
    -- What was not supported when it was recorded, the host may do by other calls.
    if vector.error == "NotSupported" and ex.has[vector.method] == "emulated" and #vector.exchanges_http == 0 then return nil end
    if ok then return "no error, want " .. vector.error end
    if type(result) ~= "table" then return "raised " .. tostring(result) end
    -- A missing argument is told before a market is looked for that has no name. A class that the tree does not have stands for any error.
    local missing = vector.error == "BadSymbol" and result.class == "ArgumentsRequired" and #vector.exchanges_http == 0
    if not missing and errors.known(vector.error) and not errors.is(result, vector.error) then return "raised " .. tostring(result) .. ", want " .. vector.error end
    return nil
  end
  local wanted = #vector.exchanges_http
  if #sent == wanted then      -- each beside the one whose reply it got
    local placed = {}
    for i, request in ipairs(sent) do placed[request.reply or i] = request end
    if #placed == wanted then sent = placed end
  end
  for i = 1, math.max(#sent, wanted) do
    if sent[i] == nil or i > wanted then
      if i > wanted and vector.compare then break end
      -- what a placeholder stands for, ours asks for
      local asked = not ok and i <= wanted and type(result) == "table" and result.class == "ArgumentsRequired"
      if asked and slips.has_placeholder(vector.exchanges_http[i].request.url) then return nil end
      if not ok then return "raised " .. tostring(result) end
      return #sent .. " requests sent, want " .. wanted .. (sent[i] and " (" .. sent[i].method .. " " .. sent[i].url .. ")" or "")
    end
    if sent[i].error then return tostring(type(sent[i].error) == "table" and sent[i].error.message or sent[i].error) end
    local want = vector.exchanges_http[i].request
    local why = compare.request(sent[i], want, skip, vector.compare)
    if why then return "request " .. i .. " " .. why end
  end
  if kind == "request" then
    if not ok and (type(result) ~= "table" or result.class == "BaseError") then return "raised " .. tostring(result) end
    return nil
  end
  if not ok then return "raised " .. tostring(result) end
  local first, last = vector.args[1], vector.exchanges_http[wanted]
  if last and last.reply and slips.is_reply(vector.result, conform.kind(vector, "result"), last.reply.body) then return nil end
  return compare.result(result, vector.result, conform.kind(vector, "result"), skip, "result", type(first) == "string" and first or nil, vector.method)
end

local function run_file(path)
  local text, why = host.source("file", path)
  if not text then
    host.error(path .. ": " .. tostring(why))
    return false
  end
  local of_lua = path:match("([%w_]+)%.lua$")
  if of_lua then
    local ok, made = pcall(function() return rows.text(host.load(text, path), of_lua) end)
    if not ok then
      host.error(path .. ": " .. tostring(type(made) == "table" and made.message or made))
      return false
    end
    text = made
  end
  local file, problem = conform.json(text)
  text = nil
  if type(file) ~= "userdata" or type(file.vectors) ~= "userdata" or type(file.exchange) ~= "string" then
    host.error(path .. ": no vector file" .. (problem and " (" .. problem .. ")" or ""))
    return false
  end
  local id = file.exchange
  if only_exchange and id ~= only_exchange then return true end
  local passed, total, failures, deviating = 0, 0, {}, {}
  local ex, ex_why
  local dirty = true
  local random = mutate.random(seed)
  for _, vector in ipairs(file.vectors) do
    local wanted = not vector.superseded and (not times or vector.kind == "response") and (not only_kind or vector.kind == only_kind) and (not only_name or vector.name:find(only_name, 1, true))
    if wanted then
      total = total + 1
      local touches = vector.method == "fetch_markets" or vector.method == "load_markets" or vector.method == "fetch_currencies"
      if (dirty or touches) and not ex_why then
        local ok, e = pcall(exchange, id, { options = file.options and conform.plain(file.options) or {} })
        if ok then ex = e else ex_why = e end
      end
      local reason
      if ex_why then
        reason = tostring(ex_why)
      else
        local ok, r
        if times then ok, r = pcall(mutate_vector, ex, file, vector, dirty or touches, random)
        else ok, r = pcall(run_vector, ex, file, vector, dirty or touches) end
        reason = r
        if not ok then reason = "conform: " .. tostring(r) end
        dirty = touches
      end
      if reason and why_not(id, ex, vector.name) then
        totals.deviations = totals.deviations + 1
        deviating[#deviating + 1] = vector.name
        total = total - 1
      elseif reason then failures[#failures + 1] = { name = vector.name, kind = vector.kind, method = vector.method, reason = reason }
      else passed = passed + 1 end
    end
  end
  if total == 0 and #deviating == 0 then return true end
  totals.passed, totals.failed = totals.passed + passed, totals.failed + total - passed
  report[#report + 1] = { id = id, passed = passed, total = total, failures = failures, deviations = deviating, file = file, exchange = ex }
  if format == "table" then
    host.out(("%s %d/%d\n"):format(id, passed, total))
    for _, name in ipairs(deviating) do
      if host.args.quiet then break end
      host.err(("  %s: not followed: %s\n"):format(name, why_not(id, ex, name)))
    end
    for i, f in ipairs(failures) do
      if host.args.quiet then break end
      if ex_why and i > 1 then break end
      host.err(("  %s [%s]: %s\n"):format(f.name, f.kind, f.reason))
    end
  end
  return true
end

local good = true
for _, path in ipairs(host.args.files or host.args.words) do
  good = run_file(path) and good
end
if format == "lua" then
  host.out(evidence.text(report))
elseif format == "json" then
  for _, r in ipairs(report) do r.file, r.exchange = nil, nil end
  host.out(json.encode({ exchanges = report, passed = totals.passed, failed = totals.failed }) .. "\n")
else
  host.out(("%d passed, %d failed\n"):format(totals.passed, totals.failed))
end
host.done((totals.failed > 0 or not good) and 1 or 0)

-- What a strategy finds besides the language: tasks (every, after, at, spawn, sleep, together, each_exchange), is_error, registry, coin_route,
-- exchange_state, book_age, offer, settle, report, log, columns, notify, store, args, stop. `tasks` is task.c. Straight-line code: a call that waits lets other
-- tasks run and goes on where it was.
local require = ...
local tasks, type, pairs, ipairs, pcall, error, tostring, rawget, next =
  tasks, type, pairs, ipairs, pcall, error, tostring, rawget, next
local math, string, table, parse8601, select, tonumber = math, string, table, parse8601, select, tonumber
local fmt, floor, now = string.format, math.floor, tasks.now

local DAY = 86400000

local function check(ok, text, ...)
  if not ok then error(fmt(text, ...), 3) end
end

local function check_function(f, where)
  if type(f) ~= "function" then error(where .. ": a function is expected, got " .. type(f), 3) end
end

-- Is it what an exchange or the network did, rather than a mistake in the script?
local function is_failure(e)
  return type(e) == "table" and type(rawget(e, "class")) == "string"
end

-- is_error(e, "NetworkError"): is it an error of that class or of one below it (docs/api.md has the tree)?
local errors
function is_error(e, class)
  errors = errors or require "errors"
  check(type(class) == "string" and errors.known(class), "is_error: there is no class '%s'", tostring(class))
  return is_failure(e) and errors.is(e, class)
end

---- waiting ----

local function sleep_ms(ms)
  tasks.sleep(ms > 0 and ms or 0)
end

function sleep(seconds)
  check(type(seconds) == "number" and seconds >= 0 and seconds < math.huge, "sleep: a number of seconds is expected, got %s", type(seconds) == "number" and seconds or type(seconds))
  sleep_ms(seconds * 1000)
end

function spawn(f, ...)
  check_function(f, "spawn")
  tasks.spawn(f, ...)
end

function stop()
  tasks.finish(0)
end

---- in time ----

-- Runs f at once and then each `seconds`, counted from the first time on, so that it does not drift. A round that takes longer than that
-- leaves out the rounds it missed; rounds never overlap. A failed call of an exchange ends the round, is told, and the next round comes.
function every(seconds, f)
  check(type(seconds) == "number" and seconds > 0 and seconds < 366 * 86400, "every: a number of seconds above 0 is expected, then a function; got %s", type(seconds))
  check_function(f, "every")
  local step = seconds * 1000
  tasks.spawn(function()
    local due, told = now(), nil
    while true do
      local ok, e = pcall(f)
      if not ok then
        if not is_failure(e) then error(e, 0) end
        local text = tasks.text(e)
        if text ~= told then tasks.log("warning", text) end
        told = text
      else
        told = nil
      end
      due = due + step
      local late = now() - due
      if late > 0 then due = due + floor(late / step) * step end
      sleep_ms(due - now())
    end
  end)
end

function after(seconds, f)
  check(type(seconds) == "number" and seconds >= 0 and seconds < 366 * 86400, "after: a number of seconds is expected, then a function; got %s", type(seconds))
  check_function(f, "after")
  tasks.spawn(function()
    sleep_ms(seconds * 1000)
    f()
  end)
end

-- at("14:30", f): each day at that time, UTC. at("2026-03-01T12:00:00Z", f) or at(ms, f): once; never when that is past.
function at(when, f)
  check_function(f, "at")
  local hour, minute
  if type(when) == "string" then hour, minute = when:match("^(%d%d?):(%d%d)$") end
  if hour then
    local offset = (tonumber(hour) * 60 + tonumber(minute)) * 60000
    check(tonumber(hour) < 24 and tonumber(minute) < 60, "at: '%s' is no time of the day", when)
    tasks.spawn(function()
      local t = now()
      local due = t - t % DAY + offset
      if due <= t then due = due + DAY end
      while true do
        while now() < due do sleep_ms(due - now()) end
        f()
        due = due + DAY
        while due <= now() do due = due + DAY end
      end
    end)
    return
  end
  local ms = type(when) == "string" and parse8601(when) or type(when) == "number" and when
  check(ms, "at: \"HH:MM\", an ISO time or milliseconds are expected, got %s", tostring(when))
  if ms < now() then return end
  tasks.spawn(function()
    while now() < ms do sleep_ms(math.min(ms - now(), 30 * DAY)) end
    f()
  end)
end

---- at the same time ----

local function timeout_error(seconds)
  return { class = "RequestTimeout", message = fmt("not done after %g s (deadline of together)", seconds), retry = true }
end

-- Runs the functions at the same time and waits for all: their first results in order, and then, when some failed, a table of their
-- errors by position (their results are nil). A mistake in one of them (any error that is not an exchange's) is raised when all are done.
-- together({f, g, ...} [, options]) gives a list of results and the table of errors (empty when there are none) instead.
-- Options: limit = how many run at once, deadline = seconds after which the rest counts as failed.
function together(...)
  local n = select("#", ...)
  local list, options = { ... }, nil
  local as_list = type(list[1]) == "table" and rawget(list[1], "limit") == nil and rawget(list[1], "deadline") == nil
  if as_list then
    list, options = list[1], list[2]
    n = #list
  elseif type(list[n]) == "table" then
    options = list[n]
    n = n - 1
  end
  if options ~= nil and type(options) ~= "table" or as_list and n == 0 and next(list) ~= nil then
    error("together: functions are expected, such as function() return ex:fetch_ticker(symbol) end; a call in their place is made before", 2)
  end
  options = options or {}
  local deadline, limit = options.deadline, options.limit or n
  check(deadline == nil or type(deadline) == "number" and deadline > 0, "together: deadline is a number of seconds")
  check(type(limit) == "number" and (limit >= 1 or n == 0), "together: limit is a number from 1")
  for i = 1, n do
    if type(list[i]) ~= "function" then error(fmt("together: argument %d is not a function but a %s; function() return ... end makes one of a call", i, type(list[i])), 2) end
  end

  local results, errors, done, ended, started, left = {}, {}, {}, false, 0, n
  local signal, mistake = tasks.signal(), nil
  local function work()
    while started < n and not ended do
      started = started + 1
      local i = started
      local ok, value = pcall(list[i])
      if ended then return end
      done[i] = true
      if ok then
        results[i] = value
      else
        errors[i] = value == nil and "nil" or value
        if not is_failure(value) and mistake == nil then mistake = errors[i] end
      end
      left = left - 1
      if left == 0 then tasks.set(signal) end
    end
  end
  if n > 0 then
    for _ = 1, math.min(limit, n) do tasks.spawn(work) end
    if deadline then tasks.timer(deadline * 1000, function() tasks.set(signal) end) end
    tasks.wait(signal)
  end
  ended = true
  for i = 1, n do
    if not done[i] then errors[i] = timeout_error(deadline) end
  end
  if mistake ~= nil then error(mistake, 0) end
  if as_list then return results, errors end
  if next(errors) ~= nil then
    results[n + 1] = errors
    return table.unpack(results, 1, n + 1)
  end
  return table.unpack(results, 1, n)
end

local resting = {}        -- id -> { till = ms, error }, of exchanges that do not answer
local told = {}           -- id -> the last failure that was said

local function left_out(id, e, retry)
  local text = e.class .. ": " .. tostring(e.message)
  if is_error(e, "OperationFailed") then
    resting[id] = { till = now() + retry * 1000, error = e }
    if not told[id] then tasks.log("info", id .. " is left out for now: " .. text) end
  elseif told[id] ~= text then
    tasks.log("info", id .. ": " .. text)
  end
  told[id] = text
end

-- Calls f(ex, id) for each of the exchanges (a list of ids) at the same time; gives the results by id and the errors by id. An exchange that does
-- not answer is left out until `retry` seconds (15) have passed: that is said once, and once more when it is back. A mistake in f is raised.
-- Options: retry, limit = how many at once (16), deadline = seconds after which the rest counts as failed.
function each_exchange(ids, f, options)
  check(type(ids) == "table", "each_exchange: a list of exchange ids is expected")
  check_function(f, "each_exchange")
  options = options or {}
  local retry, asked, calls, results, failed = options.retry or 15, {}, {}, {}, {}
  check(type(retry) == "number" and retry >= 0, "each_exchange: retry is a number of seconds")
  for _, id in ipairs(ids) do
    local rest = resting[id]
    if rest and rest.till > now() then
      failed[id] = rest.error
    else
      local ex = exchange(id)
      asked[#asked + 1] = id
      calls[#calls + 1] = function() return f(ex, id) end
    end
  end
  local values, wrong = together(calls, { limit = options.limit or 16, deadline = options.deadline })
  for i, id in ipairs(asked) do
    if wrong[i] ~= nil then
      failed[id] = wrong[i]
      left_out(id, wrong[i], retry)
    else
      results[id] = values[i]
      if resting[id] then tasks.log("info", id .. " is back") end
      resting[id], told[id] = nil, nil
    end
  end
  return results, failed
end

-- registry() -> a list of what is known of each exchange ({ id, name, site, countries = { "JP", ... }, status, successor, adapter }), by id, and the
-- names of the countries by code.
function registry()
  return require "registry" ()
end

local function check_exchange(ex, where)
  if type(ex) ~= "table" or type(ex.id) ~= "string" or ex.load_markets == nil then
    error(fmt('%s: an exchange is expected, such as exchange "kraken", got %s', where, type(ex) == "string" and "'" .. ex .. "'" or type(ex)), 3)
  end
end

-- coin_route("BTC", a, b) -> { known, open, why, fee, network, same }: host/lua/route.lua
function coin_route(code, from, to)
  check(type(code) == "string", "coin_route: the code of a coin is expected, then two exchanges; got %s", type(code))
  check_exchange(from, "coin_route")
  check_exchange(to, "coin_route")
  return require "route" (code, from, to)
end

-- exchange_state(ex) -> { status, clock, error }, book_age(ex, book) -> ms since it came, ms by the exchange's own time: host/lua/health.lua
function exchange_state(ex)
  check_exchange(ex, "exchange_state")
  return require "health".state(ex)
end

-- offer(ex, symbol, depth): host/lua/offer.lua
function offer(ex, symbol, depth)
  check_exchange(ex, "offer")
  return require "offer" (ex, symbol, depth)
end

function book_age(ex, book)
  check_exchange(ex, "book_age")
  check(type(book) == "userdata" or type(book) == "table", "book_age: a book is expected, as fetch_order_book gives it; got %s", type(book))
  return require "health".book_age(ex, book)
end

local final = { closed = true, canceled = true, rejected = true, expired = true }

-- Waits until the order is over; after `seconds` (5) what is left of it is cancelled. Gives the order as it is then, the same on every exchange:
-- `filled` and `cost` are numbers, `status` is final unless the exchange did not say so in time. Raises what the exchange raises.
function settle(ex, order, seconds)
  check_exchange(ex, "settle")
  check(type(order) == "table" and order.id ~= nil, "settle: an order is expected, as create_order gives it; got %s", type(order))
  local symbol, till, cancelled = order.symbol, now() + (seconds or 5) * 1000, false
  while not final[order.status] do
    if now() >= till then
      if cancelled then break end
      local ok, e = pcall(function() return ex:cancel_order(order.id, symbol) end)        -- it may have been filled just now
      if not ok and not is_failure(e) then error(e, 0) end
      cancelled, till = true, now() + 5000
    end
    sleep_ms(200)
    order = ex:fetch_order(order.id, symbol)
  end
  order.filled, order.cost = order.filled or 0, order.cost or (order.average or order.price or 0) * (order.filled or 0)
  return order
end

---- what comes out ----

-- A result. `books`, order books by name, are what it rests on: the page of --html draws them.
function report(data, books)
  check(type(data) == "table", "report: a table is expected, got %s", type(data))
  check(books == nil or type(books) == "table", "report: order books by name are expected, got %s", type(books))
  tasks.report(data, books)
end

local function texts(...)
  local n, out = select("#", ...), { ... }
  for i = 1, n do out[i] = tasks.text(out[i]) end
  return table.concat(out, "\t", 1, n)
end

function log(...)
  tasks.log("info", texts(...))
end

function print(...)
  tasks.out(texts(...) .. "\n")
end

-- How wide the terminal was when the run began; nil when what is printed goes elsewhere.
function columns() return tasks.columns() end

-- Tells the user: on stderr, and at the addresses of --notify. Gives true, or false and why it was not told there; raises nothing.
function notify(...)
  local text = texts(...)
  tasks.log("info", text)
  return tasks.notify(text)
end

---- what stays ----

-- store.name = value keeps plain data over restarts (nil forgets it); store.name reads it. Read once, then held; a write returns
-- when it is on disk. What was read is a copy: a change inside a table is kept by assigning the table again.
local held = {}

local function stored(op, key, value)
  local ok, result = pcall(tasks.store, op, key, value)
  if ok then return result end
  if type(result) ~= "string" then error(result, 0) end
  error(fmt("store.%s: %s", key, result:gsub("^[^\n:]+:%d+: ", "")), 3)
end

local function check_key(key)
  if type(key) ~= "string" then error(fmt("store: names are texts, not a %s: store[tostring(x)]", type(key)), 3) end
  if #key == 0 or #key > 200 or key:find("\0", 1, true) then error("store: a name has 1 to 200 bytes, and no zero among them", 3) end
end

store = tasks.setmetatable({}, {
  __index = function(_, key)
    check_key(key)
    local h = held[key]
    if not h then
      h = { value = stored("get", key) }
      held[key] = h
    end
    return h.value
  end,
  __newindex = function(_, key, value)
    check_key(key)
    if type(value) == "table" and rawget(value, "handle") and rawget(value, "id") then
      error(fmt("store.%s: an exchange cannot be kept; keep its id, '%s'", key, tostring(value.id)), 2)
    end
    stored("set", key, value)
    held[key] = { value = value }
  end,
  __pairs = function(self)
    local keys = stored("keys", "") or {}
    local i = 0
    return function()
      i = i + 1
      if keys[i] ~= nil then return keys[i], self[keys[i]] end
    end
  end,
  __metatable = false,
})

---- arguments ----

-- args { pair = { type = "text", default = "BTC/USD", help = "what to watch" }, ... } declares; args.pair reads.
-- Types: text, number (min, max), integer, bool, list (of texts; `each = "number"`), amounts ("5000,BTC=0.1": a table by code, [1] for the others).
-- `choices` lists the values that are allowed;
-- `required = true` instead of a default. What the user gave comes as text, name by name.
local given, declared, values = tasks.args(), nil, nil

local function misuse(name, text, ...)
  tasks.finish(2, fmt("argument %s: %s", name, fmt(text, ...)))
end

local convert = {}

function convert.text(name, x)
  return tostring(x)
end

function convert.number(name, x, spec)
  local v = tonumber(x)
  if type(v) ~= "number" or v ~= v or v == math.huge or v == -math.huge then misuse(name, "a number is expected, not '%s'", tostring(x)) end
  if spec.min and v < spec.min then misuse(name, "must be at least %s, not %s", tostring(spec.min), tostring(x)) end
  if spec.max and v > spec.max then misuse(name, "must be at most %s, not %s", tostring(spec.max), tostring(x)) end
  return v
end

function convert.integer(name, x, spec)
  local v = math.tointeger(convert.number(name, x, spec))
  if not v then misuse(name, "a whole number is expected, not '%s'", tostring(x)) end
  return v
end

local yes_no = { ["true"] = true, yes = true, on = true, ["1"] = true, [""] = true, ["false"] = false, no = false, off = false, ["0"] = false }
function convert.bool(name, x)
  if type(x) == "boolean" then return x end
  local v = yes_no[tostring(x):lower()]
  if v == nil then misuse(name, "yes or no is expected, not '%s'", tostring(x)) end
  return v
end

function convert.list(name, x, spec)
  local out = {}
  local function add(item)
    local each = convert[spec.each or "text"](name, item, spec)
    if spec.choices then
      local found = false
      for _, c in ipairs(spec.choices) do found = found or c == each end
      if not found then misuse(name, "'%s' is not one of %s", tostring(each), table.concat(spec.choices, ", ")) end
    end
    out[#out + 1] = each
  end
  if type(x) == "table" then
    for _, item in ipairs(x) do add(item) end
  else
    for item in tostring(x):gmatch("[^,%s]+") do add(item) end
  end
  return out
end

function convert.amounts(name, x)
  local out = {}
  for item in tostring(x):gmatch("[^,%s]+") do
    local code, text = item:match("^(%w+)=(.+)$")
    local n = tonumber(text or item)
    if not (n and n > 0 and n < math.huge) then misuse(name, "a number above 0 or CODE=number is expected, not '%s'", item) end
    out[code or 1] = n
  end
  return out
end

local function sorted_names(t)
  local names = {}
  for name in pairs(t) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return names
end

local function value_text(v)
  if type(v) == "table" then
    local out = {}
    for i, item in ipairs(v) do out[i] = tostring(item) end
    return table.concat(out, ",")
  end
  return tostring(v)
end

local function print_help(specs)
  local names, wide = sorted_names(specs), 0
  for _, name in ipairs(names) do wide = math.max(wide, #name) end
  local out = { #names > 0 and "Arguments (--arg name=value):" or "The script takes no arguments." }
  for _, name in ipairs(names) do
    local s = specs[name]
    local notes = {}
    if s.choices then notes[#notes + 1] = "one of " .. table.concat(s.choices, ", ") end
    if s.min then notes[#notes + 1] = "at least " .. tostring(s.min) end
    if s.max then notes[#notes + 1] = "at most " .. tostring(s.max) end
    if s.default ~= nil then notes[#notes + 1] = "default " .. value_text(s.default) end
    if s.required then notes[#notes + 1] = "required" end
    out[#out + 1] = fmt("  %-" .. wide .. "s  %-7s  %s%s", name, s.type, s.help or "",
      #notes > 0 and fmt("%s(%s)", s.help and " " or "", table.concat(notes, "; ")) or "")
  end
  tasks.out(table.concat(out, "\n") .. "\n")
  tasks.finish(0)
end

local function check_spec(name, s)
  if type(name) ~= "string" or not name:find("^[%a_][%w_]*$") or #name > 60 then
    error("args: a name is letters, digits and _: " .. tostring(name), 3)
  end
  if type(s) ~= "table" then error(fmt("args.%s: a table { type = ... } is expected", name), 3) end
  if rawget(convert, s.type or "text") == nil then
    error(fmt("args.%s: type '%s' is none of text, number, integer, bool, list, amounts", name, tostring(s.type)), 3)
  end
end

local function declare(_, specs)
  check(type(specs) == "table", "args: a table of arguments is expected")
  local copy, out = {}, {}
  for name, s in pairs(specs) do
    check_spec(name, s)
    local c = {}
    for k, v in pairs(s) do c[k] = v end
    c.type = c.type or "text"
    copy[name] = c
  end
  if given.help == true then print_help(copy) end
  for name in pairs(given) do
    if copy[name] == nil and name ~= "help" then
      local names = sorted_names(copy)
      local near = require "format".nearest(name, names)
      misuse(name, #names > 0 and "there is no such argument%s; there are %s" or "the script takes no arguments", near and fmt(" (did you mean '%s'?)", near) or "",
        table.concat(names, ", "))
    end
  end
  for name, s in pairs(copy) do
    local x = given[name]
    if x == nil then
      if s.required then misuse(name, "must be given (--arg %s=...)", name) end
      if s.type == "bool" and s.default == nil then out[name] = false
      elseif s.default ~= nil then out[name] = convert[s.type](name, s.default, s) end
    else
      out[name] = convert[s.type](name, x, s)
    end
    if s.choices and s.type ~= "list" and out[name] ~= nil then
      local found = false
      for _, c in ipairs(s.choices) do found = found or c == out[name] end
      if not found then misuse(name, "'%s' is not one of %s", tostring(out[name]), table.concat(s.choices, ", ")) end
    end
  end
  declared, values = copy, out
  return out
end

args = tasks.setmetatable({}, {
  __call = declare,
  __index = function(_, name)
    if declared then
      if declared[name] == nil then error(fmt("args.%s is not declared", tostring(name)), 2) end
      return values[name]
    end
    return given[name]
  end,
  __newindex = function() error("args cannot be changed", 2) end,
  __pairs = function() return pairs(values or given) end,
  __metatable = false,
})

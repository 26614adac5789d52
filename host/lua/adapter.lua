-- An adapter as a table: is it well formed, and what the rest of the host knows of it. Runs in the adapter's own state.
local require = ...
local errors = require "errors"
local methods = require "methods"
local template = require "template"
local endpoint = require "endpoint"

local adapter = {}

local function set(text)
  local out = {}
  for word in text:gmatch("%S+") do out[word] = true end
  return out
end

local credential = set "apiKey secret uid accountId login password twofa privateKey walletAddress token"
local right = set "public read trade withdraw"
local encode = set "form json json_always query"
local arrays = set "repeat brackets index comma json"
local verbs = set "get post put delete patch"
local list_of = { credential = credential, right = right, encode = encode, arrays = arrays }

local function nearest(word, candidates)
  local best, best_d
  for c in pairs(candidates) do
    local d = native.distance(word, c)
    if not best or d < best_d or (d == best_d and c < best) then best, best_d = c, d end
  end
  return best_d and best_d <= 3 and best or nil
end

-- The checks: each gets report(field, text).
local function one_of(value, allowed, field, report)
  if not allowed[value] then
    local near = type(value) == "string" and nearest(value, allowed)
    local names = {}
    for name in pairs(allowed) do names[#names + 1] = name end
    table.sort(names)
    report(field, "'" .. tostring(value) .. "' is none of " .. table.concat(names, ", ") .. (near and " (did you mean '" .. near .. "'?)" or ""))
  end
end

local function is_type(value, type_, field, report)
  if value ~= nil and type(value) ~= type_ then report(field, "expected a " .. type_ .. ", got a " .. type(value)) return false end
  return value ~= nil
end

local function class_values(t, field, report)
  if not is_type(t, "table", field, report) then return end
  for k, class in pairs(t) do
    if type(class) ~= "string" or not errors.known(class) then
      report(field .. "[" .. tostring(k) .. "]", "'" .. tostring(class) .. "' is no error class")
    end
  end
end

-- scheme, host[:port], path of a base URL; nil when it is none.
function adapter.split_url(url)
  if type(url) ~= "string" then return nil end
  local scheme, host, path = url:match("^(https?)://([%w.-]+:?%d*)(/?[%w%-._~/%%]*)$")
  if not scheme then return nil end
  return scheme, host, (path:gsub("/+$", ""))
end

local function check_hosts(t, report)
  if not is_type(t, "table", "hosts", report) then
    if t == nil then report("hosts", "missing: name -> base URL") end
    return
  end
  local n = 0
  for name, url in pairs(t) do
    n = n + 1
    local scheme, host = adapter.split_url(url)
    if not scheme then report("hosts." .. tostring(name), "'" .. tostring(url) .. "' is no base URL")
    elseif scheme == "http" and not (host:match("^127%.") or host:match("^localhost")) then
      report("hosts." .. tostring(name), "http:// is for loopback only")
    end
  end
  if n == 0 then report("hosts", "names no host") end
  if n > 16 then report("hosts", "names more than 16 hosts") end
end

-- Fields of an endpoint: the type that each has, or true for what is looked at further down.
local endpoint_fields = {
  get = true, post = true, put = true, delete = true, patch = true,
  host = true, send = true, read = true, right = true, encode = true, arrays = true, run = "function", failed = true, code = true, message = true,
  text = true, kind = true, params = true, markets = true, cost = "number", bucket = "string", headers = "table", needs = "string", priceless = true,
  types = "string", timeout_ms = "number", steady = "boolean",
}

local function check_endpoint(A, field, d, report)
  if not is_type(d, "table", field, report) then return end
  local verb
  for k, v in pairs(d) do
    local known = endpoint_fields[k]
    if verbs[k] then
      if verb then report(field, "has both " .. verb .. " and " .. k) end
      verb = k
    elseif not known then
      local near = type(k) == "string" and nearest(k, endpoint_fields)
      report(field .. "." .. tostring(k), "unknown field" .. (near and " (did you mean '" .. near .. "'?)" or ""))
    elseif known ~= true and type(v) ~= known then
      is_type(v, known, field .. "." .. k, report)
    elseif list_of[k] then
      one_of(v, list_of[k], field .. "." .. k, report)
    end
  end
  if d.run ~= nil then
    if verb then report(field, "has both run and " .. verb) end
  elseif not verb then
    report(field, "says neither what to get, post, put, delete or patch, nor how to run")
  else
    local path = d[verb]
    if is_type(path, "string", field .. "." .. verb, report) then
      if not path:find "^[/{]" and path ~= "" then report(field .. "." .. verb, "the path must begin with '/'") end
      local ok, why = pcall(template.value, path, true)
      if not ok then report(field .. "." .. verb, tostring(why)) end
    end
    if d.host ~= nil and not (type(A.hosts) == "table" and A.hosts[d.host]) then report(field .. ".host", "no host '" .. tostring(d.host) .. "' in hosts") end
    if d.host == nil and type(A.hosts) == "table" and not A.hosts.api then report(field, "names no host, and hosts has no 'api'") end
  end
  if type(d.send) == "string" then
    local ok, why = pcall(template.send, d.send)
    if not ok then report(field .. ".send", tostring(why)) end
  elseif d.send ~= nil and type(d.send) ~= "function" and type(d.send) ~= "table" and type(d.send) ~= "userdata" then
    report(field .. ".send", "expected text, a table or a function")
  end
  if d.read ~= nil and type(d.read) ~= "function" and not native.is_plan(d.read) then
    report(field .. ".read", "expected a map such as ticker { ... }, or a function")
  end
  if type(d.cost) == "number" and (d.cost < 0 or d.cost > 10000) then report(field .. ".cost", "must be 0 to 10000") end
  if type(d.timeout_ms) == "number" and d.timeout_ms <= 0 then report(field .. ".timeout_ms", "must be positive") end
  local m = methods[field]
  local r = d.right or (m and m.right)
  if r and r ~= "public" and not A.sign then report(field, "needs the right '" .. tostring(r) .. "', but the adapter has no sign") end
end

local top = {
  hosts = check_hosts,
  credentials = function(t, report)
    if not is_type(t, "table", "credentials", report) then return end
    for _, name in ipairs(t) do one_of(name, credential, "credentials", report) end
  end,
  rate = function(t, report)
    if not is_type(t, "table", "rate", report) then return end
    for k, v in pairs(t) do
      if k ~= "interval_ms" and k ~= "burst" then report("rate." .. tostring(k), "unknown field (interval_ms and burst are known)")
      elseif type(v) ~= "number" or v < 0 then report("rate." .. k, "must be a number from 0") end
    end
  end,
  precision = function(v, report) one_of(v, set "tick places digits", "precision", report) end,
  timeframes = function(t, report)
    if type(t) == "string" then t = adapter.frames(t) end
    if not is_type(t, "table", "timeframes", report) then return end
    for k in pairs(t) do
      if not tostring(k):match("^%d+[smhdwMy]$") then report("timeframes", "'" .. tostring(k) .. "' is no timeframe such as 1m, 4h, 1d") end
    end
  end,
  renames = function(t, report) is_type(t, "table", "renames", report) end,
  fees = function(t, report) is_type(t, "table", "fees", report) end,
  encode = function(v, report) one_of(v, encode, "encode", report) end,
  arrays = function(v, report) one_of(v, arrays, "arrays", report) end,
  failed = function(v, report)
    if type(v) ~= "string" and type(v) ~= "function" then report("failed", "expected a path or a function") end
  end,
  code = function(v, report) is_type(v, "string", "code", report) end,
  message = function(v, report) is_type(v, "string", "message", report) end,
  errors = function(t, report) class_values(t, "errors", report) end,
  broad = function(t, report)
    if not is_type(t, "table", "broad", report) then return end
    for i, row in ipairs(t) do
      if type(row) ~= "table" or type(row[1]) ~= "string" or not errors.known(row[2]) then
        report("broad[" .. i .. "]", "expected { \"fragment\", \"ErrorClass\" }")
      end
    end
  end,
  http = function(t, report) class_values(t, "http", report) end,
  maps = function(t, report)
    if not is_type(t, "table", "maps", report) then return end
    for k, v in pairs(t) do is_type(v, "table", "maps." .. tostring(k), report) end
  end,
  symbol_of = function(v, report) is_type(v, "function", "symbol_of", report) end,
  client_id = function(v, report) one_of(v, set "uuid hex alnum digits", "client_id", report) end,
  nonce = function(v, report) one_of(v, set "ms s us ns", "nonce", report) end,
  sign = function(v, report) is_type(v, "function", "sign", report) end,
  options = function(t, report) is_type(t, "table", "options", report) end,
  markets_need = function(v, report) is_type(v, "boolean", "markets_need", report) end,
  codes_free = function(v, report) is_type(v, "boolean", "codes_free", report) end,
  headers = function(t, report) is_type(t, "table", "headers", report) end,
}

-- Everything wrong with the table A: a list of { field, text }, empty when all is well.
function adapter.problems(A)
  local found = {}
  local function report(field, text) found[#found + 1] = { field = field, text = text } end
  if type(A) ~= "table" then
    report("", "the file must return a table, got " .. (A == nil and "nothing" or "a " .. type(A)))
    return found
  end
  if A.hosts == nil then check_hosts(nil, report) end
  for k, v in pairs(A) do
    if top[k] then
      top[k](v, report)
    elseif type(k) == "string" and methods[k] then
      check_endpoint(A, k, v, report)
    else
      local all = {}
      for name in pairs(top) do all[name] = true end
      for name in pairs(methods) do all[name] = true end
      local near = type(k) == "string" and nearest(k, all)
      report(tostring(k), "neither a field of adapters nor a method of the unified API" .. (near and " (did you mean '" .. near .. "'?)" or ""))
    end
  end
  if A.credentials and not A.sign then report("credentials", "are named, but the adapter has no sign") end
  table.sort(found, function(x, y) return x.field < y.field end)
  return found
end

-- Line of the source where `field` ("fetch_ticker.send") is set, or 1.
function adapter.line_of(source, field)
  local line, at = 1, 1
  for name in field:gmatch("[%a_][%w_]*") do
    local from = source:find("%f[%w_]" .. name .. "%f[^%w_]%s*=", at)
    if not from then break end
    at = from
  end
  for _ in source:sub(1, at - 1):gmatch("\n") do line = line + 1 end
  return line
end

-- What adapters have beside the constructors and the signing vocabulary.
function fail(class, message, more)
  if not errors.known(class) then error("'" .. tostring(class) .. "' is no error class", 2) end
  error(errors.new(class, tostring(message), more), 0)
end

-- by_class { InvalidOrder = "code code ...", ... }: a table code -> class. Codes with spaces in them: a list of texts instead.
function by_class(t)
  local out = {}
  for class, codes in pairs(t) do
    if type(codes) == "table" then
      for _, code in ipairs(codes) do out[code] = class end
    else
      for code in codes:gmatch("%S+") do out[code] = class end
    end
  end
  return out
end

-- "1m=1min 5m=5min 1d": unified -> the exchange's own, which is the same where none is said.
function adapter.frames(text)
  local out = {}
  for word in text:gmatch("%S+") do
    local name, own = word:match("^([^=]*)=(.*)$")
    out[name or word] = own or word
  end
  return out
end

local given_dialects = {}     -- name -> text: those that came with the adapter
local ask_for_others          -- the broker has more; not while a file is checked
local dialects = {}           -- name -> what it returned: one that several build on is run once
local loading = {}            -- those that are being run

-- with(fields, more): the fields of both in a new table; those of `more` win. For maps that differ in little.
function with(fields, more)
  local out = {}
  for k, v in pairs(fields) do out[k] = v end
  for k, v in pairs(more) do out[k] = v end
  return out
end

require "recipes"

function dialect(name)
  if type(name) ~= "string" or not name:match("^[%l%d_]+$") then error("a dialect's name is lower-case letters, digits and _", 2) end
  if dialects[name] then return dialects[name] end
  local text, why = given_dialects[name], "not there"
  if not text and ask_for_others then text, why = native.dialect(name) end
  if not text then error("dialect '" .. name .. "': " .. tostring(why), 2) end
  local chunk, problem = native.load(text, "@exchanges/dialects/" .. name .. ".lua")
  if not chunk then error(problem, 0) end
  if loading[name] then error("dialect '" .. name .. "' loads itself", 2) end
  loading[name] = true
  local ok, out = pcall(chunk)
  loading[name] = nil
  if not ok then error(out, 0) end
  dialects[name] = out
  return out
end

-- Runs the file's text. Returns its table, or nil and what is wrong with the text.
local function evaluate(source, file, given, ask)
  given_dialects, ask_for_others, dialects = given or {}, ask, {}
  local chunk, why = native.load(source, "@" .. file)
  if not chunk then return nil, why end
  local ok, A = pcall(chunk)
  if not ok then return nil, type(A) == "table" and A.message or tostring(A) end
  return A
end

-- The methods of a well formed adapter by the right that they need: right -> list of names.
function adapter.rights(A)
  local out = {}
  for name, d in pairs(A) do
    if methods[name] then
      local r = d.right or methods[name].right
      out[r] = out[r] or {}
      table.insert(out[r], name)
    end
  end
  for _, names in pairs(out) do table.sort(names) end
  return out
end

-- What each method of a well formed adapter asks for, as a user may review it: name -> "read POST https://host/path".
function adapter.endpoints(A)
  local out = {}
  for name, d in pairs(A) do
    if methods[name] then
      local asks = d.run and "what a function says"
      for verb in pairs(asks and {} or verbs) do
        if d[verb] then asks = verb:upper() .. " " .. A.hosts[d.host or "api"] .. d[verb] end
      end
      out[name] = tostring(d.right or methods[name].right) .. " " .. tostring(asks)
    end
  end
  return out
end

-- All problems of a file: list of { file, line, field, text }. `dialects`: texts, by name.
function adapter.check(source, file, dialects)
  local A, why = evaluate(source, file, dialects)
  if why then
    local line, text = tostring(why):match(":(%d+): (.*)$")
    return { { file = file, line = tonumber(line) or 1, field = "", text = text or tostring(why) } }
  end
  local problems = adapter.problems(A)
  for _, p in ipairs(problems) do
    p.file, p.line = file, adapter.line_of(source, p.field)
  end
  if #problems == 0 then problems.rights, problems.endpoints = adapter.rights(A), adapter.endpoints(A) end
  return problems
end

local precision_names = { tick = "TICK_SIZE", places = "DECIMAL_PLACES", digits = "SIGNIFICANT_DIGITS" }

-- Loads the adapter (`dialects`: texts, by name, of those that came with it): returns the venue object that endpoint.call works on, and its description as plain data. Raises text on a bad one.
function adapter.open(id, source, file, dialects, options)
  local A, why = evaluate(source, file, dialects, true)
  if why then error(why, 0) end
  local problems = adapter.problems(A)
  if #problems > 0 then
    local p = problems[1]
    error(("%s:%d: %s: %s%s"):format(file, adapter.line_of(source, p.field), p.field, p.text,
      #problems > 1 and " (and " .. #problems - 1 .. " more: bourse check)" or ""), 0)
  end
  if type(A.timeframes) == "string" then A.timeframes = adapter.frames(A.timeframes) end
  if A.sign and not A.credentials then A.credentials = { "apiKey", "secret" } end
  local venue = {
    id = id, adapter = A, options = {}, hosts = {}, compiled = {}, declared = {}, methods = {}, paths = {}, precision = A.precision or "tick",
    keep = setmetatable({}, { __mode = "k" }), dry = setmetatable({}, { __mode = "k" }), calls = setmetatable({}, { __mode = "k" }),
    call_arguments = setmetatable({}, { __mode = "k" }),
    market = native.market, symbols = native.symbols, market_count = native.market_count, currency = native.currency,
    currency_id_in_markets = native.currency_id_in_markets, code_of = native.code_of, now = native.now,
    key = native.key(A.credentials or {}, A.nonce or "ms"),
  }
  for k, v in pairs(A.options or {}) do venue.options[k] = v end
  for k, v in pairs(options or {}) do venue.options[k] = v end
  local urls = {}
  for name, url in pairs(A.hosts) do
    local scheme, host, path = adapter.split_url(url)
    venue.hosts[name] = { base = scheme .. "://" .. host, name = host, path = path }
    urls[name] = scheme .. "://" .. host
  end
  local has, asked = {}, {}
  for name, d in pairs(A) do
    if methods[name] then
      has[name] = true
      asked[name] = d.right or methods[name].right
      if not d.run then venue.declared[d] = true end
    end
  end
  native.rename("XBT", "BTC")
  native.rename("BCHSV", "BSV")
  for from, to in pairs(A.renames or {}) do native.rename(from, to) end
  native.reading { fees = A.fees, symbol_of = A.symbol_of, maps = A.maps, precision = venue.precision }
  function ask(d, a) return endpoint.ask(venue, d, a) end
  return venue, {
    id = id, has = has, rights = asked, hosts = urls, credentials = A.credentials or {}, timeframes = A.timeframes,
    rate_limit = A.rate and A.rate.interval_ms or 100, burst = A.rate and A.rate.burst or 1,
    precision_mode = precision_names[venue.precision], fees = A.fees, options = venue.options,
    client_id = A.client_id,
  }
end

return adapter

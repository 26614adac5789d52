-- Endpoints: from a method and its arguments to requests, and from replies to what `read` makes of them. Runs in the adapter's state, in a
-- coroutine for each call; `native` is venue.c: it sends requests, keeps the markets, and reads by map.
local require = ...
local errors = require "errors"
local methods = require "methods"
local template = require "template"
local arguments = require "arguments"

local endpoint = {}

local verbs = { "get", "post", "put", "delete", "patch" }
local verb_names = { "GET", "POST", "PUT", "DELETE", "PATCH" }

local function is_description(t)
  if type(t) ~= "table" then return false end
  for i = 1, #verbs do
    if rawget(t, verbs[i]) ~= nil then return true end
  end
  return false
end

-- The parts of a description that are worked out once: verb, path, send.
local function compile(venue, d)
  local c = venue.compiled[d]
  if c then return c end
  c = {}
  for i = 1, #verbs do
    local text = d[verbs[i]]
    if text then c.method, c.path = verb_names[i], template.value(text, true) end
  end
  if type(d.send) == "string" then
    c.send = template.send(d.send)
  elseif type(d.send) == "function" then
    local f = d.send
    c.send = function(a, out)
      for k, v in pairs(f(a) or {}) do out[k] = v end
    end
  elseif type(d.send) == "table" or type(d.send) == "userdata" then
    local t = type(d.send) == "table" and sorted(d.send) or d.send
    c.send = function(_, out)
      for k, v in pairs(t) do out[k] = v end
    end
  end
  if d.headers then
    c.headers = {}
    for k, v in pairs(d.headers) do c.headers[k] = type(v) == "string" and template.value(v) or v end
  end
  c.encode = (c.method == "GET" and "query") or d.encode or venue.adapter.encode or "form"
  c.arrays = d.arrays or venue.adapter.arrays or "repeat"
  c.host = venue.hosts[d.host or "api"] or error("no host '" .. tostring(d.host or "api") .. "'", 0)
  -- A description made by a function is new at each call: caching those would grow without end.
  if venue.declared[d] then venue.compiled[d] = c end
  return c
end

-- The request as `sign` sees it; body, target and url are made when read.
local Request = {}
Request.__index = function(req, k)
  if k == "body" then
    local form, json = rawget(req, "form"), rawget(req, "json")
    if form and #form > 0 then return encode_form(form, req.arrays) end
    if json and (#json > 0 or req.json_always) then return encode_json(json) end
    return ""
  elseif k == "querystring" then
    return #req.query > 0 and encode_query(req.query, req.arrays) or ""
  elseif k == "target" then
    if #req.query == 0 then return req.path end
    return req.path .. "?" .. encode_query(req.query, req.arrays)
  elseif k == "url" then
    return req.base .. req.target
  end
end

local function content_type(req)
  for name in pairs(req.headers) do
    if name:lower() == "content-type" then return end
  end
  if rawget(req, "json") then req.headers["Content-Type"] = "application/json"
  elseif rawget(req, "form") then req.headers["Content-Type"] = "application/x-www-form-urlencoded" end
end

local function headers_of(venue, c, a)
  local headers = {}
  if venue.adapter.headers then
    for k, v in pairs(venue.adapter.headers) do headers[k] = v end
  end
  if c.headers then
    for k, v in pairs(c.headers) do
      if type(v) == "function" then v = v(a) end
      headers[k] = v
    end
  end
  return headers
end

-- A name as the loosest of servers takes it: PHP drops blanks in front, ends it at a zero, and makes lists of brackets; others do not tell capitals.
local function loosely(name) return (tostring(name):match("^[^%z%[]*"):lower():gsub("[^%w]", "")) end

-- The params of a call, as they are. What the adapter says of a request that is signed stands: of an order or a withdrawal that is what was judged, and
-- where all calls go to one address, it is what tells reading from trading. A param adds to it. How long an order is in force may be said otherwise.
local function add_params(send, params, right)
  local said = right ~= "public" and (type(params) == "userdata" or next(params) ~= nil) and {}
  if said then
    for k, v in pairs(send) do said[loosely(k)] = v end
  end
  for k, v in pairs(type(params) == "userdata" and params or sorted(params)) do
    local was = said and k ~= "timeInForce" and said[loosely(k)]
    if was and tostring(was) ~= tostring(v) then
      error(errors.new("BadRequest", ("params.%s: %s is what is sent for this call already; it cannot be changed"):format(tostring(k), tostring(was))), 0)
    end
    send[k] = v
    if said then said[loosely(k)] = v end
  end
end

local function request_of(venue, d, a, right, with_params)
  local c = compile(venue, d)
  local path = c.path(a)
  if path == nil then error(errors.new("ArgumentsRequired", "an argument that the path needs is missing"), 0) end
  local send = ordered()
  if c.send then c.send(a, send) end
  if with_params then add_params(send, a.params, right) end
  local in_query, nonce = c.encode == "query", venue.adapter.nonce or "ms"
  if in_query and right == "public" then     -- nothing to sign, no body: nobody looks at the request in between
    local url = c.host.base .. c.host.path .. path
    if #send > 0 then url = url .. "?" .. encode_query(send, c.arrays) end
    return { method = c.method, url = url, headers = headers_of(venue, c, a), right = right, cost = d.cost or 1, bucket = d.bucket,
      timeout_ms = d.timeout_ms, nonce = nonce, text = d.text and true or nil }
  end
  local req = setmetatable({
    method = c.method, base = c.host.base, host = c.host.name, path = c.host.path .. path, section = d.host or "api",
    query = in_query and send or ordered(), headers = headers_of(venue, c, a), right = right, arrays = c.arrays,
  }, Request)
  if c.encode == "json" or c.encode == "json_always" then req.json, req.json_always = send, c.encode == "json_always"
  elseif not in_query then req.form = send end
  if right ~= "public" then
    if not venue.adapter.sign then error(errors.new("NotSupported", "this adapter cannot sign"), 0) end
    local ok, why = pcall(venue.adapter.sign, req, venue.key, a)
    if not ok then
      if type(why) == "table" then error(why, 0) end
      error(errors.new("BaseError", "sign failed: " .. tostring(why)), 0)
    end
  end
  local body = req.body
  if body ~= "" then content_type(req) else body = nil end
  return {
    method = req.method, url = req.url, headers = req.headers, body = body, right = right, cost = d.cost or 1,
    bucket = d.bucket, timeout_ms = d.timeout_ms, nonce = nonce, text = d.text and true or nil,
  }
end

-- "error.1,code": a plain path on a view; enough to tell a failure. As lists of steps, kept in the venue by their text.
local function steps_of(venue, path)
  local alternatives = venue.paths[path]
  if alternatives then return alternatives end
  alternatives = {}
  for alternative in path:gmatch("[^,]+") do
    local steps = {}
    for step in alternative:gmatch("[^.]+") do steps[#steps + 1] = math.tointeger(tonumber(step)) or step end
    alternatives[#alternatives + 1] = steps
  end
  venue.paths[path] = alternatives
  return alternatives
end

local function walk(venue, view, path)
  for _, steps in ipairs(steps_of(venue, path)) do
    local v = view
    for i = 1, #steps do
      if type(v) ~= "userdata" then v = nil break end
      v = v[steps[i]]
      if v == nil then break end
    end
    if v ~= nil and v ~= "" then return v end
  end
end

local function among(words, value)
  for word in words:gmatch("%S+") do
    if word == value then return true end
  end
  return false
end

-- `failed` as text: "path", what is there is the code; "path=word word", "path~=word word": what is there is one of these, is none of them.
local function failure_told(venue, d, failed, body)
  local path, sign, words = failed:match("^(.-)(~?=)(.*)$")
  local found = walk(venue, body, path or failed)
  if found == nil or path and among(words, tostring(found)) ~= (sign == "=") then return nil end
  local code, message = d.code or venue.adapter.code, d.message or venue.adapter.message
  message = message and walk(venue, body, message)
  code = code and walk(venue, body, code)
  if code == nil then code = path and sign == "=" and (message or words) or found end
  return code, message
end

local function failure_of(venue, d, status, body, a)
  local failed = d.failed
  if failed == nil then failed = venue.adapter.failed end
  if not failed or type(body) ~= "userdata" then return nil end
  if type(failed) == "string" then return failure_told(venue, d, failed, body) end
  local ok, code, message, class = pcall(failed, body, status, a, d.host or "api")
  if not ok then
    -- A reply that `failed` cannot look into: an error status speaks for itself, a 200 is not the reply that was promised.
    if status >= 400 then return nil end
    error(errors.new("BadResponse", "reply not understood: " .. native.misread(tostring(code))), 0)
  end
  return code, message, class
end

local function class_told(venue, code, message, text)
  local A = venue.adapter
  local exact = A.errors or {}
  if code ~= nil and exact[tostring(code)] then return exact[tostring(code)] end
  if message ~= nil and exact[tostring(message)] then return exact[tostring(message)] end
  for _, row in ipairs(A.broad or {}) do
    for _, where in ipairs { code ~= nil and tostring(code) or "", message ~= nil and tostring(message) or "", text } do
      if where:find(row[1], 1, true) then return row[2] end
    end
  end
end

local function class_of(...)
  local class = class_told(...)
  return errors.known(class) and class or nil
end

-- What native.send gave, looked at. `text` is absent when the body is a view, which knows it.
local function check(venue, d, a, request, status, body, text, why)
  if not status then error(errors.new(why.class, why.message, { venue = venue.id, retry = why.retry }), 0) end
  local code, message, class = failure_of(venue, d, status, body, a)
  if code == nil and status < 400 then
    if type(body) ~= "userdata" and not d.text then
      text = text or tostring(body)
      class = class_of(venue, nil, nil, text)
      why = text == "" and "the reply is empty" or why and "the reply is not JSON (" .. why .. ")"
        or "the reply is neither an object nor a list: " .. text:sub(1, 40)
      error(errors.new(class or (text == "" and "NullResponse" or "BadResponse"), why, { venue = venue.id, http = status }), 0)
    end
    return
  end
  text = text or tostring(body)
  class = errors.known(class) and class or class_of(venue, code, message, text:sub(1, 100000))
  local own = venue.adapter.http or {}
  local by_status = status >= 400 and (own[status] or own.default or errors.http[status])
  if not class then class = code ~= nil and (by_status == "RateLimitExceeded" and by_status or "ExchangeError") or by_status or "ExchangeError" end
  if class == "InvalidNonce" then venue.clock_asked = false end         -- one of the two clocks may have been set: it is measured again
  local told = message or code or ("HTTP " .. status .. " " .. text:gsub("%s+", " "):sub(1, 200))
  local path = type(request.url) == "string" and request.url:match("^%a+://[^/]+([^?]*)") or "(signed)"
  error(errors.new(class, tostring(told), {
    venue = venue.id, code = code ~= nil and tostring(code) or nil, http = status, request = request.method .. " " .. path,
    retry = errors.retryable(class) and (status < 400 or errors.http_retry(status) or code ~= nil),
  }), 0)
end

local perform, known, run_method

-- How far the venue's clock is from this machine's, asked before the first signed request: signatures carry the time. The better of two tries when the first
-- one took long. A venue that does not tell its time is taken to go by ours.
local function measure_clock(venue)
  venue.clock_asked = true
  local d = venue.adapter.fetch_time
  if not d or (d.right or "public") ~= "public" or native.scripted() then return end
  local best, offset
  local co = coroutine.running()
  local call, call_arguments = venue.calls[co], venue.call_arguments[co]       -- this is asked in the midst of another call
  for _ = 1, 2 do
    local before = native.now()
    local ok, time = pcall(function()
      local how, read, value, a = run_method(venue, known(venue, "fetch_time"), {})
      return tonumber(how == "plan" and read(value, a) or value)
    end)
    venue.calls[co], venue.call_arguments[co] = call, call_arguments
    local error_ms = (native.now() - before) / 2
    if not ok or not time then break end
    if not best or error_ms < best then best, offset = error_ms, time - before - error_ms end
    if best <= 100 then break end
  end
  if best then native.clock(offset, best) end
end

-- Sends one description; the reply is checked. Returns what came, the view or the text, and the request. `store`: the map by which the reply goes into the
-- store, so that it can be read while it comes.
function perform(venue, d, a, right, with_params, store)
  if right ~= "public" and not venue.clock_asked and not venue.dry[a] then measure_clock(venue) end
  local request = request_of(venue, d, a, right, with_params)
  request.keep, request.store = venue.keep[a], store
  local asked = native.now()
  local status, body, received, text, why = native.send(request)
  check(venue, d, a, request, status, body, text, why)
  a.received = received
  if request.keep and received and received < asked then venue.kept = true end      -- it was on disk
  return d.text and text or body, request
end

local rights = { public = 1, read = 2, trade = 3, withdraw = 4 }

-- The right of a description made on the way, which may not be more than its method declares. Looked at once: a metatable could answer otherwise
-- the second time.
local function within(name, right, d)
  local asked = d.right
  if asked == nil then return right end
  if (rights[asked] or 9) > (rights[right] or 0) then
    error(errors.new("PermissionDenied", name .. " asked for the right '" .. tostring(asked) .. "' but declares '" .. tostring(right) .. "'"), 0)
  end
  return asked
end

-- These say what the market list is made of, or need none.
local without_markets = { fetch_markets = true, fetch_currencies = true, fetch_time = true, fetch_status = true }

-- All of a method that no call changes.
function known(venue, name)
  local m = venue.methods[name]
  if m then return m end
  local A, method = venue.adapter, methods[name]
  local d = A[name]
  if d == nil then error(errors.new("NotSupported", name .. " is not offered"), 0) end
  m = {
    name = name, description = d, right = d.right or (method and method.right) or "public", kind = d.kind or (method and method.kind) or "raw",
    prepared = method and arguments.prepare(name, method, d),
    steady = d.steady or not d.run and type(d.send) ~= "function",
    needs_markets = A.markets_need ~= false and not without_markets[name] and d.markets ~= false and A.fetch_markets ~= nil,
  }
  for i, arg in ipairs(method and method.args or {}) do
    if arg == "code" then m.code_at = i end
  end
  venue.methods[name] = m
  return m
end

-- What `again` goes on with when the same is asked for once more; nil when the request or what is made of its reply may be another one then.
local function to_repeat(venue, m, d, a, request, again)
  if not again or not m.steady or m.right ~= "public" or d.text or rawget(a, "now") ~= nil or not native.plain(d.read) then return nil end
  return { venue = venue, description = d, a = a, request = request }
end

-- The body of a call whose request was sent as it was before: what native.send gives follows.
function endpoint.again(r, status, body, received, text, why)
  local d, a = r.description, r.a
  check(r.venue, d, a, r.request, status, body, text, why)
  a.received = received
  return "plan", d.read, body, a
end

function run_method(venue, m, given, params, keep, dry_run)
  local name, d, right, kind = m.name, m.description, m.right, m.kind
  local a = arguments.new(venue, m.prepared, given, params)
  venue.keep[a], venue.dry[a] = keep, dry_run
  local again = not params and not keep and not dry_run
  if not d.run then
    local reply, request = perform(venue, d, a, right, true, keep and d.read)
    if d.read == nil then return "kind", kind, { info = reply }, a end
    if type(d.read) == "function" then return "kind", kind, d.read(reply, a), a end
    return "plan", d.read, reply, a, to_repeat(venue, m, d, a, request, again)
  end
  -- For what `run` asks in between; a call belongs to its coroutine, as several run at once.
  local co = coroutine.running()
  venue.calls[co], venue.call_arguments[co] = m, a
  local result = d.run(a)
  venue.calls[co], venue.call_arguments[co] = nil, nil      -- the coroutine will serve other calls
  if is_description(result) then
    local reply, request = perform(venue, result, a, within(name, right, result), true, keep and result.read)
    if result.read == nil then return "kind", kind, { info = reply }, a end
    if type(result.read) == "function" then return "kind", kind, result.read(reply, a), a end
    return "plan", result.read, reply, a, to_repeat(venue, m, result, a, request, again)
  end
  return "kind", kind, result, a
end

-- A list of the venue, read and stored. The broker may have it on disk ("use"); what cannot be read is asked for anew.
local function load_list(venue, name, store, reload)
  local m = known(venue, name)
  local function load(keep)
    local op, x, y, a = run_method(venue, m, {}, nil, keep)
    store(op, x, y, a)
  end
  if reload then return load("renew") end
  venue.kept = false
  local ok, why = pcall(load, "use")
  if ok then return end
  if not venue.kept then error(why, 0) end
  load("renew")
end

local function load_currencies(venue)
  local d = venue.adapter.fetch_currencies
  if not d or venue.currencies_loaded then return end
  if (d.right or "public") ~= "public" then return end
  venue.currencies_loaded = true
  load_list(venue, "fetch_currencies", native.store_currencies)
end

local function load_markets(venue, reload)
  while venue.loading do native.park() end
  if native.market_count() > 0 and not reload then return end
  venue.loading = true
  local ok, why = pcall(load_list, venue, "fetch_markets", native.store_markets, reload)
  venue.loading = false
  native.unpark()
  if not ok then error(why, 0) end
end

-- The global `ask` of adapters.
function endpoint.ask(venue, d, a)
  local co = coroutine.running()
  local m = venue.calls[co]
  if not m then error("ask works only inside run", 2) end
  if not is_description(d) then error("ask takes a table with get, post, put, delete or patch", 2) end
  a = a or venue.call_arguments[co]
  local reply = perform(venue, d, a, within(m.name, m.right, d), d.params)
  if d.read == nil then return reply end
  return d.read(reply, a)
end

-- One call, the body of a coroutine. Returns how to read ("plan", plan, view, a) or what was read ("kind", kind, raw, a), or "loaded".
function endpoint.call(venue, name, given, params, dry_run)
  if name == "load_markets" then
    load_markets(venue, given[1])
    return "loaded"
  end
  if name == "load_currencies" then
    load_currencies(venue)
    return "loaded"
  end
  local m = known(venue, name)
  if m.needs_markets then
    load_markets(venue)
    local code = m.code_at and given[m.code_at]
    if code ~= nil and not native.currency(code) then load_currencies(venue) end
  end
  return run_method(venue, m, given, params, nil, dry_run)
end

-- Any error of an adapter's function as a unified one: a Lua error while reading is a reply that was not understood.
function endpoint.error_of(venue, e, phase)
  if type(e) == "table" and rawget(e, "class") then
    if not rawget(e, "venue") then e.venue = venue.id end
    return e
  end
  local text = tostring(e)
  if phase == "request" then return errors.new("BaseError", text, { venue = venue.id }) end
  return errors.new("BadResponse", native.misread(text), { venue = venue.id })
end

endpoint.is_description = is_description
endpoint.request = request_of
return endpoint

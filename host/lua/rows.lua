-- Rows of our own, tests/adapters/<id>.lua, as a vector file: what an exchange does that no recorded vector shows. A row is
--   { "what it shows", call = { "method", argument, ... }, params = {}, sends = "POST https://host/path?query\nbody", reply = "text", status = 200,
--     gives = { field = value } or fails = "Class", credentials = { ... } instead of the file's }
-- sends and reply are lists where the call makes several requests; without sends nothing may be sent. An absent argument is json.null.
local rows = {
  credentials = { apiKey = "testApiKey0123456789", secret = "dGVzdC1zZWNyZXQtMDEyMzQ1Njc4OWFiY2RlZi1ub3QtYS1yZWFsLXNlY3JldA==" },
  clock_ms = 1718454896789,
}

local function list_of(x) return type(x) == "table" and x or { x } end

local function vector_of(row)
  local http, sends, replies = {}, list_of(row.sends), list_of(row.reply)
  for i, text in ipairs(sends) do
    local head, body = text:match("^([^\n]*)\n?(.*)$")
    local method, url = head:match("^(%u+) (%S+)$")
    if not method then error(row[1] .. ": sends: METHOD URL is expected, then a line for the body", 0) end
    http[i] = {
      request = { method = method, url = url, headers = row.headers or {}, body = body ~= "" and body or json.null },
      reply = { status = row.status or 200, headers = {}, body = replies[i] or "{}" },
    }
  end
  local args = json.list and json.list {} or {}
  for i = 2, #row.call do args[i - 1] = row.call[i] end
  return {
    name = row[1], kind = row.fails and "error" or row.gives ~= nil and "response" or "request", method = row.call[1], args = args, params = row.params or {},
    exchanges_http = http, result = row.gives == nil and json.null or row.gives, error = row.fails or json.null,
    credentials = row.credentials,
  }
end

-- The rows of a file as JSON text. `t` is what the file returns, with markets, credentials, clock_ms and currencies as a vector file has them.
function rows.text(t, id)
  local vectors = {}
  for i, row in ipairs(t) do
    if type(row[1]) ~= "string" or type(row.call) ~= "table" then error(("row %d: a name and call = { method, ... } are expected"):format(i), 0) end
    vectors[i] = vector_of(row)
  end
  return json.encode {
    exchange = id, credentials = t.credentials or rows.credentials,
    clock_ms = t.clock_ms or rows.clock_ms, markets = t.markets or {}, currencies = t.currencies or {}, options = t.options or {}, oracle = { version = "" }, vectors = vectors,
  }
end

return rows

-- bourse shell: reads lines, runs them in the sandbox, prints what they give.
local require = ...
local format, methods, verb = require "format", require "methods", require "verb"

-- Words for completion, and "ready" before each line is read, go to the broker, which has the terminal.
local function words()
  local out = { "exchange", "exchange(\"", "print", "report", "sleep", "together", "every", "log", "math", "string", "table" }
  local ok, registry = pcall(verb.registry)
  if ok then
    for id in pairs(registry.today) do out[#out + 1] = id end
    for id, e in pairs(registry.exchanges) do if e.status == "active" then out[#out + 1] = id end end
  end
  for name in pairs(methods) do out[#out + 1] = name end
  table.sort(out)
  return out
end

local function show(v)
  if type(v) == "table" or type(v) == "userdata" then
    local ok, text = pcall(format.json, v, { indent = "  ", info = false })
    if ok then return text end
  end
  if type(v) == "number" then return format.plain(v) end
  if type(v) == "string" then return format.quote(v) end
  return tostring(v)
end

local function text_of(e)
  if type(e) == "table" and rawget(e, "class") then
    return (e.venue and e.venue .. ": " or "") .. e.class .. ": " .. tostring(e.message)
  end
  return tostring(e)
end

local function compile(text)
  local f = host.compile("return " .. text, "shell")
  if f then return f end
  return host.compile(text, "shell")
end

local kept = nil
local function run(line)
  local text = kept and kept .. "\n" .. line or line
  if text:find("^%s*$") then return end
  local f, why = compile(text)
  if not f then
    if why:find("<eof>", 1, true) and line ~= "" then   -- not whole yet: more lines; an empty one gives up
      kept = text
      return
    end
    kept = nil
    return host.error(format.clean(why))
  end
  kept = nil
  local out = table.pack(pcall(f))
  if not out[1] then return host.error(format.clean(text_of(out[2]))) end
  for i = 2, out.n do host.out(show(out[i]) .. "\n") end
end

if host.args.terminal then report { shell = "words", words = words() } end
while true do
  if host.args.terminal then report { shell = "ready", more = kept ~= nil } end
  local line = host.line()
  local word = host.args.terminal and not kept and line and line.text and line.text:match("^%s*(%a+)%s*$")
  -- At a terminal the end is the end, also when tasks still run; lines from a file may leave some that go on.
  if word == "exit" or word == "quit" then
    report { shell = "bye" }
    return host.done(0)
  end
  if line and line.eof and host.args.terminal then return host.done(0) end
  if not line or line.eof then return end
  if word == "help" then
    host.out("k = exchange \"kraken\"   k:fetch_ticker(\"BTC/USD\").last   k.has   report { ... }   Ctrl-D or exit ends; docs/api.md has the methods\n")
  elseif line.text then
    run(line.text)
  end
end

-- What the verbs share: exchange objects, error lines and exit codes, and the forms of output.
local require = ...
local format = require "format"
local tables = require "table"
local errors = require "errors"

local verb = { words = host.args.words or {}, args = host.args }
verb.form = host.args.format or "table"

-- A terminal that is drawn on, when nothing else was asked for.
verb.draws = host.tty and not host.args.format

-- One line on stderr and the end, with the exit code: 2 wrong usage, 5 network or exchange.
function verb.fail(code, text)
  error({ exit = code, text = text }, 0)
end

local function suggest(ex, symbol)
  local ok, symbols = pcall(function() return ex.symbols end)
  if not ok or type(symbols) ~= "table" or #symbols == 0 then return "" end
  local near = format.nearest(symbol, symbols)
  if near then return " (did you mean " .. near .. "?)" end
  return " (bourse markets " .. ex.id .. " lists all " .. #symbols .. ")"
end

-- Runs f. A unified error becomes one line and exit code 5; what verb.fail raised, its own.
function verb.main(f)
  local ok, e = pcall(f)
  if ok then return end
  if type(e) == "table" and rawget(e, "exit") then
    host.error(format.clean(e.text))
    return host.done(e.exit)
  end
  if type(e) == "table" and rawget(e, "class") then
    local told = tostring(e.message):find("did you mean", 1, true)
    local more = e.class == "BadSymbol" and not told and verb.ex and verb.symbol and suggest(verb.ex, verb.symbol) or ""
    if tostring(e.message):find("was not granted to this run", 1, true) then more = " (--live grants it)" end
    local venue = e.venue and format.clean(e.venue) .. ": " or ""
    host.error(("%s%s: %s%s"):format(venue, e.class, format.clean(tostring(e.message):sub(1, 4000)), more))
    return host.done(5)
  end
  error(e, 0)
end

-- registry.lua as a table.
function verb.registry()
  local text, why = host.source("registry", "registry")
  if not text then verb.fail(1, "cannot read registry.lua: " .. tostring(why) .. " (--home DIR says where it is)") end
  return (host.load(text, "registry.lua"))
end

-- The exchange named by the first word. `symbol` is remembered for suggestions.
function verb.open(id, symbol, settings)
  id = id:lower()
  verb.symbol = symbol
  local ok, ex = pcall(exchange, id, settings)
  if not ok then
    if type(ex) == "table" and ex.class == "BadRequest" and not ex.http then
      local registry = verb.registry()
      verb.fail((registry.exchanges[id] or registry.today[id]) and 5 or 2, tostring(ex.message))
    end
    error(ex, 0)
  end
  verb.ex = ex
  return ex
end

-- Symbols are upper case; people type as they like.
function verb.symbol_of(word)
  return word:find("%l") and word:upper() or word
end

function verb.json(value, options)
  options = options or {}
  if not host.args.info then options.info = false end
  options.indent = options.indent or "  "
  host.out(format.json(value, options) .. "\n")
end

function verb.rows(columns, rows, keys)
  tables.out(verb.form, columns, rows, keys)
end

-- Fields and values under each other.
function verb.fields(pairs_)
  local width = 0
  for _, p in ipairs(pairs_) do width = math.max(width, format.width(p[1])) end
  for _, p in ipairs(pairs_) do
    if p[2] ~= nil and p[2] ~= "" then host.out(format.pad(p[1], width + 2) .. format.plain(p[2]) .. "\n") end
  end
end

verb.is = errors.is
return verb

-- The text of docs/types/unified.lua: the unified structures from the schemas, the methods from host/lua/methods.lua, the helpers from
-- host/lua/exchange.lua. And the check of docs/types/bourse.lua. types_test.c passes the schemas: { { name, fields = { { name, type }, ... } }, ... }.
local schemas, libraries = ...

local function read(path)
  local f = assert(io.open(path))
  local text = f:read("a")
  f:close()
  return text
end

local out = { "---@meta", "-- The unified structures and the methods of exchange objects. Made by build/tests/types_test --write; a test compares." }
local function add(line, ...) out[#out + 1] = select("#", ...) > 0 and line:format(...) or line end

---- structures ----

local class_of = { ticker = "Ticker", trade = "Trade", order = "Order", balance = "BalanceEntry", market = "Market", currency = "Currency",
  transaction = "Transaction", transfer = "Transfer", ledger_entry = "LedgerEntry", address = "Address", trading_fee = "TradingFee",
  withdraw_fee = "WithdrawFee", account = "Account", status = "Status", position = "Position", funding_rate = "FundingRate", book = "OrderBook" }
local type_of = { NUMBER = "number", TEXT = "string", ID = "string", TIME = "integer", INTEGER = "integer", BOOL = "boolean", TRADES = "bourse.Trade[]",
  FEES = "bourse.Fee[]", TABLE = "table" }
local more = {
  OrderBook = { "bids bourse.Side # best first", "asks bourse.Side", "received? integer # ms", "age? integer # ms", "info? any # what the exchange sent",
    "best fun(self: bourse.OrderBook): number?, number?, number?, number? # bid, ask, their amounts" },
  Ticker = { "info? any" }, Trade = { "info? any" }, Order = { "info? any" }, Transaction = { "info? any" }, Market = { "info? any" }, Currency = { "info? any" },
}

-- A class, and one for each group of its dotted names.
local function structure(class, fields)
  local groups, order = {}, {}
  add("\n---@class bourse.%s", class)
  for _, f in ipairs(fields) do
    local head, rest = f[1]:match("^([^.]+)%.(.+)$")
    if not head then
      add("---@field %s? %s", f[1], assert(type_of[f[2]], f[2]))
    else
      if not groups[head] then
        groups[head], order[#order + 1] = {}, head
        add("---@field %s? bourse.%s.%s", head, class, head)
      end
      table.insert(groups[head], { rest, f[2] })
    end
  end
  for _, line in ipairs(more[class] or {}) do add("---@field %s", line) end
  for _, head in ipairs(order) do structure(class .. "." .. head, groups[head]) end
end

add "\n---@class bourse.Fee\n---@field cost? number\n---@field currency? string\n---@field rate? number"
add "\n---@class bourse.Level\n---@field [1] number # price\n---@field [2] number # amount\n---@field [3]? string # id, in books of single orders"
add "\n---@class bourse.Side\n---@field [integer] bourse.Level\n---@operator len: integer"
for _, s in ipairs(schemas) do
  if class_of[s.name] then structure(class_of[s.name], s.fields) end
end
add "\n---`balance.BTC.free`, and `balance.free.BTC`\n---@class bourse.Balance\n---@field [string] bourse.BalanceEntry\n---@field free table<string, number>"
add "---@field used table<string, number>\n---@field total table<string, number>\n---@field info? any"

---- methods ----

local kind_of = { ticker = "bourse.Ticker", tickers = "table<string, bourse.Ticker>", trades = "bourse.Trade[]", order = "bourse.Order",
  orders = "bourse.Order[]", balance = "bourse.Balance", markets = "bourse.Market[]", currencies = "table<string, bourse.Currency>",
  transaction = "bourse.Transaction", transactions = "bourse.Transaction[]", transfer = "bourse.Transfer", transfers = "bourse.Transfer[]",
  ledger_entry = "bourse.LedgerEntry", ledger = "bourse.LedgerEntry[]", address = "bourse.Address", addresses = "table<string, bourse.Address>",
  trading_fee = "bourse.TradingFee", trading_fees = "table<string, bourse.TradingFee>", withdraw_fee = "bourse.WithdrawFee",
  withdraw_fees = "table<string, bourse.WithdrawFee>", accounts = "bourse.Account[]", status = "bourse.Status", position = "bourse.Position",
  positions = "bourse.Position[]", funding_rate = "bourse.FundingRate", funding_rates = "table<string, bourse.FundingRate>", book = "bourse.OrderBook",
  candles = "number[][]", time = "integer", raw = "any" }
local argument_of = { symbol = "string", symbols = "string[]", limit = "integer", since = "integer", timeframe = "string", code = "string", codes = "string[]",
  order_id = "string", ids = "string[]", type = "string", side = '"buy"|"sell"', amount = "number|string", price = "number|string", cost = "number|string",
  orders = "table[]", timeout = "integer", address = "string", tag = "string", from_account = "string", to_account = "string", leverage = "number",
  mode = "string", hedged = "boolean", from_code = "string", to_code = "string", status = "string", params = "table", reload = "boolean", trigger = "number|string", stop = "number|string", x = "number|string",
  text = "string", taker_or_maker = '"taker"|"maker"' }
local optional = { symbols = true, codes = true, since = true, limit = true, timeframe = true, price = true, params = true, tag = true, reload = true,
  taker_or_maker = true }

-- A symbol or code that only narrows a list may be left out, and so may one that follows an id.
local function may_be_left_out(name, args, i)
  if optional[args[i]] then return true end
  if args[i] ~= "symbol" and args[i] ~= "code" then return false end
  if i > 1 then return args[1] == "order_id" or args[1] == "ids" or args[1] == "leverage" or args[1] == "mode" or args[1] == "hedged" end
  return name == "cancel_all_orders" or (args[2] == "since" and not name:find("^fetch_trades$") and not name:find("history") and name ~= "fetch_liquidations")
end

local function method(name, args, result, note)
  local words, rest = {}, true                       -- rest: all that follow may be left out
  for i = #args, 1, -1 do
    local a = args[i]
    local kind = argument_of[a] or "any"
    rest = rest and may_be_left_out(name, args, i)
    words[i] = ("%s%s: %s%s"):format(a, rest and "?" or "", kind, not rest and optional[a] and "|nil" or "")
  end
  table.insert(words, 1, "self: bourse.Exchange")
  add("---@field %s fun(%s): %s%s", name, table.concat(words, ", "), result, note and " # " .. note or "")
end

local methods = dofile("host/lua/methods.lua")
local names = {}
for name in pairs(methods) do names[#names + 1] = name end
table.sort(names)
add "\n---@class bourse.Exchange\n---@field id string\n---@field markets table<string, bourse.Market>\n---@field symbols string[]"
add "---@field currencies table<string, bourse.Currency>\n---@field has table<string, boolean|\"emulated\">\n---@field timeframes? table<string, string>"
add "---@field options table\n---@field rate_limit? number # ms between two calls\n---@field precision_mode \"TICK_SIZE\"|\"DECIMAL_PLACES\"|\"SIGNIFICANT_DIGITS\""
for _, name in ipairs(names) do
  local m, args = methods[name], {}
  for i, a in ipairs(m.args) do args[i] = a end
  args[#args + 1] = "params"
  method(name, args, kind_of[m.kind] or "any", m.right ~= "public" and "right: " .. m.right or nil)
end

local result_of = { market = "bourse.Market", currency = "bourse.Currency", load_markets = "table<string, bourse.Market>", calculate_fee = "bourse.Fee",
  milliseconds = "integer", parse_timeframe = "integer|nil" }
local helpers = {}
for name, list in read("host/lua/exchange.lua"):gmatch("\nfunction helpers%.([%w_]+)%(([^)]*)%)") do helpers[#helpers + 1] = { name, list } end
table.sort(helpers, function(a, b) return a[1] < b[1] end)
for _, h in ipairs(helpers) do
  local name, args = h[1], {}
  for a in h[2]:gmatch("[%w_]+") do args[#args + 1] = a == "type_" and "type" or a == "_" and (name == "calculate_fee" and "type" or "self") or a end
  table.remove(args, 1)
  if not methods[name] then
    method(name, args, result_of[name] or name:find("^create_.*order") and "bourse.Order" or name:find("_to_precision$") and "string" or "any")
  end
end

---- the other page ----

local page, problems = read("docs/types/bourse.lua"), {}
local known = { exchange = true, pair = true, limits = true, iso8601 = true, parse8601 = true, ["json.encode"] = true, ["json.decode"] = true }
for name in read("host/lua/strategy.lua"):gmatch("\nfunction ([%w_]+)%(") do known[name] = true end
for name, library in pairs(libraries) do
  for f in pairs(library) do known[name .. "." .. f] = true end
end
local there = {}
for name in page:gmatch("\nfunction ([%w_.]+)%(") do
  there[name] = true
  if not known[name] then problems[#problems + 1] = "docs/types/bourse.lua: there is no " .. name end
end
for name in pairs(known) do
  if not there[name] then problems[#problems + 1] = "docs/types/bourse.lua: nothing about " .. name end
end
table.sort(problems)
return table.concat(out, "\n") .. "\n", table.concat(problems, "\n")

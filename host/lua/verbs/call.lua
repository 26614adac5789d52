-- bourse call ID METHOD [JSON]...: any unified method; one JSON value on stdout.
local require = ...
local verb, format, methods = require "verb", require "format", require "methods"

-- Methods of exchange objects that are no endpoints, with their arguments.
local helpers = {
  load_markets = "", market = "symbol", currency = "code", milliseconds = "", parse_timeframe = "timeframe",
  amount_to_precision = "symbol amount", price_to_precision = "symbol price", cost_to_precision = "symbol cost",
  currency_to_precision = "code amount", calculate_fee = "symbol type side amount price takerOrMaker",
  create_limit_order = "symbol side amount price", create_market_order = "symbol side amount price",
  create_limit_buy_order = "symbol amount price", create_limit_sell_order = "symbol amount price",
  create_market_buy_order = "symbol amount", create_market_sell_order = "symbol amount",
  create_post_only_order = "symbol type side amount price", create_reduce_only_order = "symbol type side amount price",
  create_trigger_order = "symbol type side amount price triggerPrice",
  create_stop_loss_order = "symbol type side amount price stopLossPrice",
  create_take_profit_order = "symbol type side amount price takeProfitPrice",
}

-- Its name, and what methods.lua says of it. fetchOHLCV and fetch_ohlcv are the same method.
local function method_of(word)
  local name = word
  if name:find("%u") then name = name:gsub("(%l)(%u)", "%1_%2"):lower() end
  if methods[name] then return name, methods[name] end
  local names = {}
  for k in pairs(methods) do names[#names + 1] = k end
  if helpers[name] then
    local args = {}
    for word in helpers[name]:gmatch("%S+") do args[#args + 1] = word end
    return name, { args = args, kind = "raw" }
  end
  for k in pairs(helpers) do names[#names + 1] = k end
  local near = format.nearest(name, names)
  verb.fail(2, ("call: no method '%s'%s"):format(word, near and " (did you mean " .. near .. "?)" or ""))
end

-- JSON, or else text. null is an argument left out. A number that a double would change stays text: exchanges take it as it is.
local function value_of(word)
  if word == "null" then return nil end
  if word == "true" then return true end
  if word == "false" then return false end
  if word:find("^%-?%d") then
    local x = tonumber(word)
    if x and math.type(x) == "integer" then return x end
    if x and #word:gsub("[^%d]", "") <= 15 then return x end
    return word
  end
  if word:find('^["{%[]') then
    local ok, v = pcall(json.decode, word)
    if not ok then verb.fail(2, "call: this is not JSON: " .. word:sub(1, 60)) end
    return v
  end
  return word
end

local lists = { markets = true, trades = true, candles = true, orders = true, transactions = true, transfers = true, ledger = true,
  accounts = true, positions = true }

local function show_request(r)
  host.out(format.clean(("%s %s"):format(r.method, r.url)) .. "\n")
  local names = {}
  for k in pairs(r.headers or {}) do names[#names + 1] = k end
  table.sort(names)
  for _, k in ipairs(names) do host.out(format.clean(k .. ": " .. r.headers[k]) .. "\n") end
  if r.body and r.body ~= "" then host.out("\n" .. r.body .. "\n") end
end

verb.main(function()
  local name, m = method_of(verb.words[2])
  local args, n = {}, 0
  for i = 3, #verb.words do
    n = n + 1
    args[n] = value_of(verb.words[i])
    if m.args[n] == "symbol" and type(args[n]) == "string" then verb.symbol = args[n] end
  end
  local symbol = verb.symbol
  if n > #m.args + 1 then
    local takes = table.concat(m.args, ", ") .. (#m.args > 0 and ", " or "") .. "params"
    verb.fail(2, ("call: %s takes (%s)"):format(name, takes))
  end
  -- An object after fewer arguments than the method has is its params.
  local last = args[n]
  if type(last) == "table" and n <= #m.args and not ("symbols codes orders ids"):find(m.args[n], 1, true) then
    args[n], args[#m.args + 1] = nil, last
    n = #m.args + 1
  end
  local dry = verb.args["dry-run"]
  local ex = verb.open(verb.words[1], symbol, dry and { dry_run = true })
  if dry then
    local request = ex[name](ex, table.unpack(args, 1, n))
    if not verb.args.format then return show_request(request) end
    return verb.json(request, { order = { "method", "url", "headers", "body" } })
  end
  local result = ex[name](ex, table.unpack(args, 1, n))
  local pretty = verb.args.format == "pretty" or (host.tty and not verb.args.format)
  host.out(format.json(result, { list = lists[m.kind], info = verb.args.info == true, indent = pretty and "  " or nil }) .. "\n")
end)

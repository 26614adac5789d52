-- Live orders, asserted: run by standing.sh against local venues whose prices stand still.
args {
  part = { type = "text", default = "placed", help = "placed: what create_order returns; rests: leaves an order and waits; calm: waits without one; pair" },
  venues = { type = "list", default = "kraken", help = "where" },
}

local symbols = { kraken = "BTC/USD", bitstamp = "BTC/USD", binance = "BTC/USDT", okx = "BTC/USDT" }
local fields = { "id", "clientOrderId", "status", "symbol", "side", "type", "amount", "filled", "remaining" }

-- An order as create_order returned it, whatever the venue's reply left out.
local function check(ex, o, wanted)
  for _, name in ipairs(fields) do assert(o[name] ~= nil, ex.id .. ": a new order has no " .. name) end
  for name, value in pairs(wanted) do assert(o[name] == value, ex.id .. ": " .. name .. " is " .. tostring(o[name]) .. ", not " .. tostring(value)) end
end

-- Both legs are filled at once, but the reply to one is lost, and so is what is asked of that venue for some minutes.
if args.part == "pair" then
  local a, b = exchange(args.venues[1]), exchange(args.venues[2])
  local x, y = symbols[a.id], symbols[b.id]
  local ask, bid = a:fetch_ticker(x).ask, b:fetch_ticker(y).bid
  local r = pair { { a, symbol = x, side = "buy", price = ask * 1.001 }, { b, symbol = y, side = "sell", price = bid * 0.999 },
    amount = 0.002, seconds = 1, policy = "reverse", loss = 5 }
  assert(r.state == "held" and r.reason:find "not known", "the pair is " .. r.state)
end

for _, id in ipairs(args.part == "pair" and {} or args.venues) do
  local ex, symbol = exchange(id), symbols[id]
  local t = ex:fetch_ticker(symbol)
  local low = tonumber(ex:price_to_precision(symbol, t.bid * 0.98))
  if args.part == "placed" then
    local o = ex:create_order(symbol, "limit", "buy", 0.001, low)
    check(ex, o, { status = "open", symbol = symbol, side = "buy", type = "limit", amount = 0.001, price = low, filled = 0, remaining = 0.001 })
    ex:cancel_order(o.id, symbol)
    o = ex:create_order(symbol, "market", "buy", 0.001)
    check(ex, o, { status = "closed", symbol = symbol, side = "buy", type = "market", amount = 0.001, filled = 0.001, remaining = 0 })
    assert(o.average and o.cost, id .. ": of what was filled there is no average or cost")
  elseif args.part == "rests" then ex:create_order(symbol, "limit", "buy", 0.001, low) end
end
print("ok " .. args.part)
if args.part ~= "placed" then sleep(100) end
stop()

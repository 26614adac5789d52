-- What paper does, asserted: run by paper.sh against a local venue whose prices stand still.
args { part = { type = "text", default = "first", help = "first; second: after a restart; killed: with the kill switch on" } }
local ex = exchange "kraken"
local function near(x, y) return math.abs(x - y) <= 1e-9 * math.max(math.abs(x), math.abs(y), 1) end
local function refused(class, ...)
  local ok, e = pcall(ex.create_order, ex, ...)
  assert(not ok and type(e) == "table", "it was taken")
  assert(e.class == class, e.class .. ": " .. tostring(e.message))
  return e.message
end

if args.part == "first" then
  local before = ex:fetch_balance()
  assert(before.USD.free == 10000 and before.USD.used == 0, "an account starts with 10000 USD")
  local book = ex:fetch_order_book("BTC/USD")
  local ask, bid, taker = book.asks[1], book.bids[1], ex:market("BTC/USD").taker

  -- a market order walks the book
  local deep, cost, left = 0, 0, book.asks[1][2] + book.asks[2][2] / 2
  local amount = tonumber(ex:amount_to_precision("BTC/USD", left))
  left = amount
  for _, level in ipairs(book.asks) do
    local take = math.min(left, level[2])
    cost, left, deep = cost + take * level[1], left - take, deep + (take > 0 and 1 or 0)
  end
  local o = ex:create_order("BTC/USD", "market", "buy", amount)
  assert(o.status == "closed" and near(o.filled, amount) and deep == 2, "two levels")
  assert(near(o.cost, cost) and near(o.average, cost / amount), "the depth of the book")
  assert(o.fee.currency == "BTC" and near(o.fee.cost, amount * taker), "the fee is of what is got")
  local after = ex:fetch_balance()
  assert(near(after.USD.total, 10000 - cost) and near(after.BTC.total, before.BTC.total + amount * (1 - taker)), "the account")
  assert(#ex:fetch_my_trades("BTC/USD") == 2)

  -- what the venue would refuse
  local why = refused("InvalidOrder", "BTC/USD", "limit", "buy", "0.00001", ask[1])
  assert(why:find("the market BTC/USD takes an amount of at least 0.00005 BTC; ") and not why:find("guard"), why)
  assert(refused("InsufficientFunds", "BTC/USD", "limit", "buy", 0.19, bid[1]):find("USD"))
  refused("OrderImmediatelyFillable", "BTC/USD", "limit", "buy", 0.001, ask[1] * 1.001, { postOnly = true })
  refused("BadSymbol", "NO/SUCH", "limit", "buy", 1, 1)
  refused("BadRequest", "BTC/USD", "limit", "up", 1, 1)
  local fok = ex:create_order("BTC/USD", "limit", "buy", 0.05, bid[1], { timeInForce = "FOK" })
  assert(fok.status == "canceled" and fok.filled == 0)
  local ioc = ex:create_order("BTC/USD", "limit", "buy", 0.001, bid[1], { timeInForce = "IOC" })
  assert(ioc.status == "canceled" and ioc.filled == 0)

  -- what rests holds what it needs, and gives it back
  local r = ex:create_order("BTC/USD", "limit", "buy", "0.0010", bid[1] * 0.99)
  assert(r.status == "open" and near(ex:fetch_balance().USD.used, r.price * 0.001))
  assert(ex:cancel_order(r.id, "BTC/USD").status == "canceled" and ex:fetch_balance().USD.used == 0)
  local ok, e = pcall(ex.cancel_order, ex, r.id, "BTC/USD")
  assert(not ok and e.class == "OrderNotFound")

  -- stays over the end of the run
  ex:create_order("BTC/USD", "limit", "sell", "0.002", ask[1] * 1.01)
  assert(#ex:fetch_open_orders("BTC/USD") == 1)
  store.total = ex:fetch_balance().USD.total
elseif args.part == "rests" then
  for i = 1, 2 do ex:create_order("BTC/USD", "limit", "buy", "0.001", ex:fetch_order_book("BTC/USD").bids[1][1] * (0.98 - i / 100)) end
  assert(ex:fetch_balance().USD.used > 0)
  print "ok rests"
  sleep(60)
elseif args.part == "partly" then
  -- more than the best level has: what it takes at once is one fill, the rest follows, in the next run
  local ask = ex:fetch_order_book("BTC/USD").asks[1]
  local o = ex:create_order("BTC/USD", "limit", "buy", ask[2] * 2.5, ask[1])
  assert(o.status == "open" and near(o.filled, ask[2]), "a part of it is filled")
elseif args.part == "rest" then
  local o = ex:fetch_open_orders()[1]
  local wanted = o.amount
  for _ = 1, 100 do
    o = ex:fetch_order(o.id, "BTC/USD")
    if o.status == "closed" then break end
    sleep(0.1)
  end
  assert(o.status == "closed" and near(o.filled, wanted), "the rest of it is filled")
elseif args.part == "clerk" then
  local book = ex:fetch_order_book("BTC/USD")
  local o = ex:create_order("BTC/USD", "limit", "buy", "0.001", book.bids[1][1] * 0.98)
  local had = ex:fetch_balance()
  print "ok clerk"
  sleep(2)                                     -- meanwhile the clerk is killed
  local has = ex:fetch_balance()
  assert(has.USD.used == had.USD.used and has.USD.free == had.USD.free and has.BTC.total == had.BTC.total, "the account")
  local p = ex:create_order("BTC/USD", "limit", "buy", "0.001", book.bids[1][1] * 0.97)
  assert(p.id ~= o.id and #ex:fetch_open_orders() == 2, "another order")
  assert(ex:cancel_order(o.id, "BTC/USD").status == "canceled" and ex:cancel_order(p.id, "BTC/USD").status == "canceled")
  assert(ex:fetch_balance().USD.used == 0)
elseif args.part == "after" then
  assert(#ex:fetch_open_orders() == 0 and ex:fetch_balance().USD.used == 0)
elseif args.part == "killed" then
  assert(refused("OperationRejected", "BTC/USD", "limit", "buy", 0.001, ex:fetch_order_book("BTC/USD").bids[1][1]):find("kill switch is on"))
  ex:fetch_balance()
else
  local open = ex:fetch_open_orders()
  assert(#open == 1 and open[1].side == "sell" and open[1].amount == 0.002, "the order of the run before")
  assert(ex:fetch_balance().BTC.used == 0.002 and ex:fetch_balance().USD.total == store.total)
  assert(#ex:cancel_all_orders("BTC/USD") == 1 and #ex:fetch_open_orders() == 0)
end
print("ok " .. args.part)
stop()

-- The guard over a whole run on paper: run by guard.sh with its bourse.lua.
args { part = { type = "text", default = "limits", help = "which part" }, n = { type = "number", default = 30, help = "how many orders" } }
local ex = exchange "kraken"
local function refused(want, ...)
  local ok, e = pcall(ex.create_order, ex, ...)
  assert(not ok and type(e) == "table", "it was taken")
  assert(e.code == want, tostring(e.code) .. ": " .. tostring(e.message))
  return tostring(e.message)
end
local book = ex:fetch_order_book("BTC/USD")
local ask, bid = book.asks[1][1], book.bids[1][1]

if args.part == "limits" then
  local m = refused("guard:order_notional", "BTC/USD", "limit", "buy", 0.01, bid)
  assert(m:find("bourse.lua allows 200"), m)
  refused("guard:asked", "BTC/USD", "limit", "buy", 0.01, bid, { cost = 5 })              -- a cost beside it hides nothing
  refused("guard:asked", "BTC/USD", "limit", "buy", 0.0001, bid, { cost = 5000 })
  refused("guard:order_notional", "BTC/USD", "limit", "buy", 0.01, bid, { cost = bid * 0.0095 })
  for _, params in ipairs { { amount = 1 }, { price = 1 }, { side = "sell" }, { { "cost", 5 } } } do       -- nor does anything else
    local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.0001, bid, params)
    assert(not ok and e.class == "BadRequest", tostring(e))
  end
  refused("guard:price_band", "BTC/USD", "limit", "buy", 0.0001, bid * 10)
  refused("guard:symbols", "ETH/USD", "limit", "buy", 0.01, 3000)
  refused("guard:market", "BTC/USD", "limit", "buy", 0.00001, bid)
  -- a script narrows
  limits { order_notional = { USD = 50 } }
  assert(refused("guard:order_notional", "BTC/USD", "limit", "buy", 0.001, bid):find("the script guard.lua allows 50"))
  limits { order_notional = { USD = 1e9 }, orders_per_minute = 1000 }
  local m = refused("guard:order_notional", "BTC/USD", "limit", "buy", 0.01, bid)
  assert(m:find("bourse.lua allows 200"), m)
  assert(not pcall(limits, { order_notionel = {} }))
  -- own orders do not meet
  local o = ex:create_order("BTC/USD", "limit", "sell", 0.001, ask * 1.001)
  refused("guard:self_cross", "BTC/USD", "limit", "buy", 0.001, ask * 1.002)
  refused("guard:self_cross", "BTC/USD", "market", "buy", 0.001)
  ex:cancel_order(o.id, "BTC/USD")
  -- money out
  local ok, e = pcall(ex.withdraw, ex, "BTC", 0.1, "bc1qelsewhere")
  assert(not ok and e.code == "guard:withdraw", tostring(e))
elseif args.part == "loop" then
  -- an order loop that heeds nothing
  local taken, code = 0, nil
  for _ = 1, args.n do
    local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.0001, bid * 0.99)
    if ok then taken = taken + 1 else code = e.code end
  end
  print("taken " .. taken .. " " .. tostring(code))
end
print("ok " .. args.part)
stop()

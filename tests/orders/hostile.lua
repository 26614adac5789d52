-- A strategy that means harm, run by hostile.sh: every way that it has to trade more, or otherwise, than what is judged.
args { part = { type = "text", default = "all", help = "all; allowed: what bourse.lua names; forged: with an adapter that tells reading from trading by a field" } }
local kraken = exchange "kraken"
local bid = kraken:fetch_order_book("BTC/USD").bids[1][1]

-- What came of it: "ok", or the code or class of the error.
local function try(f, ...)
  local ok, e = pcall(f, ...)
  return ok and "ok" or type(e) == "table" and (e.code or e.class) or tostring(e)
end
local function expect(wanted, what, got)
  if got ~= wanted then error(("%s: %s, not %s"):format(what, got, wanted), 0) end
end
local function order(params, ex) return try((ex or kraken).create_order, ex or kraken, "BTC/USD", "limit", "buy", 0.001, bid * 0.99, params) end
local function market(params) return try(kraken.create_order, kraken, "DOGE/USD", "market", "buy", 500, nil, params) end

if args.part == "allowed" then
  expect("ok", "leverage that bourse.lua names", order { leverage = "2" })
  expect("guard:params", "another", order { oflags = "viqc" })
  print "ok"
  stop()
end

if args.part == "forged" then                -- one address for all calls, as many exchanges have it
  for _, params in ipairs {
    { method = "AddOrder" }, { Method = "AddOrder" }, { [" method"] = "AddOrder" }, { ["method[]"] = "AddOrder" }, { ["method.x"] = 1, method = "Withdraw" },
    { ["METHOD\0x"] = "AddOrder" }, { { "method", "AddOrder" }, { "method", "x" } },
  } do
    expect("BadRequest", "reading with a method of its own", try(kraken.fetch_balance, kraken, params))
  end
  expect("ok", "reading", try(kraken.fetch_balance, kraken, { method = "BalanceEx" }))
  print "ok"
  stop()
end

-- More than the limits: the amount in another currency, at another price, with money that is lent, with an order more.
expect("guard:params", "the amount as a cost", market { oflags = "viqc" })
expect("guard:params", "the amount as a cost, unified", market { createMarketBuyOrderRequiresPrice = false })
expect("guard:params", "leverage", order { leverage = "5" })
expect("guard:params", "margin", order { marginMode = "cross" })
expect("guard:params", "an order more", order { close = { ordertype = "market" } })
expect("guard:params", "a stop with it", order { stopLoss = { triggerPrice = 1 } })
expect("guard:params", "a trailing stop", order { trailingPercent = 90 })
expect("guard:params", "after a good one", order { postOnly = true, leverage = 5 })
expect("BadRequest", "in an order of their own", order { { "leverage", 5 } })
expect("guard:params", "a name of another kind", order { [5.5] = "leverage" })
expect("BadRequest", "no price", order { stopLossPrice = { 1 } })
expect("guard:price_band", "a trigger far away", order { stopLossPrice = bid * 2 })
expect("guard:order_notional", "worth more at its trigger", try(kraken.create_order, kraken, "BTC/USD", "limit", "buy", 0.0031, bid * 0.99, { triggerPrice = bid * 1.04 }))
expect("guard:order_notional", "at the market, and said otherwise", try(kraken.create_order, kraken, "BTC/USD", "MARKET", "buy", 0.0032, bid * 0.96))
for _, options in ipairs { { leverage = 5 }, { createMarketBuyOrderRequiresPrice = false }, { oflags = "viqc" }, { close = { ordertype = "market" } } } do
  expect("guard:params", "an option", order(nil, exchange("kraken", { options = options })))
end

-- Another market, another side.
for name, value in pairs { pair = "XETHZUSD", symbol = "ETH/USD", side = "sell", ordertype = "market", volume = "1", amount = 1, price = 1, cl_ord_id = "x" } do
  local got = order { [name] = value }
  assert(got == "BadRequest" or got == "guard:params", name .. ": " .. got)
end

-- What is no order: money that goes elsewhere, leverage, positions.
expect("guard:withdraw", "a withdrawal", try(kraken.withdraw, kraken, "BTC", 0.1, "bc1qother", nil, { key = "other" }))
expect("guard:withdraw", "with a tag that is not listed", try(kraken.withdraw, kraken, "XRP", 100, "rListed", "666", { key = "mine" }))
expect("guard:withdraw", "with one too long to look at", try(kraken.withdraw, kraken, "XRP", 100, "rListed", ("6"):rep(4000), { key = "mine" }))
expect("PermissionDenied", "a listed one: a run has not the right", try(kraken.withdraw, kraken, "XRP", 100, "rListed", "7", { key = "mine" }))
expect("guard:methods", "a transfer", try(kraken.transfer, kraken, "BTC", 0.1, "spot", "swap"))
expect("guard:methods", "leverage", try(kraken.set_leverage, kraken, 5, "BTC/USD"))
expect("guard:methods", "a loan", try(kraken.borrow_cross_margin, kraken, "USD", 1000))
expect("NotSupported", "an order in parts", try(kraken.create_twap_order, kraken, "BTC/USD", "buy", 5, 60))
expect("NotSupported", "a conversion", try(kraken.create_convert_trade, kraken, "1", "BTC", "USD", 5))
expect("NotSupported", "closing a position", try(kraken.close_position, kraken, "BTC/USD", "buy"))
expect("NotSupported", "changing orders", try(kraken.edit_orders, kraken, { { id = "1", amount = 5 } }))
-- Several at once are judged one by one.
expect("guard:order_notional", "a batch", try(kraken.create_orders, kraken, { { symbol = "BTC/USD", type = "limit", side = "buy", amount = 1, price = bid } }))
-- There are no other methods than the unified ones.
assert(not pcall(function() return kraken:private_post_addorder { volume = 5 } end), "a raw endpoint was called")

-- The same id twice: the second could be taken for the first.
expect("ok", "a good order", order { clientOrderId = "0192f4a2-1111-4222-8333-123456789abc" })
expect("OperationFailed", "an id that was used", order { clientOrderId = "0192f4a2-1111-4222-8333-123456789abc" })
print "ok"
stop()

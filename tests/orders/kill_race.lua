-- Run by kill_race.sh: an order that is held up on its way. held: while it is prepared, before it is sent, or on the wire (what went before differs).
args { held = { type = "text", default = "prepared", help = "prepared, intended or sent; none: there is no order" } }
local ex = exchange "kraken"
if args.held == "none" then
  ex:fetch_balance()
  stop()
end
local low = tonumber(ex:price_to_precision("BTC/USD", ex:fetch_ticker("BTC/USD").bid * 0.99))
-- Refused, but the book was read; or placed and cancelled, and the clock was measured too.
if args.held == "intended" then
  local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 5, low)
  assert(not ok and e.code == "guard:order_notional", tostring(e))
elseif args.held == "sent" then
  ex:cancel_order(ex:create_order("BTC/USD", "limit", "buy", 0.001, low).id, "BTC/USD")
end
print "ok"
sleep(1.5)
print "placing"
local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.001, low)
print(ok and "placed" or "refused " .. tostring(e.code) .. " " .. tostring(e.message))
stop()

-- Run by told_late.sh: an order that is cancelled while half of it is filled, and a session that goes on for hours.
local ex = exchange "kraken"
local bid = ex:fetch_ticker("BTC/USD").bid
local o = ex:create_order("BTC/USD", "limit", "buy", 0.002, tonumber(ex:price_to_precision("BTC/USD", bid * 0.98)))
ex:cancel_order(o.id, "BTC/USD")
print "ok"
sleep(8000)
stop()

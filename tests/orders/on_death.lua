-- Run by on_death.sh: leaves two orders open, then ends in one of the ways that there are, or waits.
args { how = { type = "text", default = "waits", help = "error, exchange, loop or waits" } }
local ex = exchange "kraken"
local bid = ex:fetch_ticker("BTC/USD").bid
for i = 1, 2 do ex:create_order("BTC/USD", "limit", "buy", 0.001, tonumber(ex:price_to_precision("BTC/USD", bid * (0.99 - i / 100)))) end
print "ok"
if args.how == "error" then error "a mistake"
elseif args.how == "exchange" then ex:cancel_order("no-such-order", "BTC/USD")
elseif args.how == "loop" then while true do end end
sleep(60)
stop()

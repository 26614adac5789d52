-- Run by cancelled.sh: what the guard holds an order against is what the exchange said of the own ones, no more and no less.
args { part = { type = "text", default = "confirmed", help = "confirmed; all; slow: a cancel that takes long; lost: one that is not confirmed" },
  venues = { type = "list", default = "kraken", help = "where" } }

local symbols = { kraken = "BTC/USD", bitstamp = "BTC/USD", binance = "BTC/USDT", okx = "BTC/USDT" }

-- A buy that rests, and a sell that would trade with it.
local function rest(ex) return ex:create_order(symbols[ex.id], "limit", "buy", 0.001, ex:fetch_ticker(symbols[ex.id]).bid * 0.99) end
local function cross(ex, o)
  local ok, e = pcall(ex.create_order, ex, o.symbol, "limit", "sell", 0.001, o.price)
  return ok and "taken" or e.code or tostring(e)
end
local function expect(ex, wanted, got) assert(got == wanted, ("%s, %s: %s, not %s"):format(ex.id, args.part, got, wanted)) end

for _, id in ipairs(args.venues) do
  local ex = exchange(id)
  local o = rest(ex)
  if args.part == "confirmed" then
    expect(ex, "guard:self_cross", cross(ex, o))
    for _ = 1, 5 do
      ex:cancel_order(o.id, o.symbol)
      expect(ex, "taken", cross(ex, o))
      o = rest(ex)
    end
  elseif args.part == "all" then
    local more = rest(ex)
    ex:cancel_all_orders(o.symbol)
    expect(ex, "taken", cross(ex, o))
    expect(ex, "taken", cross(ex, more))
  elseif args.part == "slow" then             -- while it is not known to be gone, it stands
    local over = false
    together { function()
      ex:cancel_order(o.id, o.symbol)
      over = true
    end, function()
      sleep(0.3)
      expect(ex, "guard:self_cross", cross(ex, o))
      assert(not over, "the cancel was not slow")
    end }
    expect(ex, "taken", cross(ex, o))
  else
    assert(not pcall(ex.cancel_order, ex, o.id, o.symbol), "the cancel was answered")
    expect(ex, "guard:self_cross", cross(ex, o))
  end
end
print("ok " .. args.part)
stop()

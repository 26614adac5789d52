-- Quotes both sides of one book around its middle, leans against what it holds, and keeps account. Places orders: on paper unless the program runs with
-- --live. It knows nothing of where the price goes, and a price that goes one way makes it lose: the bounds are there to be set.
--   bourse run scripts/market_maker.lua --arg venue=kraken --arg pair=BTC/USD --arg size=0.001
args {
  venue = { type = "text", default = "kraken", help = "exchange" },
  pair = { type = "text", default = "BTC/USD", help = "symbol" },
  size = { type = "number", default = 0.001, min = 0.000000001, help = "of one order, in the base" },
  spread_percent = { type = "number", default = 0.6, min = 0.01, max = 50, help = "from the buy to the sell; it must be more than twice the maker fee" },
  max_position = { type = "number", default = 0.005, min = 0, help = "most to have bought, or sold, more than at the start, in the base" },
  lean = { type = "number", default = 0.5, min = 0, max = 1, help = "how much of half the spread the middle moves at the largest position" },
  tolerance_percent = { type = "number", default = 0.05, min = 0, max = 5, help = "an order this near to where it should be stays" },
  max_loss = { type = "number", default = 20, min = 0, help = "in the quote: at a larger one the orders are cancelled and the run ends" },
  max_age_ms = { type = "number", default = 3000, min = 1, help = "oldest book" },
  every = { type = "number", default = 5, min = 0.1, max = 3600, help = "seconds from round to round" },
}

local ex, key = exchange(args.venue), "maker " .. args.venue .. " " .. args.pair
local kept = store[key] or { position = 0, cash = 0, trades = 0, orders = {} }        -- orders: side -> { id, price, filled }
local market, fee                                     -- known from the first round on

local function learn()
  market = ex:market(args.pair)
  fee = market.maker or 0.002
  if args.spread_percent / 100 <= 2 * fee then
    error(("spread_percent: %g is not more than twice the maker fee, %g"):format(args.spread_percent, 200 * fee), 0)
  end
end

local function save() store[key] = kept end

-- Takes into the account what was filled since the last look; the order as it is now.
local function look(side, mine)
  local o = ex:fetch_order(mine.id, args.pair)
  local more = (o.filled or 0) - mine.filled
  if more > 0 then
    local cost = (o.cost or o.filled * mine.price) - mine.cost
    kept.position = kept.position + (side == "buy" and more or -more)
    kept.cash = kept.cash - (side == "buy" and cost * (1 + fee) or -cost * (1 - fee))
    kept.trades = kept.trades + 1
    mine.filled, mine.cost = o.filled, mine.cost + cost
  end
  if o.status ~= "open" then kept.orders[side] = nil end
  save()
  return o
end

-- Cancels what is out there on this side. It may be filled in that moment, so the order is looked at once more: the account has to be right.
local function withdraw_order(side)
  local mine = kept.orders[side]
  if not mine then return end
  local ok, e = pcall(function() return ex:cancel_order(mine.id, args.pair) end)
  if not ok and not is_error(e, "OrderNotFound") then error(e, 0) end
  look(side, mine)
  kept.orders[side] = nil
  save()
end

local function place(side, price, bid, ask)
  local room = side == "buy" and args.max_position - kept.position or args.max_position + kept.position
  local amount = tonumber(ex:amount_to_precision(args.pair, math.min(args.size, room)))
  local crosses = side == "buy" and price >= ask or side == "sell" and price <= bid
  local limits = market.limits
  if crosses or amount <= 0 or amount < (limits.amount.min or 0) or amount * price < (limits.cost.min or 0) then return end
  local o = ex:create_order(args.pair, "limit", side, amount, ex:price_to_precision(args.pair, price))
  kept.orders[side] = { id = o.id, price = price, filled = 0, cost = 0 }
  save()
end

local function cancel_both()
  withdraw_order("buy")
  withdraw_order("sell")
end

every(args.every, function()
  if not market then learn() end
  local book = ex:fetch_order_book(args.pair, 20)
  local bid, ask = book:best()
  for _, side in ipairs { "buy", "sell" } do
    if kept.orders[side] then look(side, kept.orders[side]) end
  end
  if not bid or not ask or bid >= ask or (book.age or 0) > args.max_age_ms then
    cancel_both()
    return report { kind = "maker", pair = args.pair, venue = ex.id, verdict = "no good book" }
  end
  local middle = (bid + ask) / 2
  local profit = kept.cash + kept.position * middle
  if profit < -args.max_loss then
    cancel_both()
    report { kind = "maker", pair = args.pair, venue = ex.id, verdict = "stopped", profit = profit, position = kept.position,
      why = "the loss is above max_loss" }
    return stop()
  end
  local half = middle * args.spread_percent / 200
  local aim = middle - (args.max_position > 0 and kept.position / args.max_position or 0) * half * args.lean
  for _, side in ipairs { "buy", "sell" } do
    local mine, price = kept.orders[side], side == "buy" and aim - half or aim + half
    if mine and math.abs(mine.price - price) > price * args.tolerance_percent / 100 then withdraw_order(side) end
    if not kept.orders[side] then place(side, price, bid, ask) end
  end
  local buy, sell = kept.orders.buy, kept.orders.sell
  report { kind = "maker", pair = args.pair, venue = ex.id, bid = buy and buy.price, ask = sell and sell.price, position = kept.position, trades = kept.trades,
    profit = profit, verdict = buy and sell and "both sides" or buy and "buys only" or sell and "sells only" or "no order" }
end)

-- Keeps the coins of an account at their shares of its value: shows how far off they are and what would set it right; with `--arg execute=yes` it
-- places those orders, sales first, on paper unless the program runs with --live. Coins that have no target are left alone and not counted.
--   bourse run scripts/rebalance.lua --arg venue=kraken --arg targets=BTC=50,ETH=30,USD=20 --for 10s
args {
  venue = { type = "text", default = "kraken", help = "exchange" },
  targets = { type = "list", default = "BTC=50,ETH=30,USD=20", help = "per cent of the value; together 100" },
  quote = { type = "text", default = "USD", help = "what the others are valued in and traded against; one of the targets" },
  band = { type = "number", default = 2, min = 0, max = 50, help = "points that a share may be off" },
  max_slip_percent = { type = "number", default = 0.5, min = 0, max = 10, help = "most that an order may give way to the best price" },
  max_spread_percent = { type = "number", default = 1, min = 0, max = 50, help = "a wider book is not traded in" },
  hours = { type = "number", default = 24, min = 0.001, max = 8760, help = "from one look to the next" },
  execute = { type = "bool", help = "place the orders" },
}

local ex, codes, target, sum = exchange(args.venue), {}, {}, 0
for _, text in ipairs(args.targets) do
  local code, number = text:match("^(%w+)=([%d.]+)$")
  if not code or not tonumber(number) then error("targets: '" .. text .. "' is not NAME=per cent", 0) end
  codes[#codes + 1], target[code], sum = code, tonumber(number), sum + tonumber(number)
end
if math.abs(sum - 100) > 0.001 then error(("targets: %.10g per cent together, not 100"):format(sum), 0) end
if not target[args.quote] then error("quote: " .. args.quote .. " is none of the targets", 0) end

-- What the account holds: a row for each coin, and the value of all; nothing when a price is missing, for then no share is right.
local function look()
  local balance, calls, rows, total = ex:fetch_balance(), {}, {}, 0
  for i, code in ipairs(codes) do
    local b = balance[code] or {}
    local row = { kind = "share", venue = ex.id, symbol = code, have = b.total or 0, free = b.free or 0, target = target[code], price = 1 }
    rows[i] = row
    calls[i] = function()
      if code == args.quote then return true end
      row.pair = code .. "/" .. args.quote
      row.market, row.book = ex:market(row.pair), ex:fetch_order_book(row.pair, 50)
      local bid, ask = row.book:best()
      row.price, row.bid, row.ask = bid and ask and (bid + ask) / 2, bid, ask
      return true
    end
  end
  local _, errors = together(calls)
  for _, e in pairs(errors) do error(e, 0) end
  for _, row in ipairs(rows) do
    if not row.price then return log(row.pair .. " has an empty book") end
    row.value = row.have * row.price
    total = total + row.value
  end
  for _, row in ipairs(rows) do
    row.share = total > 0 and 100 * row.value / total or 0
    row.off = row.value - total * row.target / 100                 -- too much of it, in the quote
  end
  return rows, total
end

-- The order that sets a row right, or why there is none.
local function order_of(row, money)
  if not row.pair then return nil, math.abs(row.share - row.target) <= args.band and "in the band" or "what the others leave" end
  if math.abs(row.share - row.target) <= args.band then return nil, "in the band" end
  local sells, limits = row.off > 0, row.market.limits
  local price = sells and row.bid * (1 - args.max_slip_percent / 100) or row.ask * (1 + args.max_slip_percent / 100)
  local most = sells and row.free or money / (price * (1 + (row.market.taker or 0.01)))
  local amount = tonumber(ex:amount_to_precision(row.pair, math.max(0, math.min(math.abs(row.off) / row.price, most))))
  if 100 * (row.ask - row.bid) / row.ask > args.max_spread_percent then return nil, "the book is too wide" end
  if amount <= 0 or amount < (limits.amount.min or 0) or amount * row.price < (limits.cost.min or 0) then
    return nil, most * row.price < math.abs(row.off) and "not enough is free" or "too small an order"
  end
  return { side = sells and "sell" or "buy", amount = amount, price = ex:price_to_precision(row.pair, price) }
end

local function shown(row)
  return { kind = row.kind, venue = row.venue, symbol = row.symbol, have = row.have, value = row.value, share = row.share, target = row.target }
end

local function set_right(rows, money, sells)
  for _, row in ipairs(rows) do
    local out = shown(row)
    local o, why = order_of(row, money)
    if (row.off > 0) == sells then
      out.verdict = o and o.side or why
      if o then
        out.size = o.amount
        if args.execute then
          local done = settle(ex, ex:create_order(row.pair, "limit", o.side, o.amount, o.price), 10)
          out.verdict, out.size = done.filled > 0 and (o.side == "sell" and "sold" or "bought") or "not filled", done.filled
          if o.side == "buy" then money = money - done.cost * (1 + (row.market.taker or 0.01)) end
        elseif o.side == "buy" then
          money = money - o.amount * row.ask
        end
      end
      report(out)
    end
  end
end

every(args.hours * 3600, function()
  local rows, total = look()
  if not rows then return end
  if total <= 0 then return log("the account holds none of the coins") end
  local money, sold = 0, 0
  for _, row in ipairs(rows) do
    if row.symbol == args.quote then money = row.free elseif row.off > 0 then sold = sold + row.off end
  end
  set_right(rows, 0, true)
  if args.execute then
    local b = ex:fetch_balance()[args.quote]
    money = b and b.free or 0
  else
    money = money + sold                                            -- as if all sales were made
  end
  set_right(rows, money, false)
end)

-- offer(ex, symbol, depth) -> what can be traded with there: { id, ex, market, book, bid, ask }; with `verdict` and `why` when something keeps it out:
-- "not traded", "no fee", "closed" (maintenance), "crossed" in itself, "suspect" (no book that there can be). nil: it has no such spot market, or one
-- side of its book is empty.
local require = ...
local state = require "health".state

-- What there cannot be: prices and amounts below zero or beyond measure, and more at the best price than a thousand times what is behind it.
local function absurd(levels)
  local behind, first, n = 0, levels[1][2], #levels
  for i = 1, n do
    local price, amount = levels[i][1], levels[i][2]
    if not (price > 0 and price < 1e15 and amount >= 0 and amount < 1e18) then return amount, price end
    if i > 1 then behind = behind + amount end
  end
  if n > 2 and first > 1000 * behind then return first, levels[1][1] end
end

return function(ex, symbol, depth)
  local market = ex:load_markets()[symbol]
  if not market or market.contract then return nil end
  local out = { id = ex.id, ex = ex, market = market }
  local function left_out(verdict, why, ...)
    out.verdict, out.why = verdict, why:format(...)
    return out
  end
  if market.active == false then return left_out("not traded", "%s lists %s and does not trade it", ex.id, symbol) end
  if not market.taker then return left_out("no fee", "what %s charges for %s is not known", ex.id, symbol) end
  local said = state(ex).status
  if said and said ~= "ok" then return left_out("closed", "%s says: %s", ex.id, said) end
  local book = ex:fetch_order_book(symbol, depth)
  local bid, ask = book:best()
  if not bid or not ask then return nil end
  out.book, out.bid, out.ask = book, bid, ask
  if bid >= ask then return left_out("crossed", "the book of %s is crossed: bid %.10g, ask %.10g", ex.id, bid, ask) end
  for _, side in ipairs { book.bids, book.asks } do
    local amount, price = absurd(side)
    if amount then return left_out("suspect", "the book of %s has %.4g %s at %.6g", ex.id, amount, market.base, price) end
  end
  return out
end

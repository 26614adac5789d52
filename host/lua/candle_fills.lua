-- Orders on paper against candles, of `bourse backtest`. An order that trades at once does so at the next open, with the slippage: what is seen at an open is in
-- time for it, what comes later waits for the following one. What rests is filled at its price, whole, when a candle that began after it was placed goes through that
-- price; that is known when the candle is over. Nothing runs beside: what happened meanwhile is worked out before anybody looks.
local require = ...
local errors = require "errors"
local M = {}
local cmp, text = decimal.cmp, decimal.text

local UNBOUNDED = "1000000000000"      -- what an open has to give; the report tells of fills that were more than the candle's volume

-- Would it trade at once, at that bid and ask?
local function crosses(o, bid, ask)
  if o.type ~= "limit" or o.tif == "IOC" or o.tif == "FOK" then return true end
  if not o.price then return false end
  return o.side == "buy" and ask ~= nil and cmp(text(ask), o.price) <= 0 or o.side == "sell" and bid ~= nil and cmp(text(bid), o.price) >= 0
end

-- The book that a new order meets, waited for when it is to trade. Sets from when on it rests.
function M.book_for(o)
  while true do
    local b = o.ex:fetch_order_book(o.symbol)
    local bid, ask, info = b.bids[1], b.asks[1], b.info
    local next_ms = tonumber(info.next)
    if info.opening or not crosses(o, bid and bid[1], ask and ask[1]) then
      o.from_ms = info.opening and tonumber(info.begun) or next_ms >= 0 and next_ms or math.maxinteger
      o.timeframe = info.timeframe
      return { bids = bid and { { bid[1], UNBOUNDED } } or {}, asks = ask and { { ask[1], UNBOUNDED } } or {} }
    end
    if next_ms < 0 then error(errors.new("OperationRejected", "there is no further open in the candles of " .. o.symbol, { venue = o.ex.id }), 0) end
    sleep(math.max(0, next_ms - o.ex:milliseconds()) / 1000)
  end
end

local function by_number(x, y) return tonumber(x.id:match("%d+")) < tonumber(y.id:match("%d+")) end

local function reached(o, c)
  return o.from_ms <= c[1] and (o.side == "buy" and cmp(text(c[4]), o.price) < 0 or o.side == "sell" and cmp(text(c[3]), o.price) > 0)
end

-- One market where orders rest: waiting = { ex, symbol, list = by id, seen = first candle that was not looked at }. fill(o, ms) fills one whole.
local function look(waiting, fill)
  local list = {}
  for _, o in pairs(waiting.list) do list[#list + 1] = o end
  table.sort(list, by_number)
  if #list == 0 then return end
  local ex, period = waiting.ex, waiting.ex:parse_timeframe(list[1].timeframe) * 1000
  while true do
    local now = ex:milliseconds()
    if now < waiting.seen + period then return end
    local candles = ex:fetch_ohlcv(waiting.symbol, list[1].timeframe, waiting.seen, 1000)
    for _, c in ipairs(candles) do
      waiting.seen = c[1] + 1
      for _, o in ipairs(list) do
        if o.status == "open" and reached(o, c) then fill(o, math.min(c[1] + period - 1, now)) end
      end
    end
    if #candles < 1000 then return end
  end
end

local busy = false
function M.catch_up(markets, fill)
  while busy do sleep(0) end
  busy = true
  local ok, e = true, nil
  for _, waiting in pairs(markets) do
    if ok then ok, e = pcall(look, waiting, fill) end
  end
  busy = false
  if not ok then error(e, 0) end
end

return M

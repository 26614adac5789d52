-- Candles made of public trades, for exchanges that have none of their own: they reach back as far as one list of trades does, and periods
-- without trades are left out. fetch_ohlcv = made.of(fetch_trades), the description of that method, with timeframes = made.timeframes.
local d = {}

d.timeframes = {}
for name in ("1m 5m 15m 30m 1h 2h 4h 6h 12h 1d"):gmatch "%S+" do d.timeframes[name] = name end

function d.of(fetch_trades)
  return {
    run = function(a)
      local period = a.timeframe_s * 1000
      local rows, by_start = {}, {}
      for _, trade in ipairs(ask(with(fetch_trades, { params = true }))) do
        local at, price, amount = tonumber(trade.timestamp), trade.price, trade.amount
        if at and price and amount then
          local start = at - at % period
          local row = by_start[start]
          if not row then
            row = { start, price, price, price, price, "0", first = at, last = at }
            by_start[start], rows[#rows + 1] = row, row
          end
          if at < row.first then row.first, row[2] = at, price end
          if at >= row.last then row.last, row[5] = at, price end
          if decimal.cmp(decimal.text(price), decimal.text(row[3])) > 0 then row[3] = price end
          if decimal.cmp(decimal.text(price), decimal.text(row[4])) < 0 then row[4] = price end
          row[6] = decimal.add(row[6], decimal.text(amount))
        end
      end
      return rows
    end,
  }
end

return d

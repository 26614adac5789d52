-- bourse book ID SYMBOL
local require = ...
local verb, format, chart = require "verb", require "format", require "chart"

local function levels(side, limit)
  local out = {}
  for i = 1, math.min(limit, #side) do out[i] = { side[i][1], side[i][2] } end
  return out
end

verb.main(function()
  local symbol = verb.symbol_of(verb.words[2])
  local ex = verb.open(verb.words[1], symbol)
  local limit = verb.args.limit or 10
  local ok, b = pcall(ex.fetch_order_book, ex, symbol, limit)
  if not ok then
    -- Some exchanges take only certain depths: their default then, and the rest is cut here.
    if not verb.is(b, "BadRequest") or verb.is(b, "BadSymbol") then error(b, 0) end
    b = ex:fetch_order_book(symbol)
  end
  local bids, asks = levels(b.bids, limit), levels(b.asks, limit)
  if verb.form == "json" then
    local out = { symbol = b.symbol or symbol, timestamp = b.timestamp, datetime = b.datetime, nonce = b.nonce }
    out.bids, out.asks = bids, asks
    return verb.json(out, { order = { "symbol", "timestamp", "datetime", "nonce", "bids", "asks" } })
  end
  if verb.draws then return host.out(chart.book(symbol, bids, asks, host.columns)) end
  local rows = {}
  for i = #asks, 1, -1 do rows[#rows + 1] = { "ask", format.plain(asks[i][1]), format.plain(asks[i][2]) } end
  for _, l in ipairs(bids) do rows[#rows + 1] = { "bid", format.plain(l[1]), format.plain(l[2]) } end
  verb.rows({ { "side" }, { "price", right = true }, { "amount", right = true } }, rows)
end)

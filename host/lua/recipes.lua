-- What several exchanges do alike and no map says. Globals of adapters.

-- A table of values for a field, by what they mean: words("path", { open = "0 1", closed = { "all filled" } }). Other words stand for themselves.
function words(path, meanings)
  local out = by_class(meanings)
  out[1], out.default = path, "."
  return out
end

-- The record of the market that was asked for, out of what `read` makes of a reply about many.
function one_of(read)
  return function(reply, a) return read(reply, a)[a.symbol] or fail("NullResponse", "nothing is told of " .. a.symbol) end
end

-- Fees of all markets where none has a row of its own: `fee` is the map of the one that holds for all, or f(market, reply, a).
function each_market(fee)
  return function(reply, a)
    local out, same = {}, type(fee) ~= "function" and fee(reply, a) or nil
    for _, symbol in ipairs(a.all_symbols) do
      local row = same or fee(a:market_of(symbol), reply, a)
      out[symbol] = row and with({ info = reply }, row)
    end
    return out
  end
end

-- Candles told as six lists: candle_lists("t o h l c v", "s"), the names of time, open, high, low, close and volume, and the unit of the times.
function candle_lists(names, unit)
  local list = {}
  for name in names:gmatch "%S+" do list[#list + 1] = name end
  return function(reply)
    local out = {}
    for i, time in ipairs(reply[list[1]]) do
      out[i] = { unit == "s" and decimal.mul(time, 1000) or time }
      for k = 2, 6 do out[i][k] = reply[list[k]][i] end
    end
    return out
  end
end

-- The record with its time in ms, a number or the text of one, in both forms.
function dated(ms, record)
  record.timestamp = math.tointeger(tonumber(ms))
  record.datetime = iso8601(record.timestamp)
  return record
end

-- The list itself, in order of its times.
function oldest_first(records)
  table.sort(records, function(x, y) return (x.timestamp or 0) < (y.timestamp or 0) end)
  return records
end

-- The market that all orders of a batch are of.
function one_market(a)
  for _, o in ipairs(a.orders) do
    if o.symbol ~= a.orders[1].symbol then fail("BadRequest", "all orders of a batch are of one market") end
  end
  return a:market_of(a.orders[1].symbol)
end

-- Coins by the names that they had before 2019, on exchanges that kept them.
old_codes = { BCC = "BCH", BCHABC = "BCH", DRK = "DASH" }

-- The price of an order that is at a limit (of a batch, or of a kind that the host does not know by its name).
function price_of(o) return o.price or fail("ArgumentsRequired", "a limit order needs a price") end

-- Refuses an order that is to rest on the book, and cannot.
function cannot_rest() fail("InvalidOrder", "a post-only order is a limit order that may rest") end

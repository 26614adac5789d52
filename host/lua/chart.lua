-- Drawings for a terminal: depth bars of a book, candles in blocks.
local require = ...
local format = require "format"

local M = {}
local colour = host.args.colour

local function paint(code, s) return colour and ("\27[%sm%s\27[0m"):format(code, s) or s end

local eighths = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" }

-- A bar of `part` (0..1) of `width` columns, to an eighth of a column.
function M.bar(part, width)
  local n = math.floor(math.max(0, math.min(1, part)) * width * 8 + 0.5)
  return ("█"):rep(n // 8) .. (eighths[n % 8] or "")
end

-- Asks above, bids below; the bar is what one can trade up to that price.
function M.book(symbol, bids, asks, columns)
  local function summed(side)
    local out, total = {}, 0
    for i, l in ipairs(side) do
      total = total + l[2]
      out[i] = { price = format.plain(l[1]), amount = format.plain(l[2]), total = total }
    end
    return out, total
  end
  local b, most_b = summed(bids)
  local a, most_a = summed(asks)
  local most, wp, wa = math.max(most_a, most_b, 1e-300), #"price", #"amount"
  for _, side in ipairs { a, b } do
    for _, l in ipairs(side) do wp, wa = math.max(wp, #l.price), math.max(wa, #l.amount) end
  end
  local room = math.max(1, math.min(60, (columns or 80) - wp - wa - 5))
  local out = { format.pad("price", wp, true) .. "  " .. format.pad("amount", wa, true) .. "  depth of " .. symbol }
  local function line(l, code)
    out[#out + 1] = paint(code, format.pad(l.price, wp, true)) .. "  " .. format.pad(l.amount, wa, true) .. "  "
      .. paint(code, M.bar(l.total / most, room))
  end
  for i = #a, 1, -1 do line(a[i], "31") end
  if bids[1] and asks[1] then
    local spread = asks[1][1] - bids[1][1]
    local shown = format.plain(tonumber(("%.8g"):format(spread)))
    out[#out + 1] = ("%s  spread %s (%.3f%%)"):format((" "):rep(wp), shown, spread / asks[1][1] * 100)
  end
  for _, l in ipairs(b) do line(l, "32") end
  return table.concat(out, "\n") .. "\n"
end

-- Candles { time, open, high, low, close, volume }, as many of the last as there is room for; half a row is the smallest step.
function M.candles(list, columns, rows, timeframe)
  local high, low = -math.huge, math.huge
  local label = 0
  local room = math.max(10, (columns or 80) - 14)
  local first = math.max(1, #list - room + 1)
  for i = first, #list do
    if list[i][3] and list[i][4] then high, low = math.max(high, list[i][3]), math.min(low, list[i][4]) end
  end
  if high < low then return "no candles\n" end
  if high == low then high, low = high * 1.001 + 1e-12, low * 0.999 end
  local function y(price) return (price - low) / (high - low) * rows end
  local out, labels = {}, {}
  for r = rows, 1, -1 do
    if (rows - r) % 4 == 0 or r == 1 then
      local price = r == 1 and low or low + (high - low) * r / rows
      labels[r] = format.plain(tonumber(("%.7g"):format(price)))
      label = math.max(label, #labels[r])
    end
  end
  for r = rows, 1, -1 do
    local line, last = {}, nil
    for i = first, #list do
      local c = list[i]
      local s = " "
      if c[2] and c[3] and c[4] and c[5] then
        local top, bottom = y(math.max(c[2], c[5])), y(math.min(c[2], c[5]))
        if top - bottom < 0.5 then   -- a body is always seen
          bottom = math.min(math.floor(top + bottom) / 2, rows - 0.5)
          top = bottom + 0.5
        end
        local wick_top, wick_bottom = y(c[3]), y(c[4])
        local function at(v) return (v < top and v > bottom) and 2 or (v < wick_top and v > wick_bottom) and 1 or 0 end
        local u, d = at(r - 0.25), at(r - 0.75)
        s = (u == 2 and d == 2) and "█" or u == 2 and "▀" or d == 2 and "▄"
          or (u == 1 and d == 1) and "│" or u == 1 and "╵" or d == 1 and "╷" or " "
        local tone = c[5] >= c[2] and "32" or "31"
        if colour and s ~= " " and tone ~= last then
          line[#line + 1] = "\27[" .. tone .. "m"
          last = tone
        end
      end
      line[#line + 1] = s
    end
    out[#out + 1] = format.pad(labels[r] or "", label, true) .. (labels[r] and " ┤" or " │") .. table.concat(line)
      .. (last and "\27[0m" or "")
  end
  local from, to = format.time(list[first][1], "minute"), format.time(list[#list][1], "minute")
  local n = #list - first + 1
  out[#out + 1] = (" "):rep(label) .. " └" .. ("─"):rep(n)
  -- What is drawn, and from when to when: on one line where there is room.
  local below, name = (columns or 80) - 1 - label - 2, timeframe or ""
  local function between(a, b, width) return a .. (" "):rep(math.max(2, width - format.width(a) - format.width(b))) .. b end
  local dates = between(from, to, n)
  local function add(text) out[#out + 1] = (" "):rep(label + 2) .. format.cut(text, math.max(1, below)) end
  if #dates + 2 + format.width(name) <= below then add(dates .. "  " .. name)
  elseif #dates <= below then add(dates) add(name)
  else add(name) add(from) add(to) end
  return table.concat(out, "\n") .. "\n"
end

return M

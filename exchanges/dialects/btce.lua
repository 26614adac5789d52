-- What the heirs of BTC-e have in common: public routes that answer by market id and take several joined by dashes; private calls that are
-- forms with a nonce in seconds and the headers Key and Sign; {success, return, error} for replies; lists as objects by id; times in seconds.

-- Failures come as 0, "0", "false" or false; public replies do not speak of success at all.
local function failed(reply)
  local success = reply.success
  if success == nil or success == true or success == "1" or success == "true" then return nil end
  return reply.code or reply.error or "not told", reply.error
end

-- These, and an exchange's own in front of them.
local function broad(own)
  local out = {}
  for _, row in ipairs(own) do out[#out + 1] = row end
  for _, row in ipairs {
    { "Invalid pair name", "BadSymbol" }, { "invalid api key", "AuthenticationError" }, { "invalid sign", "AuthenticationError" },
    { "api key dont have trade permission", "PermissionDenied" }, { "invalid parameter", "InvalidOrder" }, { "invalid order", "InvalidOrder" },
    { "Requests too often", "DDoSProtection" }, { "not available", "ExchangeNotAvailable" }, { "data unavailable", "ExchangeNotAvailable" },
    { "external service unavailable", "ExchangeNotAvailable" },
  } do out[#out + 1] = row end
  return out
end

local errors = by_class { InvalidOrder = "803 804 805 806 807", InsufficientFunds = "831 832", OrderNotFound = "833" }

-- `digest`: hex or base64.
local function signed(digest)
  return function(req, key)
    first(req.form, "nonce", key.nonce)
    req.headers.Key = key.apiKey
    req.headers.Sign = digest(hmac("sha512", key.secret, req.body))
  end
end

-- What a reply tells of the market that was asked for, read by `map`.
local function of_market(map)
  return function(reply, a)
    return map(reply[a.id] or fail("ExchangeError", "nothing is told of " .. a.symbol), a)
  end
end

-- Ids of the markets asked for (all without any), joined by dashes, in as many pieces as stay below `max` characters.
local function pieces(a, max)
  local out, piece = {}, nil
  for _, symbol in ipairs(a.symbols or a.all_symbols) do
    local id = a:market_of(symbol).id
    local longer = piece and piece .. "-" .. id or id
    if #longer > max and piece then
      out[#out + 1] = piece
      longer = id
    end
    piece = longer
  end
  out[#out + 1] = piece
  return out
end

-- One request a piece; `read` gives a table by symbol. `rest` is the query.
local function by_pieces(path, max, read, rest)
  return {
    run = function(a)
      local list, out = pieces(a, max), {}
      local function request(piece) return { get = path .. piece, send = rest, read = read } end
      if #list == 1 then return request(list[1]) end
      for _, piece in ipairs(list) do
        for symbol, told in pairs(ask(request(piece))) do out[symbol] = told end
      end
      return out
    end,
  }
end

local side = { "type", ask = "sell", bid = "buy", default = "." }

local market_fields = {
  at = "pairs", id = "@key", active = "hidden|eq:0", taker = "fee|div:100",
  precision = { amount = "decimal_places|tick", price = "decimal_places|tick" },
  limits = { amount = { min = "min_amount", max = "max_amount" }, price = { min = "min_price", max = "max_price" }, cost = { min = "min_total" } },
}

local ticker_fields = {
  timestamp = "updated|s", bid = "buy", ask = "sell", high = "high", low = "low", last = "last", average = "avg", baseVolume = "vol_cur",
  quoteVolume = "vol",
}

local order_book = book { bids = "bids", asks = "asks" }
local function order_books(reply, a)
  local out = {}
  for _, symbol in ipairs(a.symbols or a.all_symbols) do
    local told = reply[a:market_of(symbol).id]
    if told then
      out[symbol] = order_book(told, a)
      out[symbol].symbol = symbol
    end
  end
  return out
end

local trade_fields = {
  id = "trade_id,tid", order = "order_id", timestamp = "timestamp|s", market = "pair", type = "=limit", side = side, price = "rate,price",
  amount = "amount", fee = { cost = "commission", currency = "commissionCurrency|upper|code" },
}
local trade_list = trades(trade_fields)
local function public_trades(reply, a) return trade_list(reply[a.id] or {}, a) end
local own_trades = trades(with(trade_fields, { at = "return?", id = "trade_id,@key" }))

-- `amount` is what is left of an order.
local order_fields = {
  market = "pair", timestamp = "timestamp_created|s", type = "=limit", side = "type", price = "rate", amount = "start_amount",
  remaining = "amount",
}

-- An order that was filled at once has the id 0, and another name for the real one.
local function id_in(name, first_name)
  return function(o) return o[name] == "0" and o[first_name] or o[name] end
end
local function status_in(name)
  return function(o) return o[name] == "0" and "closed" or o[name] and "open" or nil end
end
-- A new order's reply does not repeat what was asked for.
local function placed(name, first_name)
  return order {
    at = "return?", id = id_in(name, first_name), status = status_in(name), type = "={type}",
    side = "={side}", price = "={price}", amount = "={amount}",
    timestamp = function(o, a)
      local seconds = math.tointeger(tonumber(o.server_time))
      return seconds and seconds * 1000 or a.now
    end,
    filled = "received", remaining = "remains",
  }
end

return {
  failed = failed, broad = broad, errors = errors, signed = signed, of_market = of_market, by_pieces = by_pieces, market_fields = market_fields,
  ticker_fields = ticker_fields, order_book = order_book, order_books = order_books, trade_fields = trade_fields,
  public_trades = public_trades, own_trades = own_trades, order_fields = order_fields, placed = placed,
}

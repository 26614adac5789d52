-- BTCChina (BTCC), China: spot; closed. API: https://www.btcchina.com/apidocs
-- Own calls are JSON-RPC: the method's name ends the path, and its arguments are a list, which is signed as text without quotes, a null as
-- nothing. Amounts and prices are numbers there, an order's id a text. A failure is {error: {code, message}}.

local function rpc(name, arguments, read)
  return { post = "/api_trade_v1.php/" .. name, host = "trade", send = { arguments = list(arguments) }, read = read }
end

return {
  hosts = { api = "https://data.btcchina.com/data", trade = "https://api.btcchina.com" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  renames = old_codes,
  http = { [429] = "DDoSProtection" },
  encode = "json", nonce = "us",

  failed = "error.code,error", message = "error.message",
  errors = by_class {
    InsufficientFunds = "-32003 -32004", OrderNotFound = "-32005 -32025 -32026", AuthenticationError = "-32006", BadSymbol = "-32007",
    InvalidOrder = "-32008 -32017 -32018", InvalidAddress = "-32009", BadRequest = "-32019",
  },

  sign = function(req, key)
    local name, arguments = req.path:match("[^/]+$"), encode_json(req.json.arguments)
    local plain = arguments:gsub('[%[%]"]', ""):gsub("null", "")
    local signature = hex(hmac("sha1", key.secret, "tonce=" .. key.nonce .. "&accesskey=" .. key.apiKey .. "&requestmethod=post&id=" .. key.nonce
      .. "&method=" .. name .. "&params=" .. plain))
    req.body = '{"method":"' .. name .. '","id":' .. key.nonce .. ',"params":' .. arguments .. "}"
    req.headers.Authorization = "Basic " .. base64(key.apiKey .. ":" .. signature)
    req.headers["Json-Rpc-Tonce"] = key.nonce
  end,

  fetch_markets = {            -- the tickers of all: {"ticker_btccny": {..}}
    get = "/ticker", send = "market=all",
    read = markets {
      id = "@key|after:_", baseId = function(_, _, _, key) return key:match("_(%a%a%a)%a%a%a$") end,
      quoteId = function(_, _, _, key) return key:match("_%a%a%a(%a%a%a)$") end,
    },
  },
  fetch_ticker = {
    get = "/ticker", send = "market={id}",
    read = ticker {
      at = "ticker", timestamp = "date|s", high = "high", low = "low", bid = "buy", ask = "sell", vwap = "vwap", open = "open", last = "last",
      previousClose = "prev_close", baseVolume = "vol",
    },
  },
  fetch_order_book = { get = "/orderbook", send = "market={id}", read = book { bids = "bids", asks = "asks", timestamp = "date|s" } },
  fetch_trades = {
    get = "/trades", send = "market={id}",
    read = trades { id = "tid", timestamp = "date|s", side = "type", price = "price", amount = "amount" },
  },

  fetch_balance = rpc("GetAccountInfo", {}, function(reply, a)
    local out = { info = reply.result }
    for part, field in pairs { balance = "total", frozen = "used" } do
      for coin, row in pairs(reply.result[part] or {}) do
        local code = a:code_of(coin:upper())
        out[code] = out[code] or {}
        out[code][field] = row.amount
      end
    end
    return out
  end),
  create_order = {
    run = function(a)
      local price = a.type == "limit" and raw_number(a.price) or null
      -- The reply's id is that of the call, where there is a result, which is the order's.
      return rpc(a.side == "buy" and "BuyOrder2" or "SellOrder2", { price, raw_number(a.amount), a.id:upper() }, order { id = "result,id" })
    end,
  },
  cancel_order = {
    run = function(a)          -- an order is of BTC/CNY unless its market is told
      local market = a:take "market" or a.id and a.id ~= "btccny" and a.id:upper() or null
      return rpc("CancelOrder", { a.order_id, market }, order { id = "={order_id}" })
    end,
  },
}

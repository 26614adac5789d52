-- LakeBTC: spot; closed. API: https://www.lakebtc.com/s/api_v2
-- Own calls are JSON-RPC without names of parameters: a list, which is signed as text without quotes, or "" where there are none. Failures are
-- {error: a sentence}. The markets are those that have a ticker; an id starts with base and quote, of three letters each.

local ticker_fields = { timestamp = "={now}", high = "high", low = "low", bid = "bid", ask = "ask", last = "last", baseVolume = "volume" }
local one_ticker = ticker(ticker_fields)

local function rpc(name, arguments, read)
  return {
    run = function(a)
      a.values = arguments and list(arguments(a)) or ""
      a.params = {}
      return { post = "", send = "method=" .. name .. " params={values} id={now|s}", read = read }
    end,
  }
end

return {
  hosts = { api = "https://api.lakebtc.com/api_v2" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = old_codes,
  fees = { taker = 0.002, maker = 0.0015 },
  encode = "json", nonce = "us",

  failed = "error",
  broad = {
    { "Signature", "AuthenticationError" }, { "invalid symbol", "BadSymbol" }, { "Volume doit", "InvalidOrder" },
    { "insufficient_balance", "InsufficientFunds" },
  },

  sign = function(req, key)
    local call = req.json
    local values = call.params == "" and "" or encode_json(call.params):gsub('[%[%]"]', "")
    local signature = hex(hmac("sha1", key.secret, "tonce=" .. key.nonce .. "&accesskey=" .. key.apiKey .. "&requestmethod=post&id=" .. call.id
      .. "&method=" .. call.method .. "&params=" .. values))
    req.headers["Json-Rpc-Tonce"] = key.nonce
    req.headers.Authorization = "Basic " .. base64(key.apiKey .. ":" .. signature)
  end,

  fetch_markets = {
    get = "/ticker",
    read = markets {
      id = "@key", baseId = function(_, _, _, key) return key:sub(1, 3) end, quoteId = function(_, _, _, key) return key:sub(4, 6) end,
    },
  },
  fetch_ticker = {
    get = "/ticker",
    read = function(reply, a) return one_ticker(reply[a.id] or fail("NullResponse", "no price of " .. a.symbol .. " is told"), a) end,
  },
  fetch_tickers = { get = "/ticker", read = tickers(with(ticker_fields, { market = "@key" })) },
  fetch_order_book = { get = "/bcorderbook", send = "symbol={id}", read = book { bids = "bids", asks = "asks" } },
  fetch_trades = { get = "/bctrades", send = "symbol={id}", read = trades { id = "tid", timestamp = "date|s", price = "price", amount = "amount" } },

  fetch_balance = rpc("getAccountInfo", nil, balance { at = "balance?", currency = "@key|code", total = "." }),
  create_order = rpc("{side}Order", function(a)
    if a.type == "market" then fail("NotSupported", "limit orders only") end
    return { raw_number(a.price), raw_number(a.amount), a.id }
  end, order { id = "id" }),
  cancel_order = rpc("cancelOrders", function(a) return { a.order_id } end, order { id = "={order_id}" }),
}

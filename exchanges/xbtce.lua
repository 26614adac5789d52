-- xBTCe: spot; closed. A TickTrader server. API: https://www.xbtce.com/tradeapi
-- Markets and books are signed calls too: only tickers are public. What is signed is the nonce, both names of the account, the method, the whole
-- URL and the body; a GET or DELETE takes no parameters. A cancellation is recorded without the order's id: whether the exchange ever took it is not
-- known.

-- The later one of the last trades of both sides.
local function last_of(field)
  return function(o)
    local buy, sell = tonumber(o.LastBuyTimestamp), tonumber(o.LastSellTimestamp)
    local side = buy and buy >= (sell or 0) and "Buy" or sell and "Sell"
    return side and o["Last" .. side .. field]
  end
end
local ticker_fields = {
  timestamp = last_of "Timestamp", high = "DailyBestBuyPrice", low = "DailyBestSellPrice", bid = "BestBid", ask = "BestAsk", last = last_of "Price",
  baseVolume = "DailyTradedTotalVolume",
}

local function plain(verb, path, read, more)
  return with({
    right = "read",
    run = function(a)
      a.params = {}
      return { [verb] = path, encode = "query", read = read }
    end,
  }, more or {})
end

return {
  hosts = { api = "https://cryptottlivewebapi.xbtce.net:8443/api/v1" },
  credentials = { "apiKey", "secret", "uid" },
  rate = { interval_ms = 2000, burst = 2 },
  precision = "places",
  renames = with(old_codes, { DSH = "DASH" }),
  encode = "json",
  symbol_of = function(id)
    local base, quote = id:match "^(%u%u%u)(%u%u%u)$"
    return base and base .. "/" .. quote
  end,

  sign = function(req, key)
    local signed = key.nonce .. key.uid .. key.apiKey .. req.method .. req.url .. req.body
    local signature = base64(hmac("sha256", key.secret, signed))
    req.headers.Authorization = "HMAC " .. key.uid .. ":" .. key.apiKey .. ":" .. key.nonce .. ":" .. signature
  end,

  fetch_markets = plain("get", "/symbol", markets {           -- one that is not traded goes by its id
    id = "Symbol", baseId = "MarginCurrency", quoteId = "ProfitCurrency", symbol = function(o) return o.IsTradeAllowed == false and o.Symbol or nil end,
    precision = { price = "Precision" }, limits = { amount = { min = "MinTradeAmount", max = "MaxTradeAmount" } },
  }),
  fetch_ticker = { get = "/public/ticker/{id}", read = ticker(with(ticker_fields, { at = "1" })) },
  fetch_tickers = { get = "/public/ticker", read = tickers(with(ticker_fields, { market = "Symbol" })) },
  fetch_order_book = plain("get", "/level2/{id}",
    book { at = "1", bids = "Bids", asks = "Asks", level = { "Price", "Volume" }, timestamp = "Timestamp" }),
  fetch_trades = plain("get", "/trade", function(reply) return reply end, { kind = "raw" }),      -- the account's own, as they are told

  fetch_balance = plain("get", "/asset", balance { currency = "Currency|code", free = "FreeAmount", used = "LockedAmount", total = "Amount" }),
  create_order = {
    post = "/trade", read = order { id = "Id" },
    send = function(a)
      if a.type == "market" then fail("NotSupported", "limit orders only") end
      return ordered { { "pair", a.id }, { "type", a.side }, { "amount", raw_number(a.amount) }, { "rate", raw_number(a.price) } }
    end,
  },
  cancel_order = plain("delete", "/trade", order { id = "={order_id}" }, { right = "trade" }),
}

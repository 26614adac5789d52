-- VirWoX, Austria: spot; closed. API: https://www.virwox.com/developers.php
-- JSON-RPC: own calls hold the key, the login and the password among their parameters; nothing is signed. A market is named by both currencies:
-- "EUR/SLL". Failures are in the result, {errorCode: other than "OK"}, or there is no result.

local instrument = "{market.baseId}/{market.quoteId}"
local function name_of(market) return market.baseId .. "/" .. market.quoteId end

-- A call with parameters in a table of their own, which `fields` makes.
local function rpc(host, name, fields, read)
  return {
    run = function(a)
      local inner = fields(a)
      for k, v in pairs(sorted(a.params)) do inner[k] = v end
      a.params = {}
      return {
        post = "", host = host, read = read,
        send = ordered { { "method", name }, { "params", inner }, { "id", a.now // 1000 } },
      }
    end,
  }
end

local function date(ms) return os.date("!%Y-%m-%d %H:%M:%S", ms // 1000) end

return {
  hosts = { api = "https://api.virwox.com/api/json.php", trade = "https://www.virwox.com/api/trading.php" },
  credentials = { "apiKey", "login", "password" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = old_codes,
  http = { [429] = "DDoSProtection" },
  encode = "json",

  failed = function(reply, status)
    local result, e = reply.result, reply.error
    if result == nil and (e ~= nil or status < 400) then return "no result", type(e) == "userdata" and e.message or nil end
    if type(result) == "userdata" and result.errorCode ~= nil and result.errorCode ~= "OK" then return result.errorCode end
  end,

  sign = function(req, key)
    local inner = req.json.params
    inner.key = key.apiKey
    inner.user = key.login
    inner.pass = key.password
  end,

  fetch_markets = {
    get = "", send = "method=getInstruments id={now|s}",
    read = markets { at = "result", id = "instrumentID", baseId = "longCurrency", quoteId = "shortCurrency" },
  },
  fetch_ticker = {
    get = "",
    send = function(a)
      return ordered {
        { "method", "getTradedPriceVolume" }, { "id", a.now // 1000 }, { "instrument", name_of(a.market) }, { "endDate", date(a.now) },
        { "startDate", date(a.now - 86400000) }, { "HLOC", 1 },
      }
    end,
    read = ticker {
      at = "result.priceVolumeList.-1", timestamp = "={now}", high = "high", low = "low", open = "open", last = "close",
      baseVolume = "longVolume", quoteVolume = "shortVolume",
    },
  },
  fetch_order_book = rpc("api", "getMarketDepth", function(a)
    return ordered { { "symbols", list { name_of(a.market) } }, { "buyDepth", a.limit }, { "sellDepth", a.limit } }
  end, book { at = "result.1", bids = "buy", asks = "sell", level = { "price", "volume" } }),
  fetch_trades = {              -- of the last hour
    get = "", send = "method=getRawTradeData id={now|s} instrument=" .. instrument .. " timespan=3600",
    read = trades { at = "result.data?", id = "tid", timestamp = "time|s", price = "price", amount = "vol" },
  },

  fetch_balance = rpc("trade", "getBalances", function() return ordered {} end,
    balance { at = "result.accountList", currency = "currency|code", total = "balance" }),
  create_order = rpc("trade", "placeOrder", function(a)
    local limit = a.type == "limit"
    return ordered {
      { "instrument", name_of(a.market) }, { "orderType", a.side:upper() }, { "amount", raw_number(a.amount) },
      { "price", limit and raw_number(a.price) or nil },
    }
  end, order { id = "result.orderID" }),
  cancel_order = with(rpc("trade", "cancelOrder", function(a) return ordered { { "orderID", a.order_id } } end,
    function(reply) return reply end), { kind = "raw" }),           -- {errorCode: "OK"} is all that is told of the order
}

-- BlinkTrade, the engine of several venues of one host: surbitcoin, vbtc, chilebit. Docs were at https://blinktrade.com/docs
-- All of them list the same markets, each traded at the broker that its brokerId names; a venue's own broker is the one whose balances it
-- shows. A private call is a FIX message in JSON, named by MsgType and the path; only the nonce is signed. Failures are {Status,
-- Description} with a Status other than 200. Amounts in replies are in hundred-millionths.
local d = {}

local listed = { { "VEF", 1, "SurBitcoin" }, { "VND", 3, "VBTC" }, { "BRL", 4, "FoxBit" }, { "PKR", 8, "UrduBit" }, { "CLP", 9, "ChileBit" } }

local public_trades = {
  get = "/api/v1/{quote}/trades", send = "crypto_currency={base}",
  read = trades { id = "tid", timestamp = "date|s", side = "side", price = "price", amount = "amount" },
}

-- Balances stand under the broker's id, in the message or beside the others; "BTC_locked" is the part of "BTC" in orders.
local function balances(broker)
  return function(reply, a)
    local message, out = reply.Responses[1], { info = reply }
    local mine = type(message) == "userdata" and message[tostring(broker)] or reply.Responses[broker + 1]
    if type(mine) ~= "userdata" then return out end
    local function amount(id) return mine[id] and decimal.mul(mine[id], "0.00000001") end
    for id in pairs(mine) do
      if not id:find "_locked$" then out[a:code_of(id)] = { total = amount(id), used = amount(id .. "_locked") } end
    end
    return out
  end
end

-- The adapter of the venue that is this broker.
function d.of(broker)
  return {
    credentials = { "apiKey", "secret" },
    rate = { interval_ms = 1000, burst = 5 },
    precision = "places",
    encode = "json",
    renames = old_codes,
    maps = { sides = { buy = "1", sell = "2" } },
    nonce = "s",
    failed = function(reply)
      if reply.Status and reply.Status ~= "200" then return tostring(reply.Status), reply.Description end
    end,
    sign = function(req, key)
      req.headers.APIKey = key.apiKey
      req.headers.Nonce = key.nonce
      req.headers.Signature = hex(hmac("sha256", key.secret, key.nonce))
    end,

    fetch_markets = {
      run = function()
        local out = {}
        for i, m in ipairs(listed) do
          out[i] = { id = "BTC" .. m[1], baseId = "BTC", quoteId = m[1], brokerId = m[2], broker = m[3] }
        end
        return out
      end,
    },
    fetch_ticker = {
      get = "/api/v1/{quote}/ticker", send = "crypto_currency={base}",
      read = ticker {
        timestamp = "={now}", high = "high", low = "low", bid = "buy", ask = "sell", last = "last", baseVolume = "vol",
        quoteVolume = function(o, _, market) return o["vol_" .. market.quote:lower()] end,
      },
    },
    fetch_order_book = { get = "/api/v1/{quote}/orderbook", send = "crypto_currency={base}", read = book { bids = "bids", asks = "asks" } },
    fetch_trades = public_trades,

    fetch_balance = { post = "/tapi/v1/U2", send = "MsgType=U2 BalanceReqID={now|s}", read = balances(broker) },
    create_order = {
      types = "limit",
      run = function(a)
        return {
          post = "/tapi/v1/D", read = order { id = "Responses[MsgType=8].OrderID" },
          send = "MsgType=D ClOrdID={now|s} Symbol={id} Side={side|map:sides} OrdType=2 Price={price|number} OrderQty={amount|number} "
            .. "BrokerID={market.brokerId|number}",
        }
      end,
    },
    cancel_order = { post = "/tapi/v1/F", send = "MsgType=F ClOrdID={order_id}", read = order {} },
  }
end

return d

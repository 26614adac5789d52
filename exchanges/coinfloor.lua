-- Coinfloor: spot; closed. API was at https://github.com/coinfloor/api
-- Everything hangs on a market: own balances and movements are told for the two coins of one, which params.symbol names.
-- Basic authentication with user id and key for a name, the passphrase for a password. Failures have an HTTP status and {error_msg}.

local listed = {}
for i, quote in ipairs { "GBP", "EUR" } do
  local id = "XBT/" .. quote
  listed[i] = { id = id, baseId = "XBT", quoteId = quote, precision = { price = 0, amount = 4 }, info = { id = id } }
end

local path = "/{market.baseId}/{market.quoteId}/"

-- The market that a call on an account is about: told by params, or by the argument that has the place of a currency.
local function market_of(a)
  local symbol = a:take "symbol" or a.code and a.code:find("/", 1, true) and a.code
  if not symbol then fail("ArgumentsRequired", "params.symbol is needed: an account is told by market") end
  return a:market_of(symbol)
end

local order_fields = {      -- `amount` is what is left
  id = "id", timestamp = "datetime|iso", type = function(_, a) return a.type or "limit" end, side = { "type", ["0"] = "buy", ["1"] = "sell" },
  price = "price", remaining = "amount",
}

-- A row of an account tells of both coins at once, as {xbt, eur, xbt_eur, fee}: what became of one of them. A trade pays in the quote.
local function rows(coin_id, coin, is_quote)
  return ledger {
    where = function(o) return o[coin_id] and tonumber(o[coin_id]) ~= 0 end,
    referenceId = "id", timestamp = "datetime|iso", currency = "=" .. coin, amount = coin_id .. "|abs", status = "=ok",
    type = words("type", { transaction = "0 1", trade = "2" }),
    direction = function(o) return o[coin_id]:find "^-" and "out" or "in" end,
    fee = {
      cost = function(o) return (is_quote or o.type ~= "2") and o.fee or nil end,
      currency = function(o) return (is_quote or o.type ~= "2") and o.fee and coin or nil end,
    },
  }
end

return {
  hosts = { api = "https://webapi.coinfloor.co.uk/v2/bist" },
  credentials = { "apiKey", "password", "uid" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = old_codes,
  nonce = "s",
  codes_free = true,

  failed = "error_msg", message = "error_msg",
  broad = { { "You have insufficient funds.", "InsufficientFunds" }, { "Tonce is out of sequence.", "InvalidNonce" } },

  sign = function(req, key)
    req.form = first(req.form, "nonce", key.nonce)
    req.headers.Authorization = "Basic " .. base64(key.uid .. "/" .. key.apiKey .. ":" .. key.password)
  end,

  fetch_markets = { run = function() return listed end },
  fetch_ticker = {
    get = path .. "ticker/",
    read = ticker {
      timestamp = "={now}", bid = "bid", ask = "ask", last = "last", high = "high", low = "low", vwap = "vwap",
      baseVolume = "volume", quoteVolume = function(o) return o.vwap and o.volume and decimal.mul(o.vwap, o.volume) end,
    },
  },
  fetch_order_book = { get = path .. "order_book/", read = book { bids = "bids", asks = "asks" } },
  fetch_trades = { get = path .. "transactions/", read = trades { id = "tid", timestamp = "date|s", price = "price", amount = "amount" } },

  fetch_balance = {
    run = function(a)
      local market = market_of(a)
      return {
        post = "/" .. market.id .. "/balance/",
        read = function(reply)
          local out = { info = reply }
          for id, code in pairs { [market.baseId:lower()] = market.base, [market.quoteId:lower()] = market.quote } do
            out[code] = { free = reply[id .. "_available"], used = reply[id .. "_reserved"], total = reply[id .. "_balance"] }
          end
          return out
        end,
      }
    end,
  },
  fetch_ledger = {
    run = function(a)
      local market = market_of(a)
      local base = rows(market.baseId:lower(), market.base, false)
      local quote = rows(market.quoteId:lower(), market.quote, true)
      return {
        post = "/" .. market.id .. "/user_transactions/", send = "limit={limit}",
        read = function(reply, b)
          local out = base(reply, b)
          for _, row in ipairs(quote(reply, b)) do out[#out + 1] = row end
          return out
        end,
      }
    end,
  },
  fetch_open_orders = { post = path .. "open_orders/", needs = "symbol", read = orders(with(order_fields, { status = "=open" })) },
  create_order = {
    run = function(a)
      if a.type == "market" then return { post = path .. "{side}_market/", send = "quantity={amount}", read = order(order_fields) } end
      return { post = path .. "{side}/", send = "price={asked_price} amount={amount}", read = order(order_fields) }
    end,
  },
  cancel_order = {      -- true, or false without a reason
    post = path .. "cancel_order/", needs = "symbol", send = "id={order_id}", text = true,
    read = function(text) return text:find "false" and fail("InvalidOrder", "the exchange did not cancel it") or {} end,
  },
}

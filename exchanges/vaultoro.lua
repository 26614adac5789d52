-- Vaultoro, Switzerland: gold for bitcoins, the only market; closed. API: https://api.vaultoro.com
-- What is public takes no parameters. The parameters of own calls travel in the URL, which is signed whole. Failures are {status: "error", data:
-- {message}}.

local function look(path, read)
  return {
    run = function(a)
      a.params = {}
      return { get = path, read = read }
    end,
  }
end

return {
  hosts = { api = "https://api.vaultoro.com" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = with(old_codes, { GLD = "Gold" }),
  encode = "query", nonce = "s",

  failed = function(reply)
    if reply.status == "error" then return "error", type(reply.data) == "userdata" and reply.data.message or nil end
  end,

  sign = function(req, key)
    first(req.query, "apikey", key.apiKey)
    first(req.query, "nonce", key.nonce)
    req.headers["Content-Type"] = "application/json"
    req.headers["X-Signature"] = hex(hmac("sha256", key.secret, req.url))
  end,

  fetch_markets = look("/markets", function(reply)
    local m = reply.data
    return { { id = m.MarketName, baseId = m.MarketCurrency, quoteId = m.BaseCurrency, active = m.IsActive, info = m } }
  end),
  fetch_order_book = look("/orderbook", book { bids = "data.1.b", asks = "data.2.s", level = { "Gold_Price", "Gold_Amount" } }),
  fetch_trades = look("/transactions/day", trades { timestamp = "Time|iso", price = "Gold_Price", amount = "Gold_Amount" }),

  fetch_balance = {            -- the last row of a currency counts
    get = "/1/balance",
    read = function(reply, a)
      local out = { info = reply }
      for _, row in ipairs(reply.data) do out[a:code_of(row.currency_code)] = { free = row.cash, used = row.reserved } end
      return out
    end,
  },
  create_order = {             -- a market order has a price of 1 where none is given
    run = function(a)
      return { post = "/1/{side}/{market.quoteId|lower}/{type}", send = "gld={amount} price={price|default:1}", read = order { id = "data.Order_ID" } }
    end,
  },
  cancel_order = { post = "/1/cancel/{order_id}", read = order { id = "={order_id}" } },
}

-- OKX: borrowing on margin, and conversion of one coin into another.
-- Used as dialect "okx_money" (okx): the methods, on top of the parts in dialects/okx.lua.
local records = dialect "records"

return function(okx)
  local year, hour = 31536000000, 3600000

  local function loan(side)
    return {
      post = "/account/borrow-repay", cost = 4, needs = side == "repay" and "code amount ordId" or "code amount",
      send = "ccy={currency_id} amt={amount} side=" .. side .. (side == "repay" and " ordId={ordId}" or ""),
      read = records.one { at = "data.1", number = { amount = "amt" }, code = { currency = "ccy" } },
    }
  end
  local repay = loan "repay"

  local hourly = { at = "data", time = "ts", code = { currency = "ccy" }, number = { rate = "interestRate" }, value = { period = hour } }
  -- What was lent is told by the year.
  local lent = { at = "data", time = "ts", code = { currency = "ccy" }, number = { rate = "rate" }, value = { period = year } }
  local lent_list = records.list(lent)

  local conversion = {
    at = "data.1", time = "quoteTime,ts", text = { id = "tradeId,quoteId" }, code = { fromCurrency = "baseCcy", toCurrency = "quoteCcy" },
    number = { fromAmount = "baseSz,fillBaseSz", toAmount = "quoteSz,fillQuoteSz", price = "cnvtPx,fillPx" },
  }
  local past_conversions = records.list(with(conversion, { at = "data" }))
  local function pair(a) return a:currency_of(a.from_code).id, a:currency_of(a.to_code).id end

  return {
    borrow_cross_margin = loan "borrow",
    repay_cross_margin = {
      right = "trade",
      run = function(a)
        a.ordId = a:take "id" or a:take "ordId" or fail("ArgumentsRequired", "which loan? params.id tells")
        return with(repay, { needs = "code amount" })
      end,
    },
    fetch_borrow_interest = {
      get = "/account/interest-accrued", cost = 4,
      send = function(a)
        local mode = a:take "marginMode" or a:take "mgnMode" or "cross"
        return ordered {
          { "mgnMode", mode }, { "ccy", a.currency_id }, { "before", a.since and a.since - 1 }, { "limit", a.limit }, { "instId", a.id },
        }
      end,
      read = records.list {
        at = "data", time = "ts", market = "instId", symbol_of = okx.symbol_of, code = { currency = "ccy" }, text = { marginMode = "mgnMode" },
        number = { interest = "interest", interestRate = "interestRate", amountBorrowed = "liab" },
      },
    },
    fetch_cross_borrow_rate = {
      get = "/account/interest-rate", cost = 4, needs = "code", send = "ccy={currency_id}", read = records.one(with(hourly, { at = "data.1" })),
    },
    fetch_cross_borrow_rates = { get = "/account/interest-rate", cost = 4, read = records.keyed(hourly, "currency") },
    fetch_borrow_rate_history = {
      get = "/finance/savings/lending-rate-history", cost = 10 / 3, needs = "code", right = "public", read = lent_list,
      send = "ccy={currency_id} before={since} limit={limit} after={until}",
    },
    fetch_borrow_rate_histories = {
      get = "/finance/savings/lending-rate-history", cost = 10 / 3, right = "public", send = "before={since} limit={limit}",
      read = function(reply, a)
        local out = {}
        for _, row in ipairs(lent_list(reply, a)) do
          out[row.currency] = out[row.currency] or list {}
          table.insert(out[row.currency], row)
        end
        return out
      end,
    },

    fetch_convert_currencies = {
      get = "/asset/convert/currencies", cost = 5 / 3,
      read = currencies { at = "data", id = "ccy", limits = { amount = { min = "min", max = "max" } } },
    },
    fetch_convert_quote = {
      post = "/asset/convert/estimate-quote", cost = 2, needs = "from_code to_code amount", read = records.one(conversion),
      send = function(a)
        local from, to = pair(a)
        return ordered { { "baseCcy", from }, { "quoteCcy", to }, { "rfqSzCcy", from }, { "rfqSz", a.amount }, { "side", "sell" } }
      end,
    },
    create_convert_trade = {
      post = "/asset/convert/trade", cost = 2, needs = "order_id from_code to_code amount", read = records.one(conversion),
      send = function(a)
        local from, to = pair(a)
        return ordered {
          { "quoteId", a.order_id }, { "baseCcy", from }, { "quoteCcy", to }, { "szCcy", from }, { "sz", a.amount }, { "side", "sell" },
        }
      end,
    },
    fetch_convert_trade = {
      get = "/asset/convert/history", cost = 5 / 3, needs = "order_id", send = "clTReqId={order_id}", read = records.one(conversion),
    },
    fetch_convert_trade_history = {
      get = "/asset/convert/history", cost = 5 / 3, send = "after={until} before={since} limit={limit}",
      read = past_conversions,
    },
  }
end

-- Binance: borrowing on margin, and conversion of one coin into another.
-- Used as dialect "binance_money" (binance): the methods. BUSD is converted one to one, with calls of its own.
local records = dialect "records"

return function(b)
  local day, month = 86400000, 2592000000

  local loan_fields = { time = "updateTime", text = { id = "tranId" }, number = { amount = "amount" }, code = { currency = "asset" } }
  local read_loan = records.one(loan_fields)
  local function loan(kind, isolated)
    return {
      needs = isolated and "symbol code amount" or "code amount",
      run = function(a)
        local papi, portfolio, how = a:take "papi", a:take "portfolioMargin", a:take "repayCrossMarginMethod"
        local pm = not isolated and (papi or portfolio)
        local path = not pm and "/sapi/v1/margin/borrow-repay" or kind == "BORROW" and "/papi/v1/marginLoan"
          or how == "papiPostMarginRepayDebt" and "/papi/v1/margin/repay-debt" or "/papi/v1/repayLoan"
        return {
          post = path, host = pm and "papi" or nil, cost = 40,
          send = ordered {
            { "asset", a.currency_id }, { "amount", a.amount }, { "symbol", isolated and a.id or nil },
            { "isIsolated", not pm and (isolated and "TRUE" or "FALSE") or nil }, { "type", not pm and kind or nil },
          },
          read = function(reply)
            local out = read_loan(reply, a)
            out.currency, out.symbol = out.currency or a.code, isolated and a.symbol or nil
            return out
          end,
        }
      end,
    }
  end

  local rate = { time = "timestamp", code = { currency = "asset" }, number = { rate = "dailyInterestRate" }, value = { period = day } }
  -- Interest of an isolated pair: that of its base and of its quote, in this order.
  local pair_rates = {
    market = "symbol", of = "spot", code = { base = "data.1.coin", quote = "data.2.coin" },
    number = { baseRate = "data.1.dailyInterest", quoteRate = "data.2.dailyInterest" }, value = { period = day },
  }

  local conversion = {
    time = "time,validTimestamp,createTime", text = { id = "tranId,orderId,quoteId" },
    code = { fromCurrency = "deductedAsset,fromAsset", toCurrency = "targetAsset,toAsset" },
    number = { fromAmount = "deductedAmount,fromAmount", toAmount = "targetAmount,toAmount" },
  }
  local function converted(at)
    local one = records.one(with(conversion, { at = at }))
    return function(reply, a)
      local out = one(reply, a)
      out.fromCurrency, out.toCurrency = out.fromCurrency or a.from_code, out.toCurrency or a.to_code
      return out
    end
  end
  local function ids(a) return a:currency_of(a.from_code).id, a:currency_of(a.to_code).id end

  return {
    borrow_cross_margin = loan "BORROW",
    repay_cross_margin = loan "REPAY",
    borrow_isolated_margin = loan("BORROW", true),
    repay_isolated_margin = loan("REPAY", true),
    fetch_borrow_interest = {
      run = function(a)
        local papi, portfolio = a:take "papi", a:take "portfolioMargin"
        local pm = papi or portfolio
        return {
          get = pm and "/papi/v1/margin/marginInterestHistory" or "/sapi/v1/margin/interestHistory", host = pm and "papi" or nil, cost = 0.2,
          send = "asset={currency_id} startTime={since} size={limit} endTime={until} isolatedSymbol={id}",
          read = records.list {
            at = "rows", market = "isolatedSymbol", of = "spot", time = "interestAccuredTime", code = { currency = "asset" },
            number = { interest = "interest", interestRate = "interestRate", amountBorrowed = "principal" },
            value = { marginMode = function(o) return o.isolatedSymbol and "isolated" or "cross" end },
          },
        }
      end,
    },
    fetch_cross_borrow_rate = {
      get = "/sapi/v1/margin/interestRateHistory", cost = 0.2, needs = "code", send = "asset={currency_id}",
      read = records.one(with(rate, { at = "1" })),
    },
    fetch_borrow_rate_history = {
      get = "/sapi/v1/margin/interestRateHistory", cost = 0.2, needs = "code", read = records.list(rate),
      send = function(a)
        local limit, last = a.limit or 93, a:take "until"
        if limit > 93 then fail("BadRequest", "at most 93 days") end
        if not last and a.since then last = math.min(a.since + limit * day - 1, a.now) end
        return ordered { { "asset", a.currency_id }, { "limit", limit }, { "startTime", a.since }, { "endTime", last } }
      end,
    },
    fetch_isolated_borrow_rates = { get = "/sapi/v1/margin/isolatedMarginData", cost = 2, read = records.keyed(pair_rates) },
    fetch_isolated_borrow_rate = {
      get = "/sapi/v1/margin/isolatedMarginData", cost = 2, needs = "symbol", send = "symbol={id}", read = records.one(with(pair_rates, { at = "1" })),
    },

    fetch_convert_currencies = { get = "/sapi/v1/convert/assetInfo", cost = 20, read = currencies { id = "asset", precision = "fraction|tick" } },
    fetch_convert_quote = {
      post = "/sapi/v1/convert/getQuote", cost = 40, needs = "from_code to_code amount", read = converted(),
      send = function(a)
        local from, to = ids(a)
        return ordered { { "fromAsset", from }, { "toAsset", to }, { "fromAmount", a.amount } }
      end,
    },
    create_convert_trade = {
      needs = "order_id from_code to_code",
      run = function(a)
        if a.from_code ~= "BUSD" and a.to_code ~= "BUSD" then
          return { post = "/sapi/v1/convert/acceptQuote", cost = 100, send = "quoteId={order_id}", read = converted() }
        end
        if not a.amount then fail("ArgumentsRequired", "how much BUSD?") end
        local from, to = ids(a)
        return {
          post = "/sapi/v1/asset/convert-transfer", cost = 1, read = converted(),
          send = ordered { { "clientTranId", a.order_id }, { "asset", from }, { "targetAsset", to }, { "amount", a.amount } },
        }
      end,
    },
    fetch_convert_trade = {
      needs = "order_id",
      run = function(a)
        if a.code ~= "BUSD" then return { get = "/sapi/v1/convert/orderStatus", cost = 20, send = "orderId={order_id}", read = converted() } end
        return {
          get = "/sapi/v1/asset/convert-transfer/queryByPage", cost = 1, read = converted "rows.1",
          send = function()
            return ordered { { "asset", a.currency_id }, { "tranId", a.order_id }, { "startTime", a.now - day }, { "endTime", a.now } }
          end,
        }
      end,
    },
    fetch_convert_trade_history = {
      run = function(a)
        local busd = a.code == "BUSD"
        local from = a.since or a.now - month
        local last = math.tointeger(tonumber(a:take "until" or a:take "endTime" or a.now))
        if not busd and last - from > month then last = from + month end
        return {
          get = busd and "/sapi/v1/asset/convert-transfer/queryByPage" or "/sapi/v1/convert/tradeFlow", cost = busd and 1 or 600,
          send = ordered {
            { "asset", busd and a.currency_id or nil }, { "startTime", from }, { "endTime", last }, { busd and "size" or "limit", a.limit },
          },
          read = records.list(with(conversion, { at = busd and "rows" or "list" })),
        }
      end,
    },
  }
end

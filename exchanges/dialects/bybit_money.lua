-- Bybit: borrowing on margin, and conversion of one coin into another.
-- Used as dialect "bybit_money" (bybit): the methods, on top of the parts in dialects/bybit.lua.
local records = dialect "records"

return function()
  local hour, month = 3600000, 2592000000
  local loan = records.one {
    at = "result",
    value = {
      currency = "={code}", amount = function(o, a) return records.number(o.amount) or records.number(a.amount) end,
    },
  }
  local rate_fields = { code = { currency = "currency" }, number = { rate = "hourlyBorrowRate" }, value = { period = hour } }
  local conversion = {
    at = "result", time = "expiredTime,createdAt", text = { id = "quoteTxId,exchangeTxId" },
    code = { fromCurrency = "fromCoin", toCurrency = "toCoin" }, number = { fromAmount = "fromAmount", toAmount = "toAmount" },
  }
  local function wallet(a) return a:take "accountType" or "eb_convert_uta" end

  return {
    borrow_cross_margin = { post = "/v5/account/borrow", cost = 50, needs = "code amount", send = "coin={currency_id} amount={amount}", read = loan },
    repay_cross_margin = {
      post = "/v5/account/no-convert-repay", cost = 50, needs = "code amount", send = "coin={currency_id} amount={amount}", read = loan,
    },
    fetch_borrow_interest = {
      get = "/v5/spot-cross-margin-trade/account", cost = 5,
      read = records.list {
        at = "result.loanAccountList", code = { currency = "tokenId" }, number = { interest = "interest", amountBorrowed = "loan" },
        value = { marginMode = "cross" },
      },
    },
    fetch_cross_borrow_rate = {
      get = "/v5/spot-margin-trade/data", cost = 5, right = "public", needs = "code",
      send = function(a) return ordered { { "currency", a.currency_id }, { "vipLevel", a:take "vipLevel" or "No VIP" } } end,
      read = records.one(with(rate_fields, { at = "result.vipCoinList.1.list.1" })),
    },
    fetch_borrow_rate_history = {
      get = "/v5/spot-margin-trade/interest-rate-history", cost = 5, needs = "code",
      send = function(a)
        local from, last = a.since or a.now - month, a:take "until" or a:take "endTime"
        return ordered { { "currency", a.currency_id }, { "startTime", from }, { "endTime", last or from + month } }
      end,
      read = records.list(with(rate_fields, { at = "result.list", time = "timestamp" })),
    },

    fetch_convert_currencies = {
      get = "/v5/asset/exchange/query-coin-list", cost = 0.5, send = function(a) return ordered { { "accountType", wallet(a) } } end,
      read = currencies {
        at = "result.coins", id = "coin", name = "fullName", type = "coinType", active = function(o) return not (o.disableFrom or o.disableTo) end,
        limits = { amount = { min = "singleFromMinLimit", max = "singleFromMaxLimit" } },
      },
    },
    fetch_convert_quote = {
      post = "/v5/asset/exchange/quote-apply", cost = 1, needs = "from_code to_code amount", read = records.one(conversion),
      send = function(a)
        local from = a:currency_of(a.from_code).id
        return ordered {
          { "fromCoin", from }, { "toCoin", a:currency_of(a.to_code).id }, { "requestAmount", a.amount }, { "requestCoin", from },
          { "accountType", wallet(a) },
        }
      end,
    },
    create_convert_trade = {
      post = "/v5/asset/exchange/convert-execute", cost = 1, needs = "order_id", send = "quoteTxId={order_id}", read = records.one(conversion),
    },
    fetch_convert_trade = {
      get = "/v5/asset/exchange/convert-result-query", cost = 0.5, needs = "order_id", read = records.one(with(conversion, { at = "result.result" })),
      send = function(a) return ordered { { "quoteTxId", a.order_id }, { "accountType", wallet(a) } } end,
    },
    fetch_convert_trade_history = {
      get = "/v5/asset/exchange/query-convert-history", cost = 0.5, send = "limit={limit}",
      read = records.list(with(conversion, { at = "result.list" })),
    },
  }
end

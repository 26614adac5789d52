-- OKCoin China, for CNY. API 1: https://www.okcoin.cn/rest_api.html; how it signs, fails and reads: dialects/okcoin_v1.lua
local v1 = dialect "okcoin_v1"

return with(v1.methods { suffix = ".do", list = "orders" }, {
  hosts = { api = "https://www.okcoin.cn/api", web = "https://www.okcoin.cn" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  fees = { taker = 0.001, maker = 0.0005 },
  renames = v1.renames, symbol_of = v1.symbol_of, timeframes = v1.timeframes, failed = v1.failed, errors = v1.errors, sign = v1.sign,
  http = { [429] = "DDoSProtection" },

  fetch_markets = {
    get = "/spot/markets/products", host = "web",
    read = markets {
      at = "data", id = "symbol", lowercaseId = "symbol", baseId = "symbol|before:_", quoteId = "symbol|after:_",
      baseNumericId = "baseCurrency|number", quoteNumericId = "quoteCurrency|number", active = { "online", ["0"] = false, default = true },
      precision = { amount = "maxSizeDigit", price = "maxPriceDigit" },
      limits = {
        amount = { min = "minTradeSize" }, price = { min = "maxPriceDigit|tick" },
        cost = {
          min = function(o)
            local size, digits = o.minTradeSize, math.tointeger(tonumber(o.maxPriceDigit))
            return size and decimal.is(size) and digits and decimal.mul(size, ("1e-%d"):format(digits)) or nil
          end,
        },
      },
    },
  },
  fetch_tickers = { get = "/v1/tickers.do", read = tickers(with(v1.ticker_fields, { at = "tickers" })) },
  withdraw = {
    post = "/v1/withdraw.do",
    send = function(a)          -- a currency is named by its market for USD
      local password, trade_password = a:take "password", a:take "trade_pwd"
      local fee = a:take "chargefee"
      if not fee then fail("ArgumentsRequired", "withdraw needs params.chargefee") end
      if not (password or trade_password) then fail("ArgumentsRequired", "withdraw needs the trade password in params.trade_pwd") end
      return ordered {
        { "symbol", a.currency_id .. "_usd" }, { "withdraw_address", a.tag and a.address .. ":" .. a.tag or a.address },
        { "withdraw_amount", a.amount }, { "target", "address" }, { "chargefee", decimal.text(fee) },
        { "trade_pwd", password or trade_password },
      }
    end,
    read = transaction { id = "withdraw_id", type = "=withdrawal" },
  },

  options = { marketBuyPrice = false },     -- true: the price argument of a market order to buy is what it spends
})

-- Bybit: prices, greeks and volatility of options, and what was delivered of options and futures.
-- Used as dialect "bybit_options" (bybit): the methods, on top of the parts in dialects/bybit.lua.
local records = dialect "records"

return function(bybit)
  local prices = { bidPrice = "bid1Price", askPrice = "ask1Price", markPrice = "markPrice", lastPrice = "lastPrice", underlyingPrice = "underlyingPrice" }
  local greeks = {
    at = "result.list", market = "symbol", of = "option", symbol_of = bybit.symbol_of,
    number = with(prices, {
      delta = "delta", gamma = "gamma", theta = "theta", vega = "vega", bidSize = "bid1Size", askSize = "ask1Size", bidImpliedVolatility = "bid1Iv",
      askImpliedVolatility = "ask1Iv", markImpliedVolatility = "markIv",
    }),
  }
  local one_greeks = records.one(with(greeks, { at = "result.list.1" }))
  local contract = {
    at = "result.list", market = "symbol", of = "option", symbol_of = bybit.symbol_of,
    number = with(prices, { impliedVolatility = "markIv", openInterest = "openInterest", change = "change24h", baseVolume = "totalVolume" }),
  }
  local tickers_path = "/v5/market/tickers"

  local function delivered(path, right)
    return {
      right = right,
      run = function(a)
        if bybit.category(a) == "spot" then fail("NotSupported", "nothing is delivered on spot") end
        return {
          get = path, cost = 5, send = "symbol={id} category={category} limit={limit}",
          read = records.list {
            at = "result.list", market = "symbol", symbol_of = bybit.symbol_of, time = "deliveryTime", number = { price = "deliveryPrice" },
          },
        }
      end,
    }
  end

  return {
    fetch_greeks = {
      get = tickers_path, cost = 5, needs = "symbol", send = "symbol={id} category=option",
      read = function(reply, a) return records.dated(reply.time, one_greeks(reply, a)) end,
    },
    fetch_all_greeks = {       -- of one coin: params.baseCoin
      get = tickers_path, cost = 5, read = records.keyed(greeks),
      send = function(a)
        local one = a.symbols and #a.symbols == 1
        local coin = a:take "baseCoin" or a.symbols and a:market_of(a.symbols[1]).baseId or "BTC"
        return ordered { { "category", "option" }, { "baseCoin", coin }, { "symbol", one and a.ids[1] or nil } }
      end,
    },
    fetch_option = {
      get = tickers_path, cost = 5, needs = "symbol", send = "category=option symbol={id}", read = records.one(with(contract, { at = "result.list.1" })),
    },
    fetch_option_chain = { get = tickers_path, cost = 5, needs = "code", send = "category=option baseCoin={currency_id}", read = records.keyed(contract) },
    fetch_volatility_history = {
      get = "/v5/market/historical-volatility", cost = 5, needs = "code", send = "category=option baseCoin={currency_id}",
      read = records.list { at = "result", time = "time", number = { volatility = "value" } },
    },
    fetch_settlement_history = delivered("/v5/market/delivery-price", "public"),
    fetch_my_settlement_history = delivered("/v5/asset/delivery-record", "read"),
  }
end

-- Deribit: prices, greeks and volatility of options, and bankruptcies. Used as dialect "deribit_options" (deribit): the methods; `symbol_of` names
-- instruments that are not in the list.
local records = dialect "records"

return function(symbol_of)
  local greeks = {
    at = "result", market = "instrument_name", symbol_of = symbol_of, time = "timestamp",
    number = {
      delta = "greeks.delta", gamma = "greeks.gamma", theta = "greeks.theta", vega = "greeks.vega", rho = "greeks.rho", bidSize = "best_bid_amount",
      askSize = "best_ask_amount", bidImpliedVolatility = "bid_iv", askImpliedVolatility = "ask_iv", markImpliedVolatility = "mark_iv",
      bidPrice = "best_bid_price", askPrice = "best_ask_price", markPrice = "mark_price", lastPrice = "last_price", underlyingPrice = "underlying_price",
    },
  }
  local summary = {
    market = "instrument_name", symbol_of = symbol_of, time = "timestamp", code = { currency = "base_currency" },
    number = {
      openInterest = "open_interest", bidPrice = "bid_price", askPrice = "ask_price", midPrice = "mid_price", markPrice = "mark_price",
      lastPrice = "last", underlyingPrice = "underlying_price", percentage = "price_change", baseVolume = "volume", quoteVolume = "volume_usd",
    },
  }

  return {
    fetch_greeks = { get = "/ticker", host = "public", needs = "symbol", send = "instrument_name={id}", read = records.one(greeks) },
    fetch_option = {
      get = "/get_book_summary_by_instrument", host = "public", needs = "symbol", send = "instrument_name={id}",
      read = records.one(with(summary, { at = "result.1" })),
    },
    fetch_option_chain = {
      get = "/get_book_summary_by_currency", host = "public", needs = "code", send = "currency={currency_id} kind=option",
      read = records.keyed(with(summary, { at = "result" })),
    },
    fetch_volatility_history = {
      get = "/get_historical_volatility", host = "public", needs = "code", send = "currency={currency_id}",
      read = records.list { at = "result", time = "1", number = { volatility = "2" } },
    },
    fetch_my_liquidations = {
      needs = "symbol",
      run = function(a)
        if a.market.spot then fail("NotSupported", "nothing is liquidated on spot") end
        return {
          get = "/get_settlement_history_by_instrument", send = "instrument_name={id} type=bankruptcy search_start_timestamp={since} count={limit}",
          read = records.list {
            at = "result.settlements", time = "timestamp", number = { baseValue = "session_bankrupcy" },
            value = { symbol = function(_, x) return x.symbol end, contractSize = function(_, x) return x.market.contractSize end },
          },
        }
      end,
    },
  }
end

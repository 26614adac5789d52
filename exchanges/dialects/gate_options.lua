-- Gate: prices, greeks and settlement of options. The methods, on top of the parts in dialects/gate.lua.
local gate = dialect "gate"
local records = dialect "records"

local prices = {
  bidPrice = "bid1_price", askPrice = "ask1_price", markPrice = "mark_price", lastPrice = "last_price", underlyingPrice = "underlying_price",
}
local contract = { market = "name", of = "option", symbol_of = gate.symbol_of, time = "create_time|s", number = prices }
local all_greeks = records.keyed {
  market = "name", of = "option", symbol_of = gate.symbol_of,
  number = {
    delta = "delta", gamma = "gamma", theta = "theta", vega = "vega", bidSize = "bid1_size", askSize = "ask1_size", bidImpliedVolatility = "bid_iv",
    askImpliedVolatility = "ask_iv", markImpliedVolatility = "mark_iv", bidPrice = "bid1_price", askPrice = "ask1_price", markPrice = "mark_price",
    lastPrice = "last_price",
  },
}
local settlements = records.list { market = "contract", symbol_of = gate.symbol_of, time = "time|s", number = { price = "settle_price" } }

local function option(a)
  if not a.market.option then fail("NotSupported", a.symbol .. " is no option") end
  return gate.underlying(a.id)
end

return {
  fetch_greeks = {
    needs = "symbol",
    run = function(a)
      a.underlying = option(a)
      return {
        get = "/options/tickers", send = "underlying={underlying}",
        read = one_of(all_greeks),
      }
    end,
  },
  fetch_option = { get = "/options/contracts/{id}", needs = "symbol", read = records.one(contract) },
  fetch_option_chain = {
    get = "/options/contracts", needs = "code", read = records.keyed(contract),
    send = function(a) return { underlying = a:take "underlying" or a.currency_id .. "_USDT" } end,
  },
  fetch_settlement_history = {
    needs = "symbol",
    run = function(a)
      a.underlying = option(a)
      return { get = "/options/settlements", send = "underlying={underlying} from={since|s} to={until|s} limit={limit}", read = settlements }
    end,
  },
  fetch_my_settlement_history = {
    needs = "symbol",
    run = function(a)
      if a.market.future then
        return { get = "/delivery/" .. a.market.settleId:lower() .. "/settlements", send = "contract={id} limit={limit}", read = settlements }
      end
      a.underlying = option(a)
      return {
        get = "/options/my_settlements", send = "contract={id} limit={limit} from={since|s} to={until|s} underlying={underlying}", read = settlements,
      }
    end,
  },
  fetch_underlying_assets = {
    get = "/options/underlyings",
    read = function(reply)
      local out = list {}
      for _, row in ipairs(reply) do out[#out + 1] = row.name end
      return out
    end,
  },
}

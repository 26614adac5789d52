-- Binance: the list, prices, greeks and settlement of options (eapi), on top of the parts in dialects/binance.lua. `methods` go into the adapter.
local b = dialect "binance"
local records = dialect "records"

local greeks = {
  market = "symbol", of = "option",
  number = {
    delta = "delta", gamma = "gamma", theta = "theta", vega = "vega", bidImpliedVolatility = "bidIV", askImpliedVolatility = "askIV",
    markImpliedVolatility = "markIV", markPrice = "markPrice",
  },
}
local one_option = {
  at = "1", market = "symbol", of = "option",
  number = {
    bidPrice = "bidPrice", askPrice = "askPrice", lastPrice = "lastPrice", underlyingPrice = "exercisePrice", change = "priceChange",
    percentage = "priceChangePercent", baseVolume = "volume",
  },
}
local settled = records.list { market = "symbol", of = "option", time = "expiryDate,createDate", number = { price = "realStrikePrice,exercisePrice" } }

-- A call about an option, or about all of them.
local function of_options(path, cost, send, read, more)
  return with({
    run = function(a)
      if a.market and not a.market.option then fail("NotSupported", a.symbol .. " is no option") end
      return { get = "/eapi/v1/" .. path, host = "eapi", cost = cost, send = send, read = read }
    end,
  }, more or {})
end

local options = {
  markets = {
    get = "/eapi/v1/exchangeInfo", host = "eapi",
    read = markets(with(b.market_fields, {
      at = "optionSymbols", baseId = "symbol|before:-", settleId = "quoteAsset", expiry = "expiryDate", strike = "strikePrice",
      optionType = "side|lower", contractSize = "unit|default:1", taker = "takerFeeRate", maker = "makerFeeRate", created = "listingTime", active = true,
    })),
  },
}
options.methods = {
  fetch_greeks = of_options("mark", 1, "symbol={id}", records.one(with(greeks, { at = "1" })), { needs = "symbol" }),
  fetch_all_greeks = {
    run = function(a)
      a.only = a.ids and #a.ids == 1 and a.ids[1] or nil
      return { get = "/eapi/v1/mark", host = "eapi", send = "symbol={only}", read = records.keyed(greeks) }
    end,
  },
  fetch_option = of_options("ticker", 1, "symbol={id}", records.one(one_option), { needs = "symbol" }),
  fetch_settlement_history = of_options("exerciseHistory", 0.6, "underlying={base_id}{quote_id} startTime={since} limit={limit}", settled),
  fetch_my_settlement_history = of_options("exerciseRecord", 1, "symbol={id} startTime={since} limit={limit}", settled),
  fetch_ledger_entry = {        -- one of the options' account
    get = "/eapi/v1/bill", host = "eapi", cost = 0.2, needs = "code", send = "recordId={order_id} currency={currency_id}",
    read = ledger_entry {
      at = "1", id = "id", timestamp = "createDate", currency = "asset|code", amount = "amount|abs",
      direction = function(o) return o.amount and (tonumber(o.amount) <= 0 and "out" or "in") end,
      type = { "type", FEE = "fee", CONTRACT = "trade", TRANSFER = "transfer", default = "." },
    },
  },
}

return options

-- What Binance's contracts have more: open interest, past funding, leverage and margin of positions.
-- Used as dialect "binance_contracts" (binance): the methods, on top of dialects/binance.lua and of `of_contracts` (exchanges/binance.lua), which
-- knows where contracts are asked for.
local records = dialect "records"

return function(b, of_contracts)
  local function tiers(row, _, symbol, market)
    local out = {}
    for i, o in ipairs(row.brackets) do
      out[i] = {
        info = o, tier = records.number(o.bracket), symbol = symbol, currency = market and market.quote,
        minNotional = records.number(o.notionalFloor or o.qtyFloor), maxNotional = records.number(o.notionalCap or o.qtyCap),
        maintenanceMarginRate = records.number(o.maintMarginRatio), maxLeverage = records.number(o.initialLeverage),
      }
    end
    return out
  end
  local tiers_by_market = records.by_market({ market = "symbol", of = "contract" }, function(row, a, symbol)
    for _, known in ipairs(a.all_symbols) do
      if known == symbol then return tiers(row, a, symbol, a:market_of(symbol)) end
    end
    return tiers(row, a, symbol)
  end)

  local interest = {
    market = "symbol", of = "contract", time = "timestamp,time",
    number = { openInterestAmount = "sumOpenInterest,openInterest", openInterestValue = "sumOpenInterestValue" },
    value = {
      quoteVolume = function(_, _, r) return r.openInterestValue end,
      baseVolume = function(_, a, r) return not a.market.inverse and r.openInterestAmount or nil end,      -- COIN-M counts contracts
    },
  }
  local history = records.list(interest)

  local function margin(kind)
    return of_contracts("post", "positionMargin", "type=" .. kind .. " symbol={id} amount={amount}", records.one {
      number = { amount = "amount" },
      value = {
        type = kind == 1 and "add" or "reduce", marginMode = "isolated", symbol = function(_, a) return a.symbol end,
        code = function(_, a) return a.market.linear and a.quote or a.base end,
        status = function(row) return (row.code == nil or row.code == "200") and "ok" or "failed" end,
      },
    }, { needs = "symbol amount" })
  end
  local add, reduce = margin(1), margin(2)
  for _, method in ipairs { add, reduce } do
    local run = method.run
    method.run = function(a)
      a.amount = a:to_amount(a.amount)
      return run(a)
    end
  end

  -- The orders of a batch, each with params of its own; those of the call go with the batch.
  local function batch(a)
    local rows = list {}
    for i, o in ipairs(a.orders) do
      local market, params = a:market_of(o.symbol), {}
      for k, v in pairs(o.params or {}) do params[k] = v end
      if not market.contract then fail("NotSupported", "only orders of contracts go out together") end
      local one = setmetatable({
        market = market, id = market.id, type = o.type, side = o.side, params = params, given = params, asked_amount = o.amount, asked_price = o.price,
      }, { __index = a })
      one.amount, one.price = o.amount and one:to_amount(o.amount), o.price and one:to_price(o.price)
      local part, mode, type = b.part(one)
      rows[i] = b.new_order(one, part, mode, type)
      for k, v in pairs(sorted(params)) do rows[i][k] = v end
    end
    if not a.orders[1] then fail("ArgumentsRequired", "create_orders needs orders") end
    a.market = a:market_of(a.orders[1].symbol)
    local path, host = b.path(b.part(a), "batchOrders")
    return {
      post = path, host = host, read = b.all_orders.contract, failed = b["failed_" .. (a.market.linear and "linear" or "inverse")],
      send = function() return ordered { { "batchOrders", encode_json(rows) } } end,
    }
  end

  return {
    create_orders = { run = batch },
    add_margin = add,
    reduce_margin = reduce,
    fetch_leverage_tiers = of_contracts("get", { linear = "leverageBracket", inverse = "/dapi/v2/leverageBracket", contract = "leverageBracket" }, "",
      tiers_by_market, { right = "read" }),
    fetch_open_interest = of_contracts("get", "openInterest", "symbol={id}", records.one(interest), { needs = "symbol" }),
    fetch_open_interest_history = {
      needs = "symbol",
      run = function(a)
        local market = a.market
        if not market.contract then fail("BadSymbol", a.symbol .. " is no contract") end
        if a.timeframe_name == "1m" then fail("BadRequest", "no open interest by the minute: 5m at least") end
        local last = a:take "until" or a.since and a.since + (a.limit or 30) * a.timeframe_s * 1000
        local _, host = b.path(market.linear and "linear" or "inverse", "openInterest")
        return {
          get = "/futures/data/openInterestHist", host = host, read = history,
          send = function()
            return ordered {
              { "period", a.timeframe }, { "limit", a.limit }, { market.linear and "symbol" or "pair", a.id:match "^[^_]*" },
              { "contractType", market.inverse and (a:take "contractType" or market.swap and "PERPETUAL" or "CURRENT_QUARTER") or nil },
              { "startTime", a.since }, { "endTime", last },
            }
          end,
        }
      end,
    },
    fetch_funding_rate_history = of_contracts("get", "fundingRate", "symbol={id} startTime={since} endTime={until} limit={limit}", records.list {
      market = "symbol", of = "contract", time = "fundingTime", number = { fundingRate = "fundingRate" },
    }),
    fetch_funding_history = of_contracts("get", "income",
      "incomeType=FUNDING_FEE symbol={id} endTime={until} startTime={since} limit={limit}", records.list {
        market = "symbol", of = "contract", time = "time", text = { id = "tranId" }, number = { amount = "income" }, code = { code = "asset" },
      }),
  }
end

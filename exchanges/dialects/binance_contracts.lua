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
        type = kind == 1 and "add" or "reduce", marginMode = "isolated", symbol = "={symbol}",
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
      local market, params = a:market_of(o.symbol), with(o.params or {}, {})
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
      post = path, host = host, read = b.all_orders.contract,
      send = ordered { { "batchOrders", encode_json(rows) } },
    }
  end

  local function changes(a)
    local rows = list {}
    for i, o in ipairs(a.orders) do
      local market = a:market_of(o.symbol)
      if not market.contract then fail("NotSupported", "only orders of contracts are changed together") end
      local mine = o.clientOrderId
      rows[i] = ordered {
        { "symbol", market.id }, { "side", o.side:upper() }, { mine and "origClientOrderId" or "orderId", mine or o.id },
        { "quantity", o.amount and a:to_amount(o.amount, market) }, { "price", o.price and a:to_price(o.price, market) },
      }
      for k, v in pairs(sorted(o.params or {})) do rows[i][k] = v end
    end
    if not a.orders[1] then fail("ArgumentsRequired", "edit_orders needs orders") end
    a.market = a:market_of(a.orders[1].symbol)
    local path, host = b.path(b.part(a), "batchOrders")
    return {
      put = path, host = host, read = b.all_orders.contract,
      send = ordered { { "batchOrders", encode_json(rows) } },
    }
  end

  -- The settings of contracts. COIN-M tells them with the positions of the account.
  local setting_names = { linear = "symbolConfig", inverse = "account", pm_linear = "account", pm_inverse = "account" }
  local function mode_of(o)
    if o.marginType then return o.marginType:upper() == "CROSSED" and "cross" or "isolated" end
    if o.isolated ~= nil then return o.isolated == true and "isolated" or "cross" end
  end
  local setting = { market = "symbol", of = "contract", value = { marginMode = mode_of } }
  local function leverage_for(side)
    return function(o)
      local position = (o.positionSide or "BOTH"):lower()
      return (position == "both" or position == side) and records.number(o.leverage) or nil
    end
  end
  local leverage = {
    market = "symbol", of = "contract",
    value = { marginMode = mode_of, longLeverage = leverage_for "long", shortLeverage = leverage_for "short" },
  }
  local function settings(map)
    local plain, of_account = records.keyed(map), records.keyed(with(map, { at = "positions" }))
    return function(reply, a) return (reply.positions and of_account or plain)(reply, a) end
  end
  local modes, leverages = settings(setting), settings(leverage)

  local function quantile(o)
    local q = o.adlQuantile or {}
    local long, short = records.number(q.LONG), records.number(q.SHORT)
    return records.number(q.BOTH) or long and short and math.max(long, short) or long or short
  end
  local quantiles = records.list { market = "symbol", of = "contract", value = { rank = quantile } }

  return {
    fetch_leverages = of_contracts("get", setting_names, "", leverages),
    fetch_margin_modes = of_contracts("get", setting_names, "", modes),
    fetch_margin_mode = of_contracts("get", setting_names, function(a)
      return ordered { { "symbol", a.market.linear and a.id or nil } }
    end, one_of(modes), { needs = "symbol" }),
    fetch_position_mode = of_contracts("get", "positionSide/dual", "", records.one { value = {
      hedged = function(o) return o.dualSidePosition == true or o.dualSidePosition == "true" end,
    } }),
    fetch_margin_adjustment_history = of_contracts("get", "positionMargin/history", function(a)
      local kinds = { add = 1, reduce = 2 }
      return ordered {
        { "symbol", a.id }, { "type", a.type and (kinds[a.type] or fail("BadRequest", "type is add or reduce")) or nil }, { "startTime", a.since },
        { "limit", a.limit }, { "endTime", a:take "until" },
      }
    end, records.list {
      market = "symbol", of = "contract", time = "time", number = { amount = "amount" }, code = { code = "asset" },
      value = { type = function(o) return o.type == "1" and "add" or "reduce" end, marginMode = "isolated", status = "ok" },
    }, { needs = "symbol" }),
    fetch_my_liquidations = {
      run = function(a)
        local part = b.part(a)
        local spot = part == "spot" or part == "margin" or part == "pm_spot"
        local path, host = b.path(part, { "/sapi/v1/margin/forceLiquidationRec", pm_spot = "forceOrders", contract = "forceOrders" })
        local fields = {
          at = spot and "rows" or nil, market = "symbol", of = spot and "spot" or "contract", time = "updatedTime,updateTime",
          number = { contracts = "executedQty", price = "avgPrice" },
          value = { side = function(o) return o.side and o.side:lower() end, contractSize = function(_, x) return x.market and x.market.contractSize end },
        }
        return {
          get = path, host = host, cost = 4, read = records.list(fields),
          send = (spot and "isolatedSymbol={id} startTime={since} size={limit}" or "autoCloseType=LIQUIDATION symbol={id} startTime={since} limit={limit}")
            .. " endTime={until}",
        }
      end,
    },
    fetch_adl_rank = of_contracts("get", { linear = "symbolAdlRisk" }, "symbol={id}", records.one {
      market = "symbol", of = "contract", time = "updateTime", value = { rating = function(o) return o.adlRisk and o.adlRisk:lower() end },
    }, { needs = "symbol", right = "public" }),
    fetch_positions_adl_rank = of_contracts("get", "adlQuantile", "", quantiles),
    fetch_position_adl_rank = of_contracts("get", "adlQuantile", "symbol={id}", function(reply, a)
      return quantiles(#reply > 0 and reply or { reply }, a)[1] or fail("NullResponse", "no position in " .. a.symbol)
    end, { needs = "symbol" }),
    fetch_funding_intervals = of_contracts("get", "fundingInfo", "", funding_rates {
      market = "symbol", market_type = "=swap", interval = function(o) return o.fundingIntervalHours and o.fundingIntervalHours .. "h" end,
    }),
    fetch_long_short_ratio_history = {
      needs = "symbol",
      run = function(a)
        local market = a.market
        if not market.contract then fail("BadSymbol", a.symbol .. " is no contract") end
        local _, host = b.path(market.linear and "linear" or "inverse", "openInterest")
        return {
          get = "/futures/data/globalLongShortAccountRatio", host = host,
          read = records.list {
            time = "timestamp", number = { longShortRatio = "longShortRatio" }, value = { symbol = function(_, x) return x.symbol end },
          },
          send = ordered {
            { "period", a.timeframe }, { market.linear and "symbol" or "pair", a.id:match "^[^_]*" }, { "startTime", a.since },
            { "limit", a.limit }, { "endTime", a:take "until" },
          },
        }
      end,
    },
    create_orders = { run = batch },
    edit_orders = { run = changes },
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
          send = ordered {
            { "period", a.timeframe }, { "limit", a.limit }, { market.linear and "symbol" or "pair", a.id:match "^[^_]*" },
            { "contractType", market.inverse and (a:take "contractType" or market.swap and "PERPETUAL" or "CURRENT_QUARTER") or nil },
            { "startTime", a.since }, { "endTime", last },
          },
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

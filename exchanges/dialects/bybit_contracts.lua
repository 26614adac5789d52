-- What contracts have more in API 5 of Bybit: funding, open interest, positions, leverage and margin.
-- Used as dialect "bybit_contracts" (bybit): the methods, on top of the parts in dialects/bybit.lua.
local records = dialect "records"

return function(bybit)
  local told, number, nonzero, in_category = bybit.told, bybit.number, bybit.nonzero, bybit.in_category

  local function ratio(x, y, places)
    if not number(x) or not number(y) or number(y) == 0 then return nil end
    return decimal.div(x, y, places or 12)
  end

  -- Size of an inverse position is in dollars.
  local function notional(o, _, market)
    if not (market and market.inverse) then return told(o.positionValue) end
    return number(o.size) and ratio(decimal.mul(decimal.abs(o.size), market.contractSize or 1), o.markPrice)
  end
  local position_fields = {
    market = "symbol", market_type = "=swap", timestamp = "createdTime", lastUpdateTimestamp = "updatedTime", contracts = "size|abs",
    side = function(o)          -- 1 and 2: the sides of the hedge mode
      local index = tostring(o.positionIdx)
      return index == "1" and "long" or index == "2" and "short" or o.side == "Buy" and "long" or o.side == "Sell" and "short" or nil
    end,
    hedged = { "positionIdx", ["0"] = false, ["1"] = true, ["2"] = true }, entryPrice = "avgPrice|nonzero,entryPrice|nonzero",
    markPrice = "markPrice", notional = notional, leverage = "leverage", unrealizedPnl = "unrealisedPnl|nonzero", realizedPnl = "curRealisedPnl",
    liquidationPrice = "liqPrice|nonzero", initialMargin = "positionIM", maintenanceMargin = "positionMM", collateral = "positionBalance",
    stopLossPrice = "stopLoss|nonzero", takeProfitPrice = "takeProfit|nonzero",
    initialMarginPercentage = function(o, a, market) return ratio(o.positionIM, notional(o, a, market)) end,
    maintenanceMarginPercentage = function(o, a, market) return ratio(o.positionMM, notional(o, a, market)) end,
    marginRatio = function(o) return ratio(o.positionMM, o.positionBalance, 4) end,
  }
  local one_position = position(with(position_fields, { at = "result.list.1", timestamp = "/time" }))
  local position_list = positions(with(position_fields, { at = "result.list" }))

  local funding_fields = {
    market = "symbol", market_type = "=swap", timestamp = "/time", fundingRate = "fundingRate", fundingTimestamp = "nextFundingTime|nonzero",
    markPrice = "markPrice", indexPrice = "indexPrice",
    interval = function(o) return told(o.fundingIntervalHour) and o.fundingIntervalHour .. "h" end,
  }

  -- The category of a call that is about linear or inverse contracts only.
  local function contract(a, class)
    local category = bybit.category(a, "linear")
    if category ~= "linear" and category ~= "inverse" then fail(class or "NotSupported", "only of linear and inverse contracts") end
    return category
  end

  local periods = { ["5m"] = "5min", ["15m"] = "15min", ["30m"] = "30min", ["1h"] = "1h", ["4h"] = "4h", ["1d"] = "1d" }
  local function interest(row, a)
    local open = number(row.openInterest)
    return bybit.dated(row.timestamp, {
      info = row, symbol = a.symbol, openInterestAmount = a.market.linear and open or nil, openInterestValue = a.market.inverse and open or nil,
    })
  end

  local modes = { isolated = "ISOLATED_MARGIN", cross = "REGULAR_MARGIN", portfolio = "PORTFOLIO_MARGIN" }
  local mode_names = {}
  for name, id in pairs(modes) do mode_names[id] = name end

  local function tier(row, market)
    return {
      tier = math.tointeger(number(row.id)), symbol = market.symbol, currency = market.settle, maxNotional = number(row.riskLimitValue),
      maintenanceMarginRate = number(row.maintenanceMargin), maxLeverage = number(row.maxLeverage), info = row,
    }
  end
  local ratios = records.list {
    at = "result.list", market = "symbol", of = "contract", time = "timestamp",
    value = { longShortRatio = function(o) return number(ratio(o.buyRatio, o.sellRatio, 16)) end },
  }
  local liquidations = records.list {
    at = "result.list", market = "symbol", of = "contract", time = "execTime", number = { contracts = "execQty", price = "execPrice" },
    value = {
      contractSize = function(_, a) return a.market and a.market.contractSize end,
      baseValue = function(o, a)
        return number(o.execQty) and number(decimal.mul(o.execQty, a.market and a.market.contractSize or 1)) or nil
      end,
      quoteValue = function(o, a)
        local base = number(o.execQty) and decimal.mul(o.execQty, a.market and a.market.contractSize or 1)
        return base and number(o.execPrice) and number(decimal.mul(base, o.execPrice)) or nil
      end,
    },
  }
  local rank = { at = "result.list", market = "symbol", of = "contract", time = "updatedTime", value = {
    rank = function(o) return math.tointeger(number(o.adlRankIndicator)) end,
  } }
  local closed_fields = {      -- what was closed: the side is that of the closing order
    at = "result.list", market = "symbol", market_type = "=swap", timestamp = "createdTime", lastUpdateTimestamp = "updatedTime",
    contracts = "closedSize,qty", entryPrice = "avgEntryPrice", lastPrice = "avgExitPrice", leverage = "leverage", realizedPnl = "closedPnl",
    side = { "side", Buy = "short", Sell = "long" },
  }

  return {
    fetch_funding_rate = {
      run = function(a)
        contract(a, "BadSymbol")
        return {
          get = "/v5/market/tickers", cost = 5, send = "symbol={id} category={category}",
          read = funding_rate(with(funding_fields, { at = "result.list.1" })),
        }
      end,
    },
    fetch_funding_rates = {
      run = function(a)
        local ids = a.ids
        a.market = a.symbols and a:market_of(a.symbols[1])
        contract(a)
        a.market, a.one_id = nil, ids and #ids == 1 and ids[1] or nil
        return {
          get = "/v5/market/tickers", cost = 5, send = "symbol={one_id} category={category}",
          read = funding_rates(with(funding_fields, { at = "result.list" })),
        }
      end,
    },
    fetch_funding_rate_history = {
      needs = "symbol",
      run = function(a)
        contract(a)
        local limit = a.limit or 200
        local minutes = number(a.market.info and a.market.info.fundingInterval) or 480
        local last = a:take "until" or a:take "endTime" or a.since and math.tointeger(a.since + limit * minutes * 60000)
        return {
          get = "/v5/market/funding/history", cost = 5,
          send = ordered { { "limit", limit }, { "symbol", a.id }, { "category", a.category }, { "startTime", a.since }, { "endTime", last } },
          read = function(reply)
            local out = {}
            for i, row in ipairs(reply.result.list) do
              out[i] = bybit.dated(row.fundingRateTimestamp, { info = row, symbol = a.symbol, fundingRate = number(row.fundingRate) })
            end
            return bybit.oldest_first(out)
          end,
        }
      end,
    },
    fetch_funding_history = in_category("/v5/execution/list", 5, function(a)
      return ordered {
        { "execType", "Funding" }, { "symbol", a.id }, { "category", a.category }, { "startTime", a.since }, { "limit", a.limit or 100 },
        { "endTime", a:take "until" },
      }
    end, function(reply, a)
      local out = {}
      for i, row in ipairs(reply.result.list) do
        out[i] = bybit.dated(row.execTime, {
          info = row, id = told(row.execId), symbol = a.symbol or told(row.symbol), amount = number(row.execFee), rate = number(row.feeRate),
          code = a.market and a.market.settle or told(row.feeCurrency),
        })
      end
      return bybit.oldest_first(out)
    end, { default = "linear" }),

    fetch_open_interest = {
      needs = "symbol",
      run = function(a)
        contract(a, "BadRequest")
        local asked = a:take "interval" or "1h"
        a.period = periods[asked] or fail("BadRequest", "the interval is 5m, 15m, 30m, 1h, 4h or 1d")
        return {
          get = "/v5/market/open-interest", cost = 5, send = "symbol={id} intervalTime={period} category={category}",
          read = function(reply) return interest(reply.result.list[1] or fail("NullResponse", "no open interest of " .. a.symbol), a) end,
        }
      end,
    },
    fetch_open_interest_history = {
      needs = "symbol",
      run = function(a)
        contract(a, "BadRequest")
        a.period = periods[a.timeframe_name] or fail("BadRequest", "the timeframe is 5m, 15m, 30m, 1h, 4h or 1d")
        a.last = a:take "until" or a.since and a.since + a.timeframe_s * 1000 * (a.limit or 50)
        return {
          get = "/v5/market/open-interest", cost = 5,
          send = "symbol={id} intervalTime={period} category={category} startTime={since} endTime={last} limit={limit}",
          read = function(reply)
            local out = {}
            for i, row in ipairs(reply.result.list) do out[i] = interest(row, a) end
            return bybit.oldest_first(out)
          end,
        }
      end,
    },
    fetch_leverage_tiers = {
      run = function(a)
        a.market = a.symbols and a:market_of(a.symbols[1])
        contract(a)
        local out, wanted = {}, {}
        for _, symbol in ipairs(a.symbols or a.all_symbols) do
          local market = a:market_of(symbol)
          if market.contract then wanted[market.id] = market end
        end
        for _ = 1, 200 do
          local page = ask({ get = "/v5/market/risk-limit", cost = 5, send = "category={category} cursor={page}", params = true }).result
          for _, row in ipairs(page.list) do
            local market = wanted[row.symbol or ""]
            if market then
              local tiers = out[market.symbol] or {}
              out[market.symbol] = tiers
              tiers[#tiers + 1] = tier(row, market)
            end
          end
          a.page = told(page.nextPageCursor)
          if not a.page then break end
        end
        for _, tiers in pairs(out) do
          table.sort(tiers, function(x, y) return (x.tier or 0) < (y.tier or 0) end)
          for i, tier in ipairs(tiers) do tier.minNotional = i == 1 and 0 or tiers[i - 1].maxNotional end
        end
        return out
      end,
    },

    fetch_market_leverage_tiers = {
      needs = "symbol",
      run = function(a)
        if not a.market.contract then fail("BadRequest", a.symbol .. " has no tiers") end
        contract(a)
        return {
          get = "/v5/market/risk-limit", cost = 5, send = "symbol={id} category={category}",
          read = function(reply)
            local out = list {}
            for i, row in ipairs(reply.result.list) do out[i] = tier(row, a.market) end
            return out
          end,
        }
      end,
    },
    fetch_long_short_ratio_history = {
      needs = "symbol",
      run = function(a)
        contract(a)
        return {
          get = "/v5/market/account-ratio", cost = 5, read = ratios,
          send = "symbol={id} period={timeframe_name} category={category} startTime={since} endTime={until} limit={limit}",
        }
      end,
    },
    fetch_positions_history = {
      run = function(a)
        local one = a.symbols and #a.symbols == 1 and a.ids[1] or nil
        a.market = a.symbols and a:market_of(a.symbols[1])
        if not a.market and not a.params.category then a.params.category = a:take "subType" or "linear" end
        contract(a)
        a.market, a.one_id = nil, one
        return {
          get = "/v5/position/closed-pnl", cost = 5, send = "category={category} symbol={one_id} startTime={since} limit={limit} endTime={until}",
          read = positions(closed_fields),
        }
      end,
    },
    fetch_my_liquidations = {
      run = function(a)
        bybit.category(a)
        return {
          get = "/v5/execution/list", cost = 5, read = liquidations,
          send = "execType=BustTrade symbol={id} category={category} limit={limit} startTime={since} endTime={until}",
        }
      end,
    },
    fetch_position_adl_rank = in_category("/v5/position/list", 5, "symbol={id} category={category}", records.one(with(rank, { at = "result.list.1" })),
      { needs = "symbol" }),
    fetch_positions_adl_rank = {
      run = function(a)
        local one = a.symbols and #a.symbols == 1
        a.market = a.symbols and a:market_of(a.symbols[1])
        bybit.category(a, "linear")
        a.market = nil
        return {
          get = "/v5/position/list", cost = 5, read = records.list(rank),
          send = function()
            return ordered { { "symbol", one and a.ids[1] or nil }, { "settleCoin", bybit.settle_coin(a) }, { "category", a.category } }
          end,
        }
      end,
    },
    fetch_margin_mode = {      -- one for the whole account
      get = "/v5/account/info", cost = 5, needs = "symbol",
      read = records.one {
        at = "result",
        value = { symbol = "={symbol}", marginMode = function(o) return mode_names[o.marginMode] or o.marginMode end },
      },
    },
    fetch_position = in_category("/v5/position/list", 5, "symbol={id} category={category}", function(reply, a)
      if not reply.result.list[1] then fail("NullResponse", "no position in " .. a.symbol) end
      return one_position(reply, a)
    end),
    fetch_positions = {
      run = function(a)
        local one = a.symbols and #a.symbols == 1
        a.market = a.symbols and a:market_of(a.symbols[1])
        bybit.category(a, "linear")
        a.symbol, a.market = one and a.symbols[1] or nil, nil
        return {
          get = "/v5/position/list", cost = 5, read = position_list,
          send = ordered {
            { "symbol", one and a.ids[1] or nil }, { "settleCoin", bybit.settle_coin(a) }, { "limit", a:take "limit" or 200 }, { "category", a.category },
          },
        }
      end,
    },
    fetch_leverage = in_category("/v5/position/list", 5, "symbol={id} category={category}", function(reply, a)
      local out = { info = reply, symbol = a.symbol }
      for _, row in ipairs(reply.result.list) do
        local index, leverage = tostring(row.positionIdx), number(row.leverage)
        if index ~= "2" then out.longLeverage = leverage end
        if index ~= "1" then out.shortLeverage = leverage end
      end
      return out
    end, { needs = "symbol" }),
    set_leverage = {
      needs = "symbol",
      run = function(a)
        contract(a)
        local text = decimal.text(a.leverage)
        return {
          post = "/v5/position/set-leverage", cost = 5, read = bybit.as_it_is,
          send = function()
            return ordered { { "symbol", a.id }, { "buyLeverage", text }, { "sellLeverage", text }, { "category", a.category } }
          end,
        }
      end,
    },
    set_margin_mode = {       -- of the whole account
      post = "/v5/account/set-margin-mode", cost = 5, needs = "mode", read = bybit.as_it_is,
      send = function(a)
        return { setMarginMode = modes[a.mode:lower()] or fail("NotSupported", "the margin mode is isolated, cross or portfolio") }
      end,
    },
    set_position_mode = {
      run = function(a)
        contract(a)
        local coin = not a.symbol and (a:take "coin" or a.options.defaultSettle) or nil
        return {
          post = "/v5/position/switch-mode", cost = 5, read = bybit.as_it_is,
          send = function()
            return ordered { { "mode", a.hedged and 3 or 0 }, { "coin", coin }, { "symbol", a.id }, { "category", a.category } }
          end,
        }
      end,
    },
  }
end

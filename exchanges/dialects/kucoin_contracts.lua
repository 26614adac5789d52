-- What KuCoin's futures have more: funding, open interest, positions, leverage and margin.
-- Used as dialect "kucoin_contracts" (kucoin): the methods, on top of the parts in dialects/kucoin.lua.
-- Positions count contracts, short ones below zero.

local records = dialect "records"

return function(k)
  local number, dated = k.number, k.dated

  local function share(x, y)
    if not x or not y or decimal.cmp(y, 0) == 0 then return nil end
    return decimal.div(x, decimal.abs(y), 12)
  end
  local function size(o) return o.currentQty or o.size or o.maxSize or o.closeSize end
  local function margin_of(o) return o.posInit or o.initialMargin end

  local position_fields = {
    market = "symbol", id = "id,positionId,closeId", timestamp = "currentTimestamp,creationTime|ns",
    lastUpdateTimestamp = "closeTime,closingTime|ns,updateTime|ns", initialMargin = "posInit,initialMargin",
    initialMarginPercentage = function(o) return share(margin_of(o), o.posCost or o.positionValue) end,
    maintenanceMargin = "posMaint,maintenanceMargin", maintenanceMarginPercentage = "maintMarginReq,mmr",
    entryPrice = "avgEntryPrice,openPrice,entryPrice", notional = "posCost|abs,positionValue|abs", leverage = "realLeverage,leverage",
    unrealizedPnl = "unrealisedPnl,unrealizedPnL", realizedPnl = "realisedPnl,pnl,realizedPnL", liquidationPrice = "liquidationPrice",
    markPrice = "markPrice", lastPrice = "closePrice", collateral = "maintMargin",
    contracts = function(o) return size(o) and decimal.abs(size(o)) end,
    marginMode = function(o)
      if o.crossMode ~= nil then return o.crossMode and "cross" or "isolated" end
      return o.marginMode and o.marginMode:lower()
    end,
    side = function(o)
      if o.side and o.side ~= "" then return o.side:lower() end
      local n = size(o)
      if n then return decimal.cmp(n, 0) > 0 and "long" or decimal.cmp(n, 0) < 0 and "short" or nil end
      return o.type and (o.type:lower():find("long", 1, true) and "long" or "short") or nil
    end,
  }

  local intervals = {
    "granularity,currentGranularity", ["3600000"] = "1h", ["14400000"] = "4h", ["28800000"] = "8h", ["57600000"] = "16h", ["86400000"] = "24h",
    default = ".",
  }
  local funding_fields = {
    market = "symbol", market_type = "=swap", fundingRate = "nextFundingRate,value", fundingTimestamp = "fundingTime",
    previousFundingTimestamp = "timePoint", nextFundingTimestamp = "newGranularityStartTime", interestRate = "dailyInterestRate",
    interval = intervals,
  }
  local one_rate = funding_rate(with(funding_fields, { at = "data", symbol = "={symbol}" }))

  -- Rows of past rates, of funding paid, of open interest: lists that belong to no structure. Oldest first; of many the first ones since
  -- a time, else the latest.
  local function cut(rows, a)
    oldest_first(rows)
    local n = a.limit
    if not n or n >= #rows then return rows end
    return a.since and table.move(rows, 1, n, 1, {}) or table.move(rows, #rows - n + 1, #rows, 1, {})
  end
  local function rates(rows, a)
    local out = {}
    for i, row in ipairs(rows or {}) do
      out[i] = dated(row.ts or row.timepoint, { info = row, symbol = k.symbol_in(row, a), fundingRate = number(row.fundingRate) })
    end
    return cut(out, a)
  end
  local function payments(rows, a)
    local out = {}
    for i, row in ipairs(rows or {}) do
      out[i] = dated(row.timePoint or row.settlementTime, {
        info = row, id = row.id, symbol = k.symbol_in(row, a), code = row.settleCurrency and a:code_of(row.settleCurrency),
        amount = number(row.funding or row.fundingFee), fundingRate = number(row.fundingRate), markPrice = number(row.markPrice),
        positionQty = number(row.positionQty or row.size), positionCost = number(row.positionCost or row.positionValue),
      })
    end
    return cut(out, a)
  end
  local function interest(row, a)
    return dated(row.ts, { info = row, symbol = a.symbol, openInterestAmount = number(row.openInterest) })
  end
  local function tiers(rows, a)
    local out = {}
    for _, row in ipairs(rows) do
      local symbol = k.symbol_in(row, a)
      local list_ = symbol and out[symbol] or {}
      if symbol then out[symbol] = list_ end
      list_[#list_ + 1] = {
        info = row, symbol = symbol, tier = number(row.level or row.tier), currency = symbol and a:market_of(symbol).base,
        minNotional = number(row.minRiskLimit or row.minSize), maxNotional = number(row.maxRiskLimit or row.maxSize),
        maintenanceMarginRate = number(row.maintainMargin or row.maintainMarginRate), maxLeverage = number(row.maxLeverage),
      }
    end
    return out
  end

  local history = { ["5m"] = "5min", ["15m"] = "15min", ["30m"] = "30min", ["1h"] = "1hour", ["4h"] = "4hour", ["1d"] = "1day" }
  local function as_it_is(reply) return reply end

  local function margin_change(a, kind, row, more)
    local out = { info = row, symbol = a.symbol, type = kind, amount = number(a.amount), marginMode = "isolated", code = a.market.settle }
    return with(out, more)
  end

  -- Also for the unified account.
  k.position_fields, k.one_rate, k.rates, k.payments = position_fields, one_rate, rates, payments

  local function past_positions(needs, id)
    return {
      get = "/api/v1/history-positions", host = "futures", cost = 3, needs = needs, read = positions(with(position_fields, { at = "data.items" })),
      send = function(a)
        return ordered { { "symbol", id(a) }, { "limit", a.limit or 200 }, { "from", a.since }, { "to", a:take "until" } }
      end,
    }
  end
  local rank = { at = "data", market = "symbol", of = "contract", time = "openingTimestamp", number = { percentage = "delevPercentage" } }

  return {
    fetch_funding_rate = { get = "/api/v1/funding-rate/{id}/current", host = "futures", cost = 4, read = one_rate },
    fetch_funding_rates = {       -- rows that begin with a dot are indices
      get = "/api/ua/v2/market/funding-rate", cost = 6,
      read = funding_rates(with(funding_fields, { at = "data", where = function(o) return o.symbol and o.symbol:sub(1, 1) ~= "." end })),
    },
    fetch_funding_rate_history = {
      get = "/api/v1/contract/funding-rates", host = "futures", cost = 10, needs = "symbol",
      send = function(a) return ordered { { "symbol", a.id }, { "from", a.since or 0 }, { "to", a:take "until" or a.now } } end,
      read = function(reply, a) return rates(reply.data, a) end,
    },
    fetch_funding_history = {
      get = "/api/v1/funding-history", host = "futures", cost = 10, needs = "symbol",
      send = "symbol={id} startAt={since} maxCount={limit} endAt={until}", read = function(reply, a) return payments(reply.data.dataList, a) end,
    },
    fetch_open_interest = {
      get = "/api/ua/v1/market/open-interest", cost = 20, send = "symbol={id}",
      read = function(reply, a) return interest(reply.data[1] or fail("NullResponse", "no open interest told"), a) end,
    },
    fetch_open_interest_history = {
      run = function(a)
        a.period = history[a.timeframe_name] or fail("BadRequest", "timeframe is 5m, 15m, 30m, 1h, 4h or 1d")
        return {
          get = "/api/ua/v1/market/open-interest", cost = 20,
          send = "symbol={id} interval={period} startAt={since} pageSize={limit} endAt={until}",
          read = function(reply)
            local out = {}
            for i, row in ipairs(reply.data) do out[i] = interest(row, a) end
            return cut(out, a)
          end,
        }
      end,
    },
    fetch_leverage_tiers = {
      run = function(a)
        if not a.symbols then fail("ArgumentsRequired", "fetch_leverage_tiers needs symbols") end
        local mode = (a:take "marginMode" or "cross"):upper()
        if mode ~= "CROSS" then fail("BadRequest", "tiers are of cross margin only") end
        local ids = table.concat(a.ids, ",")
        return {
          get = "/api/ua/v1/market/position-tiers", cost = 40, read = function(reply) return tiers(reply.data, a) end,
          send = ordered { { "tradeType", "FUTURES" }, { "marginMode", mode }, { "data", "RISK_LIMIT" }, { "accountType", "UNIFIED" }, { "symbol", ids } },
        }
      end,
    },

    fetch_market_leverage_tiers = {
      needs = "symbol",
      run = function(a)
        if not a.market.contract then fail("BadRequest", a.symbol .. " has no tiers") end
        return {
          get = "/api/v1/contracts/risk-limit/{id}", host = "futures", cost = 7.5,
          read = function(reply)
            local out = list {}
            for i, row in ipairs(reply.data) do
              out[i] = {
                info = row, tier = math.tointeger(number(row.level)), symbol = a.symbol, currency = a.base, minNotional = number(row.minRiskLimit),
                maxNotional = number(row.maxRiskLimit), maintenanceMarginRate = number(row.maintainMargin), maxLeverage = number(row.maxLeverage),
              }
            end
            return out
          end,
        }
      end,
    },
    fetch_open_interests = {
      get = "/api/ua/v1/market/open-interest", cost = 20, send = function(a) return { symbol = a.ids and table.concat(a.ids, ",") } end,
      read = records.keyed {
        at = "data", market = "symbol", of = "contract", symbol_of = k.symbol_of, time = "ts", number = { openInterestAmount = "openInterest" },
      },
    },
    fetch_funding_interval = { get = "/api/v1/funding-rate/{id}/current", host = "futures", cost = 4, needs = "symbol", read = one_rate },
    fetch_margin_mode = {
      get = "/api/v2/position/getMarginMode", host = "futures", cost = 4, needs = "symbol", send = "symbol={id}",
      read = records.one {
        at = "data", market = "symbol", value = { marginMode = function(o) return o.marginMode and o.marginMode:lower() end },
      },
    },
    fetch_position_mode = {
      get = "/api/v2/position/getPositionMode", host = "futures", cost = 3,
      read = records.one { at = "data", value = { hedged = function(o) return tostring(o.positionMode) == "1" end } },
    },
    fetch_position_history = past_positions("symbol", function(a) return a.id end),
    fetch_positions_history = past_positions(nil, function(a) return a.ids and #a.ids == 1 and a.ids[1] or nil end),
    fetch_positions_adl_rank = { get = "/api/v1/positions", host = "futures", cost = 4, read = records.list(rank) },
    fetch_position_adl_rank = { get = "/api/v1/position", host = "futures", cost = 4, needs = "symbol", send = "symbol={id}", read = records.one(rank) },
    fetch_position = {
      get = "/api/v1/position", host = "futures", cost = 4, send = "symbol={id}", read = position(with(position_fields, { at = "data" })),
    },
    fetch_positions = { get = "/api/v1/positions", host = "futures", cost = 4, read = positions(with(position_fields, { at = "data" })) },
    close_position = {
      run = function(a)
        a.own_id = k.client_id(a) or uuid()
        return {
          post = a:take "test" and "/api/v1/orders/test" or "/api/v1/orders", host = "futures", cost = 4, read = k.placed,
          send = "symbol={id} closeOrder={true} clientOid={own_id} type=market",
        }
      end,
    },
    fetch_leverage = {
      needs = "symbol",
      run = function(a)
        if (a:take "marginMode" or "cross") ~= "cross" then fail("NotSupported", "the leverage of cross margin only") end
        if not a.market.contract then fail("NotSupported", "contracts only") end
        return {
          get = "/api/v2/getCrossUserLeverage", host = "futures", cost = 4, send = "symbol={id}",
          read = function(reply)
            local x = number(reply.data.leverage)
            return { info = reply.data, symbol = a.symbol, marginMode = "cross", longLeverage = x, shortLeverage = x }
          end,
        }
      end,
    },
    set_leverage = {
      run = function(a)
        local mode = a:take "marginMode"
        if a.market and a.market.contract then
          if (mode or "cross") ~= "cross" then fail("NotSupported", "an isolated position's leverage goes with its orders") end
          return {
            post = "/api/v2/changeCrossUserLeverage", host = "futures", cost = 4, send = "symbol={id} leverage={leverage|text}", read = as_it_is,
          }
        end
        if not mode then fail("ArgumentsRequired", "params.marginMode is 'cross' or 'isolated'") end
        if mode == "isolated" and not a.symbol then fail("ArgumentsRequired", "isolated margin is set by symbol") end
        return {
          post = "/api/v3/position/update-user-leverage", cost = 5, read = as_it_is,
          send = "leverage={leverage|text} symbol={id} isIsolated={" .. tostring(mode == "isolated") .. "}",
        }
      end,
    },
    set_margin_mode = {
      needs = "symbol mode",
      run = function(a)
        local mode = tostring(a.mode):upper()
        if mode ~= "CROSS" and mode ~= "ISOLATED" then fail("BadRequest", "mode is 'cross' or 'isolated'") end
        if not a.market.contract then fail("NotSupported", "contracts only") end
        return {
          post = "/api/v2/position/changeMarginMode", host = "futures", cost = 4, send = "symbol={id} marginMode=" .. mode, read = as_it_is,
        }
      end,
    },
    set_position_mode = {
      post = "/api/v2/position/switchPositionMode", host = "futures", cost = 4, read = as_it_is,
      send = function(a) return { positionMode = a.hedged and "1" or "0" } end,
    },
    add_margin = {
      run = function(a)
        a.biz_no = a:take "bizNo" or uuid()
        return {
          post = "/api/v1/position/margin/deposit-margin", host = "futures", cost = 8, send = "symbol={id} margin={amount} bizNo={biz_no}",
          read = function(reply)
            local row = reply.data
            local t = type(row) == "userdata" and row or {}
            return dated(t.currentTimestamp, margin_change(a, "add", row, { marginMode = t.crossMode == true and "cross" or "isolated" }))
          end,
        }
      end,
    },
    reduce_margin = {
      post = "/api/v1/margin/withdrawMargin", host = "futures", cost = 10, send = "symbol={id} withdrawAmount={amount}",
      read = function(reply, a) return margin_change(a, "reduce", reply, { status = "ok" }) end,
    },
  }
end

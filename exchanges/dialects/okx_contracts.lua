-- What contracts have more in API 5 of OKX: funding, open interest, positions, leverage and margin.
-- Used as dialect "okx_contracts" (okx): the methods, on top of the parts in dialects/okx.lua.
local records = dialect "records"

return function(okx)
  local function told(x) return x ~= "" and x or nil end
  local function ratio(x, y, places)
    if not x or not y or decimal.cmp(y, 0) == 0 then return nil end
    return decimal.div(x, y, places or 12)
  end

  local function side_of(o, _, market)
    local side = o.posSide or o.direction
    if side ~= "net" then return side end
    if market and market.margin then return told(o.posCcy) and (o.posCcy == market.baseId and "long" or "short") end
    local sign = decimal.cmp(told(o.pos) or 0, 0)
    return sign > 0 and "long" or sign < 0 and "short" or nil
  end

  local function notional(o, _, market)
    if not (market and market.inverse) then return told(o.notionalUsd) end
    return ratio(decimal.mul(decimal.abs(o.pos), market.contractSize), told(o.markPx))
  end

  -- Of a cross position the account's reply tells the margin, of an isolated one what was put in.
  local function initial_margin(o, a, market)
    if o.mgnMode == "cross" then return told(o.imr) end
    if not (market and market.inverse) then return ratio(notional(o, a, market), told(o.lever)) end
    return ratio(ratio(decimal.mul(decimal.abs(o.pos), market.contractSize), told(o.avgPx)), told(o.lever))
  end
  local function collateral(o)
    if o.mgnMode ~= "cross" then return told(o.margin) end
    return told(o.imr) and told(o.upl) and decimal.add(o.imr, o.upl)
  end

  local position_fields = {
    market = "instId", symbol = okx.other_symbol, id = "posId", timestamp = "cTime", lastUpdateTimestamp = "uTime", side = side_of,
    contracts = "pos|abs", hedged = function(o) return (o.posSide or o.direction) ~= "net" end, entryPrice = "avgPx,openAvgPx",
    markPrice = "markPx", lastPrice = "closeAvgPx", leverage = "lever", unrealizedPnl = "upl", realizedPnl = "realizedPnl",
    liquidationPrice = "liqPx", marginMode = "mgnMode", notional = notional, percentage = "uplRatio|mul:100", maintenanceMargin = "mmr",
    initialMargin = initial_margin, collateral = collateral,
    initialMarginPercentage = function(o, a, market)
      if o.mgnMode == "isolated" then return ratio("1", told(o.lever)) end
      return ratio(told(o.imr), notional(o, a, market), 4)
    end,
    maintenanceMarginPercentage = function(o, a, market)      -- to a hundredth of a percent
      local share = ratio(told(o.mmr), notional(o, a, market))
      return share and decimal.round(share, 4, "places")
    end,
    marginRatio = function(o) return ratio(told(o.mmr), collateral(o), 4) end,
  }
  local one_position = position(with(position_fields, { at = "data.1" }))
  local position_list = positions(with(position_fields, { at = "data" }))

  local funding_fields = {
    market = "instId", symbol = okx.other_symbol, fundingRate = "fundingRate", fundingTimestamp = "fundingTime",
    nextFundingRate = "nextFundingRate",
    nextFundingTimestamp = "nextFundingTime", interestRate = 0,
    interval = function(o)
      local hours = (tonumber(o.nextFundingTime) or 0) - (tonumber(o.fundingTime) or 0)
      return hours > 0 and hours // 3600000 .. "h" or nil
    end,
  }

  local one_funding_rate = funding_rate(with(funding_fields, { at = "data.1" }))

  local interest = {
    at = "data", market = "instId", symbol_of = okx.symbol_of, time = "ts",
    number = { openInterestAmount = "oi", openInterestValue = "oiUsd", baseVolume = "oiCcy" },
  }
  local function settled_in(_, a, row)
    local market = a.symbols_by_id and row.symbol and a:market_of(row.symbol) or a.market
    return market and (market.inverse and market.base or market.quote)
  end
  local adjustments = records.list {
    at = "data", market = "instId", symbol_of = okx.symbol_of, time = "ts",
    value = {
      marginMode = "isolated", code = settled_in,
      amount = function(o) return okx.number(told(o.posBalChg) and decimal.abs(o.posBalChg)) end,
      type = function(o) return o.type ~= "6" and o.type or (tonumber(o.posBalChg) or 0) > 0 and "add" or "reduce" end,
    },
  }
  local function tiers(reply, a)
    local out = list {}
    for i, o in ipairs(reply.data) do
      out[i] = {
        info = o, tier = math.tointeger(tonumber(o.tier)), symbol = a.symbol, currency = a.quote, minNotional = okx.number(o.minSz),
        maxNotional = okx.number(o.maxSz), maintenanceMarginRate = okx.number(o.mmr), maxLeverage = okx.number(o.maxLever),
      }
    end
    return out
  end

  local function margin_of(kind)
    return {
      post = "/account/position/margin-balance",
      send = function(a)
        local amount = raw_number(a.amount)
        return ordered { { "instId", a.id }, { "amt", amount }, { "type", kind }, { "posSide", a:take "posSide" or "net" } }
      end,
      read = function(reply, a)
        local row = reply.data[1]
        return {
          info = row, symbol = a.symbol, type = row.type, marginMode = "isolated", amount = okx.number(row.amt), status = "ok",
          code = a.market.inverse and a.base or a.quote,
        }
      end,
    }
  end

  local function margin_mode(a)
    local given, raw = a:take "marginMode", a:take "mgnMode"
    local mode = given or raw or "cross"
    if mode ~= "cross" and mode ~= "isolated" then fail("BadRequest", "marginMode is 'cross' or 'isolated'") end
    return mode
  end

  local function leverage_of(a, x)
    x = tonumber(x)
    if not x or x < 1 or x > 125 then fail("BadRequest", "leverage is from 1 to 125") end
    return raw_number(decimal.text(x))
  end

  local function as_it_is(reply) return reply end

  return {
    fetch_funding_rate = {
      run = function(a)
        if not a.market.contract then fail("BadSymbol", a.symbol .. " has no funding rate") end
        return { get = "/public/funding-rate", cost = 2, send = "instId={id}", read = one_funding_rate }
      end,
    },
    fetch_funding_rates = { get = "/public/funding-rate", cost = 2, send = "instId=ANY", read = funding_rates(with(funding_fields, { at = "data" })) },
    fetch_funding_rate_history = {
      get = "/public/funding-rate-history", cost = 2, needs = "symbol",
      send = function(a) return ordered { { "instId", a.id }, { "before", a.since and math.max(a.since - 1, 0) }, { "limit", a.limit } } end,
      read = function(reply, a)
        local out = {}
        for i, row in ipairs(reply.data) do
          out[i] = okx.dated(row.fundingTime, { info = row, symbol = okx.symbol_in(row, a), fundingRate = okx.number(row.realizedRate) })
        end
        return okx.oldest_first(out)
      end,
    },
    fetch_open_interest = {
      run = function(a)
        if not a.market.contract then fail("BadRequest", a.symbol .. " is no contract") end
        return {
          get = "/public/open-interest",
          send = function()
            return ordered { { "instType", okx.type_asked(a) }, { "uly", a.base_id .. "-" .. a.quote_id }, { "instId", a.id } }
          end,
          read = function(reply)
            local row = reply.data[1]
            return okx.dated(row.ts, {
              info = row, symbol = a.symbol, openInterestAmount = okx.number(row.oi), openInterestValue = okx.number(row.oiUsd),
              baseVolume = okx.number(row.oiCcy),
            })
          end,
        }
      end,
    },
    fetch_open_interest_history = {      -- of all contracts of a coin
      run = function(a)
        local period = a.timeframe_name == "5m" and "5m" or a.timeframe_name == "1h" and "1H" or a.timeframe_name == "1d" and "1D"
        if not period then fail("BadRequest", "only 5m, 1h and 1d") end
        return {
          get = "/rubik/stat/contracts/open-interest-volume", cost = 4,
          send = function()
            return ordered { { "ccy", a.base_id }, { "period", period }, { "begin", a.since }, { "end", a:take "until" } }
          end,
          read = function(reply)
            local out = {}
            for i, row in ipairs(reply.data) do
              out[i] = okx.dated(row[1], { info = row, openInterestValue = okx.number(row[2]), quoteVolume = okx.number(row[3]) })
            end
            return okx.oldest_first(out)
          end,
        }
      end,
    },

    fetch_funding_history = {
      get = "/account/bills-archive", cost = 4,
      send = function(a)
        local contract = a.market and a.market.contract
        local kind = okx.type_asked(a)
        return ordered {
          { "type", "8" }, { "limit", a.limit }, { "ctType", contract and (a.market.linear and "linear" or "inverse") or nil },
          { "ccy", contract and (a.market.linear and a.quote_id or a.base_id) or nil }, { "instType", kind == "SWAP" and kind or nil },
        }
      end,
      read = function(reply, a)
        local out = {}
        for _, row in ipairs(reply.data) do
          local changed = row.balChg and row.balChg ~= "" and tonumber(row.balChg) ~= 0 and row.balChg or row.posBalChg
          if not a.market or row.instId == a.id then
            out[#out + 1] = okx.dated(row.ts, {
              info = row, id = row.billId, symbol = okx.symbol_in(row, a), code = a:code_of(row.ccy), amount = okx.number(changed),
            })
          end
        end
        return okx.oldest_first(out)
      end,
    },

    fetch_position = {
      get = "/account/positions", cost = 2, send = function(a) return ordered { { "instId", a.id }, { "instType", okx.type_asked(a) } } end,
      read = function(reply, a)
        if not reply.data[1] then fail("NullResponse", "no position in " .. a.symbol) end
        return one_position(reply, a)
      end,
    },
    fetch_positions = {
      get = "/account/positions", cost = 2, read = position_list,
      send = function(a) return ordered { { "instId", a.ids and table.concat(a.ids, ",") } } end,
    },
    close_position = {
      post = "/trade/close-position", needs = "symbol", read = okx.one_order,
      send = function(a)
        local sides, code = { buy = "long", sell = "short" }, a:take "code"
        return ordered {
          { "instId", a.id }, { "mgnMode", margin_mode(a) }, { "posSide", a.side and (sides[a.side] or a.side) },
          { "clOrdId", okx.own_id(a) },
          { "ccy", code and a:currency_id_of(code) },
        }
      end,
    },
    fetch_leverage = {
      get = "/account/leverage-info", needs = "symbol",
      send = function(a) return ordered { { "instId", a.id }, { "mgnMode", margin_mode(a) } } end,
      read = function(reply, a)
        local out = { symbol = a.symbol, info = reply.data }
        for _, row in ipairs(reply.data) do
          out.marginMode = row.mgnMode
          if row.posSide ~= "short" then out.longLeverage = okx.number(row.lever) end
          if row.posSide ~= "long" then out.shortLeverage = okx.number(row.lever) end
        end
        return out
      end,
    },
    set_leverage = {
      post = "/account/set-leverage", needs = "symbol", read = as_it_is,
      send = function(a)
        local mode, side = margin_mode(a), a:take "posSide"
        side = side or mode == "isolated" and "net" or nil
        return ordered { { "lever", leverage_of(a, a.leverage) }, { "mgnMode", mode }, { "instId", a.id }, { "posSide", side } }
      end,
    },
    set_margin_mode = {
      post = "/account/set-leverage", needs = "symbol mode", read = as_it_is,
      send = function(a)
        a.params.marginMode = a.mode:lower()
        local mode, long, short = margin_mode(a), a:take "leverage", a:take "lever"
        return ordered { { "lever", leverage_of(a, short or long) }, { "mgnMode", mode }, { "instId", a.id } }
      end,
    },
    set_position_mode = {
      post = "/account/set-position-mode", cost = 4, read = as_it_is,
      send = function(a) return { posMode = a.hedged and "long_short_mode" or "net_mode" } end,
    },
    fetch_position_mode = {
      get = "/account/config", cost = 4,
      read = function(reply)
        local row = reply.data[1] or fail("NullResponse", "no account")
        return { info = row, hedged = row.posMode == "long_short_mode" }
      end,
    },
    fetch_positions_for_symbol = { get = "/account/positions", cost = 2, needs = "symbol", read = position_list, send = "instId={id} instType={instType}" },
    fetch_positions_history = {
      get = "/account/positions-history", cost = 2, read = position_list,
      send = function(a)
        a:take "until"
        return ordered { { "limit", a.limit or 100 }, { "instId", a.ids and #a.ids == 1 and a.ids[1] or nil }, { "mgnMode", a:take "marginMode" } }
      end,
    },
    add_margin = margin_of "add",
    reduce_margin = margin_of "reduce",
    fetch_margin_adjustment_history = {
      needs = "type",
      run = function(a)
        local auto, last = a:take "auto", a:take "until"
        local kinds = auto and { add = "162" } or { add = "160", reduce = "161" }
        local kind = kinds[a.type] or fail("BadRequest", "no such adjustments: '" .. a.type .. "'")
        if a.since and a.now - a.since > 7776000000 then fail("BadRequest", "adjustments are kept for three months") end
        return {
          get = a.since and a.now - a.since > 604800000 and "/account/bills-archive" or "/account/bills", cost = 4, read = adjustments,
          send = function()
            return ordered { { "subType", kind }, { "mgnMode", "isolated" }, { "begin", a.since }, { "limit", a.limit }, { "end", last } }
          end,
        }
      end,
    },
    fetch_market_leverage_tiers = {
      needs = "symbol",
      run = function(a)
        local market = a.market
        local mode = a:take "marginMode" or a:take "tdMode" or "cross"
        local kind = market.spot and "MARGIN" or okx.types[market.type]
        return {
          get = "/public/position-tiers", cost = 2, read = tiers,
          send = function()
            local family = market.contract and market.baseId .. "-" .. market.quoteId or nil
            return ordered { { "instType", kind }, { "tdMode", mode }, { "instFamily", family }, { "instId", market.spot and market.id or nil } }
          end,
        }
      end,
    },
    fetch_open_interests = {
      get = "/public/open-interest", read = records.keyed(interest),
      send = function(a)
        local first = a.symbols and a:market_of(a.symbols[1])
        local kind = okx.type_asked(a, first and first.type or "swap")
        return ordered { { "instType", kind }, { "uly", a:take "uly" }, { "instFamily", a:take "instFamily" } }
      end,
    },
    fetch_funding_interval = {
      run = function(a)
        if not a.market or not a.market.swap then fail("BadSymbol", "only perpetuals pay funding") end
        return { get = "/public/funding-rate", cost = 2, send = "instId={id}", read = one_funding_rate }
      end,
    },
    fetch_long_short_ratio_history = {
      get = "/rubik/stat/contracts/long-short-account-ratio-contract", cost = 4, needs = "symbol",
      send = "instId={id} end={until} period={timeframe} begin={since} limit={limit}",
      read = records.list { at = "data", time = "1", number = { longShortRatio = "2" }, value = { symbol = "={symbol}" } },
    },
  }
end

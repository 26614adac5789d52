-- What perpetuals have more in API 2 of CoinEx: positions, leverage, margin and funding. The methods, on top of the parts in
-- dialects/coinex.lua.

local coinex = dialect "coinex"
local records = dialect "records"

local intervals = { [3600000] = "1h", [14400000] = "4h", [28800000] = "8h", [57600000] = "16h", [86400000] = "24h" }
local funding_fields = {
  at = "data", market = "market", market_type = "=swap", markPrice = "mark_price", fundingRate = "latest_funding_rate",
  fundingTimestamp = "latest_funding_time", nextFundingRate = "next_funding_rate", nextFundingTimestamp = "next_funding_time",
  interval = function(o)
    local from, to = coinex.number(o.latest_funding_time), coinex.number(o.next_funding_time)
    return from and to and intervals[to - from] or nil
  end,
}

local position_list = positions {
  at = "data", market = "market", market_type = "=swap", id = "position_id", timestamp = "created_at", lastUpdateTimestamp = "updated_at",
  side = "side", contracts = "open_interest", notional = "settle_value", entryPrice = "avg_entry_price", leverage = "leverage",
  unrealizedPnl = "unrealized_pnl", realizedPnl = "realized_pnl", liquidationPrice = "liq_price", marginMode = "margin_mode",
  maintenanceMargin = "maintenance_margin_value", maintenanceMarginPercentage = "maintenance_margin_rate", collateral = "margin_avbl",
  marginRatio = "position_margin_rate", stopLossPrice = "stop_loss_price|nonzero", takeProfitPrice = "take_profit_price|nonzero",
}

local function needs_swap(a)
  if not a.market.swap then fail("BadSymbol", a.symbol .. " is no perpetual") end
end

local function set_leverage(a, mode, leverage)
  needs_swap(a)
  local limits = a.market.limits and a.market.limits.leverage or {}
  leverage = math.tointeger(tonumber(leverage))
  if mode ~= "cross" and mode ~= "isolated" then fail("BadRequest", "a margin mode is 'cross' or 'isolated'") end
  if not leverage or leverage < (limits.min or 1) or leverage > (limits.max or 100) then fail("BadRequest", "no such leverage here") end
  return {
    post = "/futures/adjust-position-leverage", cost = 20, read = function(reply) return reply end,
    send = { market = a.id, market_type = "FUTURES", margin_mode = mode, leverage = leverage },
  }
end

local function margin_of(kind)
  return {
    post = "/futures/adjust-position-margin", cost = 20, needs = "symbol amount",
    send = function(a)
      return { market = a.id, market_type = "FUTURES", amount = kind == "reduce" and decimal.neg(a.amount) or a.amount }
    end,
    read = function(reply, a)
      local row = reply.data
      return coinex.dated(row.updated_at or row.created_at, {
        info = row, symbol = a.symbol, type = kind, marginMode = "isolated", amount = tonumber(a.amount), total = coinex.number(row.margin_avbl),
        code = a.market.quote, status = reply.message and reply.message:lower(),
      })
    end,
  }
end

return {
  fetch_position = {
    get = "/futures/pending-position", cost = 40, send = "market={id} market_type=FUTURES",
    read = function(reply, a) return position_list(reply, a)[1] or fail("NullResponse", "no position in " .. a.symbol) end,
  },
  fetch_position_history = {
    get = "/futures/finished-position", cost = 40, needs = "symbol", read = position_list,
    send = "market={id} market_type=FUTURES start_time={since} end_time={until} limit={limit}",
  },
  fetch_positions = {
    run = function(a)
      if a.symbols and #a.symbols > 1 then fail("BadRequest", "one symbol or all of them") end
      return {
        get = "/futures/pending-position", cost = 40, read = position_list,
        send = { market = a.ids and a.ids[1] or nil, market_type = "FUTURES" },
      }
    end,
  },
  close_position = {
    post = "/futures/close-position", cost = 20, needs = "symbol", read = coinex.one_order,
    send = "market={id} market_type=FUTURES type={type|default:market} client_id={clientOrderId}",
  },
  set_leverage = { needs = "symbol", run = function(a) return set_leverage(a, a:take "marginMode" or "cross", a.leverage) end },
  set_margin_mode = {
    needs = "symbol mode",
    run = function(a)
      local leverage = a:take "leverage" or fail("ArgumentsRequired", "a margin mode is set together with params.leverage")
      return set_leverage(a, a.mode:lower(), leverage)
    end,
  },
  fetch_leverage = {            -- of a margin account, by currency
    needs = "symbol",
    run = function(a)
      local code = a:take "code" or fail("ArgumentsRequired", "margin leverage is that of a currency: params.code")
      return {
        get = "/assets/margin/interest-limit", send = { market = a.id, ccy = a:currency_id_of(code) },
        read = function(reply)
          local leverage = coinex.number(reply.data.leverage)
          return { info = reply.data, symbol = a.symbol, marginMode = "isolated", longLeverage = leverage, shortLeverage = leverage }
        end,
      }
    end,
  },
  fetch_leverage_tiers = {
    get = "/futures/position-level", send = function(a) return { market = a.ids and table.concat(a.ids, ",") or nil } end,
    read = function(reply, a)
      local by_id, out = {}, {}
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local market = a:market_of(symbol)
        if market.swap then by_id[market.id] = market end
      end
      for _, row in ipairs(reply.data) do
        local market, tiers, floor = row.market and by_id[row.market], {}, 0
        for i, tier in ipairs(market and row.level or {}) do
          local cap = coinex.number(tier.amount)
          tiers[i] = {
            tier = i, symbol = market.symbol, currency = market.linear and market.base or market.quote, minNotional = floor, maxNotional = cap,
            maintenanceMarginRate = coinex.number(tier.maintenance_margin_rate), maxLeverage = coinex.number(tier.leverage), info = tier,
          }
          floor = cap
        end
        if market then out[market.symbol] = tiers end
      end
      return out
    end,
  },
  add_margin = margin_of "add",
  reduce_margin = margin_of "reduce",
  fetch_margin_adjustment_history = {      -- of one position, which params.positionId names
    needs = "symbol",
    run = function(a)
      a.position = a:take "positionId" or a:take "position_id" or fail("ArgumentsRequired", "of which position? params.positionId tells")
      return {
        get = "/futures/position-margin-history", cost = 40 / 3,
        send = "market={id} market_type=FUTURES position_id={position} start_time={since} end_time={until} limit={limit}",
        read = records.list {
          at = "data", market = "market", of = "contract", time = "updated_at,created_at", number = { total = "margin_avbl" },
          value = {
            marginMode = "isolated", code = a.market.quote,
            type = function(o) return decimal.is(o.margin_change) and (decimal.cmp(o.margin_change, 0) < 0 and "reduce" or "add") or nil end,
            amount = function(o) return decimal.is(o.margin_change) and tonumber(decimal.abs(o.margin_change)) or nil end,
          },
        },
      }
    end,
  },
  fetch_funding_interval = {
    needs = "symbol",
    run = function(a)
      needs_swap(a)
      return { get = "/futures/funding-rate", send = "market={id}", read = funding_rate(with(funding_fields, { at = "data.1" })) }
    end,
  },
  fetch_funding_rate = {
    run = function(a)
      needs_swap(a)
      return { get = "/futures/funding-rate", send = "market={id}", read = funding_rate(with(funding_fields, { at = "data.1" })) }
    end,
  },
  fetch_funding_rates = {
    get = "/futures/funding-rate", send = function(a) return { market = a.ids and table.concat(a.ids, ",") or nil } end,
    read = funding_rates(funding_fields),
  },
  fetch_funding_rate_history = {
    get = "/futures/funding-rate-history", needs = "symbol", send = "market={id} " .. coinex.ranged,
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.data) do
        out[i] = coinex.dated(row.funding_time, { info = row, symbol = a.symbol, fundingRate = coinex.number(row.actual_funding_rate) })
      end
      return coinex.oldest_first(out)
    end,
  },
  fetch_funding_history = {
    get = "/futures/position-funding-history", cost = 40, needs = "symbol", send = "market={id} market_type=FUTURES " .. coinex.ranged,
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.data) do
        out[i] = coinex.dated(row.created_at, {
          info = row, symbol = a.symbol, code = row.ccy and a:code_of(row.ccy), id = row.position_id, amount = coinex.number(row.funding_value),
        })
      end
      return coinex.oldest_first(out)
    end,
  },
}

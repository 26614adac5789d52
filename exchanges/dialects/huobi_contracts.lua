-- Contracts of HTX: linear ones (swaps and dated, API 5), and those settled in their coin, swaps and dated ones each with an API of their own.
-- Used as dialect "huobi_contracts" (huobi), on top of the parts in dialects/huobi.lua; orders are in dialects/huobi_orders.lua.
-- Docs: https://www.htx.com/en-us/opend/newApiPages/, https://huobiapi.github.io/docs/dm/v1/en/,
-- https://huobiapi.github.io/docs/coin_margined_swap/v1/en/
-- Amounts are counts of contracts. Dated contracts have a second name by their place in line: BTC_CW, BTC-USDT-NQ.

local records = dialect "records"

return function(huobi)
  local d = {}

  -- ---- which of them ----

  local parts = {
    spot = { host = "api", market = "/market/", symbol = "symbol", tickers = "tickers" },
    linear = {
      host = "contract", market = "/linear-swap-ex/market/", symbol = "contract_code", tickers = "detail/batch_merged",
      mark = "linear_swap_mark_price_kline", premiumIndex = "linear_swap_premium_index_kline",
    },
    swap = {
      host = "contract", market = "/swap-ex/market/", symbol = "contract_code", tickers = "detail/batch_merged",
      mark = "swap_mark_price_kline", premiumIndex = "swap_premium_index_kline",
    },
    future = { host = "contract", market = "/market/", symbol = "symbol", tickers = "detail/batch_merged", mark = "mark_price_kline", index = "index" },
  }
  local coin_roots = { swap = "/swap-api/%s/swap_", future = "/api/%s/contract_" }

  -- Which part of HTX a call is for: "spot", "linear", or of coin-settled ones "swap" or "future". Params type and subType say, or the
  -- market, or the options. The second result is the type, when it was told.
  function d.part(a, default_type)
    local type_, sub = a:take "type", a:take "subType"
    local market = a.market or a.symbols and a:market_of(a.symbols[1])
    if sub and not type_ and not market then type_ = default_type or "contract" end
    local kind = type_ or market and market.type or default_type or a.options.defaultType
    if kind == "spot" or kind == "margin" then return "spot", kind end
    sub = sub or market and (market.linear and "linear" or market.inverse and "inverse") or a.options.defaultSubType
    if sub == "linear" then return "linear", kind end
    if not coin_roots[kind] then fail("NotSupported", "of coin-settled contracts, params.type is to be 'swap' or 'future'") end
    return kind, kind
  end

  -- A method that differs by part: what spot does, and what contracts do.
  function d.by_part(spot, contract, needs)
    return {
      needs = needs,
      run = function(a)
        local part, kind = d.part(a)
        if part ~= "spot" then return contract(a, part, kind) end
        if not spot then fail("NotSupported", "contracts only") end
        return type(spot) == "function" and spot(a) or spot
      end,
    }
  end

  -- A call of the coin-settled APIs, which name the same things alike.
  function d.coin(part, name, more, version)
    return with({ post = coin_roots[part]:format(version or "v1") .. name, host = "contract" }, more)
  end
  function d.coin_get(part, name, more)
    return with({ get = coin_roots[part]:format "v1" .. name, host = "contract" }, more)
  end
  function d.v5(verb, path, cost, more) return with({ [verb] = "/v5/" .. path, host = "contract", cost = cost }, more) end

  -- Dated coin-settled contracts are asked for by their coin.
  function d.contract_of(a, part)
    if part == "future" then return "symbol", a.market.settleId end
    return "contract_code", a.id
  end

  function d.margin_mode(a)
    local mode = a:take "marginMode"
    return mode or "cross"
  end

  -- ---- markets ----

  local line = { this_week = "CW", next_week = "NW", quarter = "CQ", next_quarter = "NQ" }
  local function dated(o) return (o.delivery_date or "") ~= "" end
  local function created(o)      -- "20201021"
    local y, m, day = (o.create_date or ""):match "^(%d%d%d%d)(%d%d)(%d%d)$"
    return y and parse8601(("%s-%s-%s"):format(y, m, day)) or nil
  end
  local contract_fields = {
    at = "data", id = "contract_code", lowercaseId = "contract_code|lower", baseId = "symbol|lower", contractType = "contract_type",
    type = function(o) return dated(o) and "future" or "swap" end, active = "contract_status|eq:1", contractSize = "contract_size",
    expiry = function(o) return dated(o) and o.delivery_time or nil end, created = created, taker = 0.0005, maker = 0.0002,
    precision = { amount = 1, price = "price_tick" },
  }
  d.market_lists = {
    linear = markets(with(contract_fields, {
      quoteId = "pair|after:-|lower,contract_code|after:-|lower", settleId = "pair|after:-|lower,contract_code|after:-|lower",
      alias = function(o) return line[o.contract_type] and o.pair and o.pair .. "-" .. line[o.contract_type] end,
      limits = { amount = { min = "contract_size" }, leverage = { min = 1 } },
    })),
    inverse = markets(with(contract_fields, {
      quoteId = "=usd", settleId = "symbol|lower",
      alias = function(o) return line[o.contract_type] and o.symbol and o.symbol .. "_" .. line[o.contract_type] end,
      limits = { cost = { min = "contract_size" }, leverage = { min = 1 } },
    })),
  }
  d.market_paths = {
    linear = { "/linear-swap-api/v1/swap_contract_info?business_type=all" },
    inverse = { "/swap-api/v1/swap_contract_info", "/api/v1/contract_contract_info" },
  }

  -- ---- market data ----

  local volume = { quoteVolume = "trade_turnover" }      -- `vol` counts contracts
  local one_ticker_fields = with(huobi.ticker_fields, { at = "tick", timestamp = "/ts" })
  local one_ticker, one_contract_ticker = ticker(one_ticker_fields), ticker(with(one_ticker_fields, volume))
  local ticker_fields = with(huobi.ticker_fields, { at = "ticks,data", market = "symbol,contract_code" })
  local some_tickers = tickers(ticker_fields)

  local function by_alias(a)
    local out = {}
    for _, symbol in ipairs(a.all_symbols) do
      local market = a:market_of(symbol)
      if market.alias then out[market.alias] = symbol end
    end
    return out
  end
  local function aliased(o, a)
    a.aliases = a.aliases or by_alias(a)
    return a.aliases[o.symbol or o.contract_code or ""]
  end
  local some_contract_tickers = tickers(with(with(ticker_fields, volume), { symbol = aliased }))

  local function get_market(a, part, name, more)
    local p = parts[part]
    return with({ get = p.market .. name, host = p.host, send = p.symbol .. "={id}" }, more)
  end

  d.fetch_ticker = {
    run = function(a)
      local part = d.part(a)
      return get_market(a, part, "detail/merged", { read = part == "spot" and one_ticker or one_contract_ticker })
    end,
  }
  d.fetch_tickers = {
    run = function(a)
      local part, kind = d.part(a)
      local p = parts[part]
      local business = part == "linear" and (kind == "future" and "futures" or kind == "swap" and "swap" or "all") or nil
      return {
        get = p.market .. p.tickers, host = p.host, read = part == "spot" and some_tickers or some_contract_tickers,
        send = ordered { { "business_type", business } },
      }
    end,
  }
  local prices = tickers { at = "tick.data", market = "symbol,contract_code", symbol = aliased, timestamp = "ts", price = "price", side = "direction" }
  d.fetch_last_prices = d.by_part(nil, function(_, part) return { get = parts[part].market .. "trade", host = "contract", read = prices } end)

  local depths = { [5] = true, [10] = true, [20] = true, [150] = true }
  d.fetch_order_book = {
    run = function(a)
      local part = d.part(a)
      if part ~= "spot" then return get_market(a, part, "depth", { send = "type=step0 " .. parts[part].symbol .. "={id}", read = huobi.order_book }) end
      if a.limit and not depths[a.limit] then fail("BadRequest", "limit is 5, 10, 20 or 150") end
      if a.limit == 150 then a.limit = nil end     -- that is the default
      return get_market(a, part, "depth", { send = "type=step0 depth={limit} symbol={id}", read = huobi.order_book })
    end,
  }
  local some_trades = huobi.public_trades()
  d.fetch_trades = {
    run = function(a)
      local part = d.part(a)
      return get_market(a, part, "history/trade", { send = "size={limit|max:2000|default:1000} " .. parts[part].symbol .. "={id}", read = some_trades })
    end,
  }

  function d.ohlcv(of)
    return {
      run = function(a)
        local part, told, short, last = d.part(a), a:take "priceType", a:take "price", a:take "until"
        local p, price = parts[part], of or told or short
        last = last and math.tointeger(tonumber(last) // 1000)
        local first_ = a.since and a.since // 1000
        if part == "spot" then
          if price then fail("BadRequest", "spot markets have no candles of another price") end
          local o = a.options.fetchOHLCV
          local old = o and o.useHistoricalEndpointForSpot == false      -- the latest ones only, but 2000 of them
          return {
            get = old and "/market/history/kline" or "/market/history/candles", read = huobi.candle_list,
            send = ordered {
              { "period", a.timeframe }, { "symbol", a.id }, { "from", not old and first_ or nil }, { "to", not old and last or nil },
              { "size", a.limit and math.min(a.limit, old and 2000 or 1000) },
            },
          }
        end
        if price and not p[price] then fail("BadRequest", "no candles of that price for " .. a.symbol) end
        local span = a.timeframe_s * ((a.limit and math.min(a.limit, 2000) or 2000) - 1)
        if price then first_, last = nil, nil
        elseif first_ then last = last or first_ + span
        else
          first_, last = a.now // 1000 - span, last or a.now // 1000
        end
        return {
          get = price and "/index/market/history/" .. p[price] or p.market .. "history/kline", host = "contract", read = huobi.candle_list,
          send = ordered {
            { "period", a.timeframe }, { "size", a.limit and math.min(a.limit, 2000) }, { "from", first_ }, { "to", last }, { p.symbol, a.id },
          },
        }
      end,
    }
  end

  -- ---- funding, open interest ----

  local function number(x) return x and tonumber(x) or nil end
  local function ratio(x, y)
    if not x or not y or decimal.cmp(y, 0) == 0 then return nil end
    return decimal.div(x, y, 12)
  end
  local function dated_record(ms, record)
    record.timestamp = ms and math.tointeger(tonumber(ms)) or nil
    record.datetime = record.timestamp and iso8601(record.timestamp)
    return record
  end
  -- Rows of a list, each made a record by `f`. A list that is none is not the reply that was promised.
  local function each_row(rows, f)
    if type(rows) ~= "userdata" then fail("BadResponse", "no list in the reply") end
    local out = {}
    for _, row in ipairs(rows) do out[#out + 1] = f(row) end
    return oldest_first(out)
  end
  local function only(a, part, allowed)
    if not allowed:find(part, 1, true) then fail("NotSupported", "not offered for " .. (a.symbol or part .. " markets")) end
  end

  local funding_fields = {
    market = "contract_code", fundingRate = "funding_rate", fundingTimestamp = "funding_time", nextFundingRate = "estimated_rate",
    nextFundingTimestamp = "next_funding_time",
    interval = function(o)
      local hours = (tonumber(o.next_funding_time) or 0) - (tonumber(o.funding_time) or 0)
      return o.funding_time and hours > 0 and ("%dh"):format(hours // 3600000) or nil
    end,
  }
  local linear_funding, coin_funding = funding_rate(with(funding_fields, { at = "data.1" })), funding_rate(with(funding_fields, { at = "data" }))
  local coin_fundings = funding_rates(with(funding_fields, { at = "data" }))
  d.fetch_funding_rate = d.by_part(nil, function(a, part)
    only(a, part, "linear swap")
    if part == "linear" then return d.v5("get", "market/funding_rate", 0.125, { send = "contract_code={id}", read = linear_funding }) end
    return d.coin_get(part, "funding_rate", { send = "contract_code={id}", read = coin_funding })
  end)
  d.fetch_funding_rates = {          -- of coin-settled swaps only
    run = function(a)
      local part = d.part(a, "swap")
      only(a, part, "swap")
      return d.coin_get(part, "batch_funding_rate", { read = coin_fundings })
    end,
  }

  local function rate_row(a)
    return function(row)
      return dated_record(row.funding_time, { info = row, symbol = a.symbol, fundingRate = number(row.funding_rate) })
    end
  end
  d.fetch_funding_rate_history = d.by_part(nil, function(a, part)
    only(a, part, "linear swap")
    if part == "linear" then
      return d.v5("get", "market/funding_rate_history", 0.125, {
        send = "contract_code={id} limit={limit|max:100} start_time={since}",
        read = function(reply) return each_row(reply.data, rate_row(a)) end,
      })
    end
    return d.coin_get(part, "historical_funding_rate", {
      send = "contract_code={id} page_size={limit|max:50|default:50}",
      read = function(reply) return each_row(reply.data.data, rate_row(a)) end,
    })
  end, "symbol")

  d.fetch_funding_history = d.by_part(nil, function(a, part)      -- types 30 and 31: paid and received
    only(a, part, "linear swap")
    local function read(reply)
      return each_row(reply.data, function(row)
        local currency = row.symbol or row.asset or row.currency
        return dated_record(row.ts or row.created_time, {
          info = row, symbol = a.symbol, id = row.id, code = currency and a:code_of(currency), amount = number(row.amount),
        })
      end)
    end
    if part == "linear" then
      a.mode = d.margin_mode(a)
      return d.v5("get", "account/bills", 0.20834, {
        send = "type=30,31 margin_mode={mode} contract_code={id} limit={limit} start_time={since} end_time={until|number}", read = read,
      })
    end
    return d.coin(part, "financial_record_exact", { send = "type=30,31 contract={id} start_date={since} end_time={until|number}", read = read }, "v3")
  end, "symbol")

  local function interest_record(row, ms, symbol)
    local amount, value = number(row.volume), number(row.value)
    return dated_record(ms, { info = row, symbol = symbol, openInterestAmount = amount, openInterestValue = value, baseVolume = amount, quoteVolume = value })
  end
  d.fetch_open_interest = {
    run = function(a)
      local part = d.part(a)
      if part == "spot" then fail("BadRequest", a.symbol .. " is no contract") end
      local function read(reply)
        local data = reply.data
        local row = type(data) == "userdata" and (data[1] or data)
        if type(row) ~= "userdata" then fail("BadResponse", "no open interest in the reply") end
        return interest_record(row, reply.ts, a.symbol)
      end
      if part == "linear" then return d.v5("get", "market/open_interest", 0.125, { send = "contract_code={id}", read = read }) end
      return d.coin_get(part, "open_interest", { send = "contract_code={id}", read = read })
    end,
  }
  d.fetch_open_interests = {      -- of coin-settled contracts
    run = function(a)
      local part = d.part(a, "swap")
      if part == "spot" or part == "linear" then fail("NotSupported", "only of coin-settled contracts: params.subType = 'inverse'") end
      return d.coin_get(part, "open_interest", { read = records.keyed {
        at = "data", market = "contract_code", of = "contract", number = { openInterestAmount = "volume", openInterestValue = "value" },
      } })
    end,
  }
  local settlement = { market = "contract_code", of = "contract", time = "settlement_time", number = { price = "settlement_price" } }
  local settled, one_settled = records.list(with(settlement, { at = "data.settlement_record,data.settlements,data" })), records.list(settlement)
  d.fetch_settlement_history = {
    needs = "symbol", right = "public",
    run = function(a)
      local part = d.part(a)
      if part == "spot" then fail("NotSupported", "only contracts are settled") end
      if part == "linear" then
        return d.v5("get", "market/settlement_history", 1, {
          send = "contract_code={id} limit={limit} start_time={since} end_time={until}", read = settled,
        })
      end
      local name, id = d.contract_of(a, part)
      a.settled_id = id
      return d.coin_get(part, "settlement_records", {
        send = name .. "={settled_id} page_size={limit} start_time={since} end_time={until}",
        read = function(reply)
          if part ~= "future" then return settled(reply, a) end
          local out = {}      -- the contracts that were settled at a time
          for _, row in ipairs(reply.data.settlement_record) do
            for _, o in ipairs(row.list or {}) do
              if o.contract_code == a.id then
                out[#out + 1] = records.dated(row.settlement_time, { info = o, symbol = a.symbol, price = number(o.settlement_price) })
              end
            end
          end
          return records.cut(out, a)
        end,
      })
    end,
  }
  local rank = { at = "data", market = "contract_code", of = "contract", time = "created_time", value = {
    rank = function(o) return math.tointeger(number(o.adl_risk_percent)) end,
  } }
  local ranks = records.list(rank)
  d.fetch_positions_adl_rank = {
    run = function(a)
      local part = d.part(a, "swap")
      if part == "linear" then return d.v5("get", "trade/position/opens", 1, { read = ranks }) end
      return d.coin(part, "position_info", { read = ranks })
    end,
  }
  d.fetch_position_adl_rank = {
    needs = "symbol",
    run = function(a)
      local part = d.part(a)
      local function first(reply) return ranks(reply, a)[1] or fail("NullResponse", "no position in " .. a.symbol) end
      if part == "linear" then return d.v5("get", "trade/position/opens", 1, { send = "contract_code={id}", read = first }) end
      local name, id = d.contract_of(a, part)
      a.ranked_id = id
      return d.coin(part, "position_info", { send = name .. "={ranked_id}", read = first })
    end,
  }
  local periods = { ["1h"] = "60min", ["4h"] = "4hour", ["12h"] = "12hour", ["1d"] = "1day" }
  d.fetch_open_interest_history = d.by_part(nil, function(a, part)
    a.period = periods[a.timeframe_name] or fail("BadRequest", "only 1h, 4h and 1d")
    local long, short = a:take "amountType", a:take "amount_type"
    a.unit, a.line = short or long or 2, a.market.contractType or "swap"      -- 1: contracts, 2: coins
    local send = part == "future" and "period={period} amount_type={unit} size={limit} contract_type={line} symbol={base_id}"
      or part == "linear" and "period={period} amount_type={unit} size={limit} contract_type={line} contract_code={id}"
      or "period={period} amount_type={unit} size={limit} contract_code={id}"
    return {
      get = part == "linear" and "/linear-swap-api/v1/swap_his_open_interest" or coin_roots[part]:format "v1" .. "his_open_interest",
      host = "contract", send = send,
      read = function(reply)
        return each_row(reply.data.tick, function(row) return interest_record(row, row.ts, a.symbol) end)
      end,
    }
  end, "symbol")

  d.fetch_leverage_tiers = {          -- of linear swaps
    get = "/linear-swap-api/v1/swap_adjustfactor", host = "contract",
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply.data) do
        local pair = row.contract_code and row.contract_code:match "^[^-]+%-[^-]+$"
        local base, quote = (pair or ""):match "^(.+)-(.+)$"
        local symbol = base and ("%s/%s:%s"):format(a:code_of(base), a:code_of(quote), a:code_of(quote))
        local tiers = {}
        for _, step in ipairs(row.list or {}) do
          for _, ladder in ipairs(step.ladders or {}) do
            local tier = number(ladder.ladder)
            tiers[#tiers + 1] = {
              tier = tier and math.tointeger(tier), symbol = symbol, currency = row.trade_partition and a:code_of(row.trade_partition),
              minNotional = number(ladder.min_size), maxNotional = number(ladder.max_size), maxLeverage = number(step.lever_rate), info = ladder,
              maintenanceMarginRate = number(ratio(ladder.adjust_factor, step.lever_rate)),
            }
          end
        end
        if symbol then out[symbol] = tiers end
      end
      return out
    end,
  }
  d.fetch_liquidations = d.by_part(nil, function(a, part)
    local long, short = a:take "tradeType", a:take "trade_type"
    a.sort = short or long or 0         -- all
    local function read(reply)
      return each_row(reply.data, function(row)
        local side = row.direction or row.side
        return dated_record(row.created_at or row.liquidation_time, {
          info = row, symbol = a.symbol, contracts = number(row.volume), contractSize = a.market.contractSize,
          price = number(row.price or row.bankrupt_price), side = side and side:lower(), baseValue = number(row.amount),
          quoteValue = number(row.trade_turnover),
        })
      end)
    end
    if part == "linear" then
      local send = "contract_code={id} limit={limit} start_time={since} end_time={until|number}"
      return d.v5("get", "market/liquidation_orders", 0.125, { send = send, read = read })
    end
    return {
      get = coin_roots[part]:format "v3" .. "liquidation_orders", host = "contract", read = read,
      send = (part == "swap" and "contract={id}" or "symbol={base_id}") .. " trade_type={sort} start_time={since} end_time={until|number}",
    }
  end, "symbol")

  -- ---- positions ----

  local function notional(o, _, market)
    local size = market and market.contractSize and decimal.text(market.contractSize)
    if not size or not o.volume or not o.last_price then return nil end
    local face = decimal.mul(o.volume, size)
    return market.linear and decimal.mul(face, o.last_price) or ratio(face, o.last_price)
  end
  local function initial_margin(o) return o.position_margin or o.initial_margin end
  local function told(o, a, name) return o[name] or a.account and a.account[name] end      -- by the position, or by its account
  local function maintenance_percentage(o, a) return not o.maintenance_margin and ratio(told(o, a, "adjust_factor"), o.lever_rate) or nil end
  local function maintenance_margin(o, a, market)
    if o.maintenance_margin then return o.maintenance_margin end
    local share, value = maintenance_percentage(o, a), notional(o, a, market)
    return share and value and decimal.mul(share, value)
  end
  local function collateral(o, a) return told(o, a, "margin_balance") or o.margin end
  local hedged = { long = true, short = true }
  local position_fields = {
    market = "contract_code", timestamp = "/ts", lastUpdateTimestamp = "updated_time", contracts = "volume", entryPrice = "cost_open,open_avg_price",
    side = function(o)
      if hedged[o.position_side] then return o.position_side end
      return o.direction == "buy" and "long" or o.direction and "short" or nil
    end,
    initialMargin = "position_margin,initial_margin", collateral = collateral, unrealizedPnl = "profit_unreal", leverage = "lever_rate",
    percentage = "profit_rate|mul:100", lastPrice = "last_price", markPrice = "mark_price",
    liquidationPrice = function(o, a) return told(o, a, "liquidation_price") end,
    marginMode = function(o, _, market) return market and market.inverse and "cross" or o.margin_mode end, notional = notional,
    initialMarginPercentage = function(o, a, market) return ratio(initial_margin(o), notional(o, a, market)) end,
    maintenanceMargin = maintenance_margin, maintenanceMarginPercentage = maintenance_percentage,
    marginRatio = function(o, a, market) return o.margin_rate or ratio(maintenance_margin(o, a, market), collateral(o, a)) end,
  }
  local position_list = positions(with(position_fields, { at = "data" }))
  local linear_position = position(with(position_fields, { at = "data.1" }))
  local coin_positions = positions(with(position_fields, { at = "data.1.positions" }))

  d.fetch_positions = {
    run = function(a)
      local first_market = a.symbols and a:market_of(a.symbols[1])
      local part = d.part(a, "contract")
      if part == "spot" then part = first_market and first_market.inverse and first_market.type or "linear" end
      if part == "linear" then return d.v5("get", "trade/position/opens", 0.41679, { read = position_list }) end
      return d.coin(part, "position_info", { read = position_list })
    end,
  }
  d.fetch_position = d.by_part(nil, function(a, part)
    if part == "linear" then
      a.params.marginMode = nil
      return d.v5("get", "trade/position/opens", 0.41679, {
        send = "contract_code={id}",
        read = function(reply)
          if not reply.data[1] then fail("NullResponse", "no position in " .. a.symbol) end
          return linear_position(reply, a)
        end,
      })
    end
    local name, value = d.contract_of(a, part)
    return d.coin(part, "account_position_info", {
      send = { [name] = value },
      read = function(reply)
        a.account = reply.data[1]
        for _, p in ipairs(coin_positions(reply, a)) do
          if p.symbol == a.symbol then return p end
        end
        fail("NullResponse", "no position in " .. a.symbol)
      end,
    })
  end)

  local function as_it_is(reply) return reply end
  d.set_leverage = d.by_part(nil, function(a, part)
    a.lever = raw_number(decimal.text(a.leverage))
    if part == "linear" then
      a.mode = d.margin_mode(a)
      return d.v5("post", "position/lever", 0.20834, { send = "contract_code={id} margin_mode={mode} lever_rate={lever}", read = as_it_is })
    end
    local name, value = d.contract_of(a, part)
    return d.coin(part, "switch_lever_rate", { cost = 30, send = { [name] = value, lever_rate = a.lever }, read = as_it_is })
  end, "symbol")
  d.set_position_mode = {
    run = function(a)
      if a.market and a.market.inverse then fail("BadRequest", "of linear contracts only") end
      a.mode = a.hedged and "dual_side" or "single_side"
      return d.v5("post", "position/mode", 0.20834, { send = "position_mode={mode}", read = as_it_is })
    end,
  }

  return d
end

-- What contracts have more in API 4 of Gate: funding, open interest, liquidations, positions, leverage and margin. The methods, on top of the
-- parts in dialects/gate.lua.

local gate = dialect "gate"
local records = dialect "records"
local number, instant, abs = gate.number, gate.instant, gate.abs

local function needs_swap(a)
  if not a.market.swap then fail("BadSymbol", a.symbol .. " is no perpetual") end
  local _, root = gate.place(a)
  return root
end

local intervals = { ["3600"] = "1h", ["14400"] = "4h", ["28800"] = "8h", ["57600"] = "16h", ["86400"] = "24h", default = "." }
local funding_fields = {
  market = "name", market_type = "=swap", markPrice = "mark_price", indexPrice = "index_price", interestRate = "interest_rate",
  fundingRate = "funding_rate", fundingTimestamp = "funding_next_apply|s", nextFundingRate = "funding_rate_indicative",
  interval = with(intervals, { "funding_interval" }),
}

-- Initial and maintenance margin are told for a position that is there; 0 is nothing. The margin leaves out what is won or lost so far.
local function margin_share(field)
  return function(o) return gate.quotient(o[field], o.value) end
end
local position_fields = {
  market = "contract", market_type = "=swap", timestamp = function(o) return instant(o.open_time or o.first_open_time) end,
  lastUpdateTimestamp = function(o) return instant(o.update_time or o.time) end,
  side = function(o)
    local sign = gate.sign_of(o.size or o.accum_size)
    return o.side or sign > 0 and "long" or sign < 0 and "short" or nil
  end,
  contracts = "size|abs,accum_size|abs", entryPrice = "entry_price", markPrice = "mark_price", notional = "value", leverage = "leverage",
  unrealizedPnl = "unrealised_pnl", realizedPnl = "realised_pnl,pnl", liquidationPrice = "liq_price",
  initialMargin = "initial_margin|nonzero", initialMarginPercentage = margin_share "initial_margin",
  maintenanceMargin = "maintenance_margin|nonzero", maintenanceMarginPercentage = margin_share "maintenance_margin",
  marginMode = function(o)
    if not decimal.is(o.leverage) then return nil end
    return decimal.cmp(o.leverage, 0) == 0 and "cross" or "isolated"
  end,
  collateral = function(o)
    if decimal.is(o.margin) and decimal.is(o.unrealised_pnl) then return decimal.add(o.margin, o.unrealised_pnl) end
    return o.margin
  end,
}

local function margin_of(sign)
  return {
    needs = "symbol amount",
    run = function(a)
      local kind, root, cost = gate.place(a)
      if kind ~= "swap" and kind ~= "future" then fail("NotSupported", a.symbol .. " has no position margin") end
      local change = sign > 0 and a.amount or decimal.neg(a.amount)
      return {
        post = root .. "/positions/{id}/margin", encode = "query", cost = cost,
        send = { change = change },
        read = function(reply)
          return {
            info = reply, symbol = a.symbol, marginMode = "isolated", total = number(reply.margin), code = a.market.quote, status = "ok",
          }
        end,
      }
    end,
  }
end

local function as_it_is(reply) return reply end

-- Of a contract's own row: each step of the risk limit takes one more unit of margin.
local function tiers_of(row, market)
  local out = {}
  local step, most, rate, leverage = row.risk_limit_step, row.risk_limit_max, row.maintenance_rate, row.leverage_max
  if not (decimal.is(step) and decimal.is(most) and decimal.is(rate) and gate.quotient("1", leverage)) or gate.sign_of(step) <= 0 then return out end
  local floor, tier = "0", 0
  while decimal.cmp(floor, most) < 0 and tier < 1000 do
    tier = tier + 1
    local cap = decimal.add(floor, step)
    out[tier] = {
      tier = tier, symbol = market.symbol, currency = market.settle, minNotional = tonumber(floor), maxNotional = tonumber(cap),
      maintenanceMarginRate = tonumber(decimal.mul(rate, tier)), maxLeverage = tonumber(decimal.div(leverage, tier, 8)), info = row,
    }
    floor = cap
  end
  return out
end

-- What was liquidated: `left` of the size was not.
local function liquidated(o)
  local size = o.size or o.settle_size
  return decimal.is(size) and decimal.abs(decimal.is(o.left) and decimal.sub(size, o.left) or size) or nil
end
local function base_value(o, a)
  local n = liquidated(o)
  return n and a.market and a.market.contractSize and decimal.mul(n, a.market.contractSize) or nil
end
local liquidations = records.list {
  market = "contract", of = "contract", time = "time|s", number = { price = "liq_price,fill_price" },
  value = {
    contracts = function(o) return number(liquidated(o)) end, contractSize = function(_, a) return a.market and a.market.contractSize end,
    baseValue = function(o, a) return number(base_value(o, a)) end,
    quoteValue = function(o, a)
      local base, price = base_value(o, a), o.liq_price or o.fill_price
      return number(decimal.is(o.pnl) and decimal.abs(o.pnl) or base and decimal.is(price) and decimal.mul(base, price) or nil)
    end,
    side = function(o)
      local sign = gate.sign_of(o.size or o.settle_size)
      return o.side == "long" and "buy" or o.side == "short" and "sell" or sign > 0 and "buy" or sign < 0 and "sell" or nil
    end,
  },
}

return {
  fetch_leverages = {      -- of isolated margin pairs; params.unified: as they are now
    run = function(a)
      local now = a:take "unified"
      return {
        get = now and "/margin/uni/currency_pairs" or "/margin/currency_pairs", right = "public",
        read = records.keyed {
          market = now and "currency_pair" or "id,currency_pair", of = "spot", number = { longLeverage = "leverage", shortLeverage = "leverage" },
        },
      }
    end,
  },
  fetch_market_leverage_tiers = {
    needs = "symbol",
    run = function(a)
      local kind, root, cost = gate.place(a)
      if kind ~= "swap" and kind ~= "future" then fail("BadRequest", "only perpetuals and futures have tiers") end
      return {
        get = root .. "/risk_limit_tiers", cost = cost, send = "contract={id}",
        read = function(reply)
          local out, floor = list {}, 0
          for i, row in ipairs(reply) do
            out[i] = {
              info = row, tier = math.tointeger(number(row.tier)), symbol = a.symbol, currency = a.market.settle, minNotional = floor,
              maxNotional = number(row.risk_limit), maintenanceMarginRate = number(row.maintenance_rate), maxLeverage = number(row.leverage_max),
            }
            floor = number(row.risk_limit)
          end
          return out
        end,
      }
    end,
  },
  fetch_my_liquidations = {
    needs = "symbol",
    run = function(a)
      local kind, root, cost = gate.place(a)
      if kind == "spot" then fail("NotSupported", "only contracts are liquidated") end
      a.underlying = kind == "option" and gate.underlying(a.id) or nil
      return {
        get = root .. (kind == "option" and "/position_close" or "/liquidates"), cost = cost, read = liquidations,
        send = "contract={id} limit={limit} underlying={underlying}",
      }
    end,
  },
  fetch_positions_history = {
    run = function(a)
      local one = a.symbols and #a.symbols == 1
      local last = a:take "until"
      a.market = a.symbols and a:market_of(a.symbols[1])
      local kind, root, cost = gate.place(a, "swap")
      a.market = nil
      if kind ~= "swap" and kind ~= "future" then fail("NotSupported", "only of perpetuals and futures") end
      return {
        get = root .. "/position_close", cost = cost, read = positions(position_fields),
        send = ordered { { "contract", one and a.ids[1] or nil }, { "limit", a.limit }, { "from", gate.seconds(a.since) }, { "to", gate.seconds(last) } },
      }
    end,
  },
  fetch_funding_rate = {
    run = function(a) return { get = needs_swap(a) .. "/contracts/{id}", read = funding_rate(funding_fields) } end,
  },
  fetch_funding_rates = {
    run = function(a)
      local first = a.symbols and a:market_of(a.symbols[1])
      local settle = a:take "settle" or first and first.settleId or "usdt"
      return { get = "/futures/" .. settle:lower() .. "/contracts", read = funding_rates(funding_fields) }
    end,
  },
  fetch_funding_rate_history = {
    needs = "symbol",
    run = function(a)
      local root, until_ = needs_swap(a), a:take "until"
      return {
        get = root .. "/funding_rate",
        send = ordered { { "contract", a.id }, { "limit", a.limit }, { "from", gate.seconds(a.since) }, { "to", gate.seconds(until_) } },
        read = function(reply)
          local out = {}
          for i, row in ipairs(reply) do
            out[i] = gate.dated(row.t, { info = row, symbol = a.symbol, fundingRate = number(row.r) })
          end
          return gate.oldest_first(out)
        end,
      }
    end,
  },
  fetch_funding_history = {
    run = function(a)
      local kind, root, cost = gate.place(a)
      if kind ~= "swap" and kind ~= "future" then fail("NotSupported", "only perpetuals and futures pay funding") end
      return {
        get = root .. "/account_book", cost = cost,
        send = function()
          return ordered { { "contract", a.id }, { "type", "fund" }, { "from", gate.seconds(a.since) }, { "limit", a.limit } }
        end,
        read = function(reply)
          local out = {}
          for _, row in ipairs(reply) do
            local symbol = row.text and gate.symbol_of(row.text, "swap")
            if not a.symbol or symbol == a.symbol then
              out[#out + 1] = gate.dated(row.time, { info = row, symbol = symbol, code = symbol and symbol:match ":([^-]+)", amount = number(row.change) })
            end
          end
          return gate.oldest_first(out)
        end,
      }
    end,
  },
  fetch_open_interest_history = {
    needs = "symbol",
    run = function(a)
      local root = needs_swap(a)
      return {
        get = root .. "/contract_stats", send = "contract={id} interval={timeframe} limit={limit} from={since|s}",
        read = function(reply)
          local out = {}
          for i, row in ipairs(reply) do
            out[i] = gate.dated(row.time, {
              info = row, symbol = a.symbol, openInterestAmount = number(row.open_interest), openInterestValue = number(row.open_interest_usd),
            })
          end
          return gate.oldest_first(out)
        end,
      }
    end,
  },
  fetch_liquidations = {
    needs = "symbol",
    run = function(a)
      local root, until_ = needs_swap(a), a:take "until"
      return {
        get = root .. "/liq_orders",
        send = ordered { { "contract", a.id }, { "from", gate.seconds(a.since) }, { "to", gate.seconds(until_) }, { "limit", a.limit } },
        read = function(reply)
          local out, size_of_one = {}, a.market.contractSize
          for i, row in ipairs(reply) do
            local count = decimal.is(row.size) and decimal.is(row.left) and abs(decimal.sub(row.size, row.left)) or nil
            local base = count and size_of_one and decimal.mul(count, size_of_one)
            local price = row.liq_price or row.fill_price
            out[i] = gate.dated(row.time, {
              info = row, symbol = a.symbol, contracts = number(count), contractSize = size_of_one, price = number(price),
              side = gate.side_of(row.size), baseValue = number(base),
              quoteValue = base and decimal.is(price) and number(decimal.mul(base, price)) or nil,
            })
          end
          return gate.oldest_first(out)
        end,
      }
    end,
  },

  fetch_position = {
    run = function(a)
      if not a.market.contract then fail("BadRequest", a.symbol .. " is no contract") end
      local _, root, cost = gate.place(a)
      return { get = root .. "/positions/{id}", cost = cost, read = position(position_fields) }
    end,
  },
  fetch_positions = {
    run = function(a)
      local first = a.symbols and a:market_of(a.symbols[1])
      local told, settle = a.params.type, a.params.settle
      if not told then a.params.type = first and first.contract and first.type or "swap" end
      if not settle then a.params.settle = first and first.contract and first.settleId or nil end
      local kind, root, cost = gate.place(a)
      return {
        get = root .. "/positions", cost = cost, read = positions(position_fields),
        send = { underlying = kind == "option" and first and gate.underlying(first.id) or nil },
      }
    end,
  },
  close_position = {
    needs = "symbol",
    run = function(a)
      local kind, root, cost = gate.place(a)
      if not a.market.contract then fail("NotSupported", a.symbol .. " has no position") end
      return {
        post = root .. "/orders", cost = kind == "swap" and 0.4 or cost, read = gate.order,
        send = function()
          return ordered { { "contract", a.id }, { "size", 0 }, { "price", "0" }, { "close", true }, { "tif", "ioc" } }
        end,
      }
    end,
  },
  fetch_leverage = {          -- of a spot pair, the most that its margin account takes
    needs = "symbol",
    run = function(a)
      local unified = a:take "unified"
      local kind, root, cost = gate.place(a)
      local spot = kind == "spot"
      if kind == "option" then fail("NotSupported", "options have no leverage") end
      return {
        get = spot and (unified and "/margin/uni/currency_pairs/{id}" or "/margin/currency_pairs/{id}") or root .. "/positions/{id}",
        right = spot and "public" or "read", cost = cost,
        read = function(reply)
          local leverage = number(reply.leverage)
          if leverage == 0 and not spot then leverage = number(reply.cross_leverage_limit) end
          return {
            info = reply, symbol = a.symbol, marginMode = not spot and (reply.leverage == "0" and "cross" or "isolated") or nil,
            longLeverage = leverage, shortLeverage = leverage,
          }
        end,
      }
    end,
  },
  set_leverage = {            -- 0 stands for cross margin, whose limit is told apart
    needs = "symbol",
    run = function(a)
      local kind, root, cost = gate.place(a)
      local mode, limit = a:take "marginMode", a:take "cross_leverage_limit"
      if kind ~= "swap" and kind ~= "future" then fail("NotSupported", a.symbol .. " has no leverage to set") end
      local asked = tonumber(a.leverage)
      if asked < 0 or asked > 100 then fail("BadRequest", "leverage is from 1 to 100") end
      mode = mode or a.options.defaultMarginMode
      local cross = limit or mode == "cross" or mode == "cross_margin"
      local leverage = decimal.text(limit or a.leverage)
      return {
        post = root .. "/positions/{id}/leverage", encode = "query", cost = cost, read = as_it_is,
        send = ordered { { "leverage", cross and "0" or leverage }, { "cross_leverage_limit", cross and leverage or nil } },
      }
    end,
  },
  fetch_leverage_tiers = {
    run = function(a)
      local first = a.symbols and a:market_of(a.symbols[1])
      local kind, root, cost = gate.place(a, first and first.type)
      if kind ~= "swap" and kind ~= "future" then fail("BadRequest", "only perpetuals and futures have tiers") end
      return {
        get = root .. "/contracts", cost = cost,
        read = function(reply)
          local wanted, out = {}, {}
          for _, symbol in ipairs(a.symbols or a.all_symbols) do wanted[a:market_of(symbol).id .. a:market_of(symbol).type] = a:market_of(symbol) end
          for _, row in ipairs(reply) do
            local market = row.name and wanted[row.name .. kind]
            if market then out[market.symbol] = tiers_of(row, market) end
          end
          return out
        end,
      }
    end,
  },
  set_position_mode = {
    run = function(a)
      local _, root = gate.place(a, "swap")
      return {
        post = root .. "/dual_mode", encode = "query", read = as_it_is, send = { dual_mode = a.hedged and true or false },
      }
    end,
  },
  add_margin = margin_of(1),
  reduce_margin = margin_of(-1),
}

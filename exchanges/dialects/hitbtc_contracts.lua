-- What contracts and margin have more in API 3 of HitBTC: funding, open interest, positions, leverage, margin. On top of dialects/hitbtc.lua.

local records = dialect "records"

return function(hitbtc)
  local number = hitbtc.number

  -- Where the isolated account of a market is: below /futures, or below /margin for pairs.
  local function isolated(a)
    local section = hitbtc.section(a)
    return (section == "/spot" and "/margin" or section) .. "/account/isolated/{id}"
  end

  local function needs_contract(a)
    if not (a.market and a.market.contract) then fail("BadSymbol", tostring(a.symbol) .. " is no contract") end
  end

  local funding_fields = {
    timestamp = "timestamp|iso", markPrice = "mark_price", indexPrice = "index_price", interestRate = "interest_rate",
    fundingRate = "funding_rate", fundingTimestamp = "next_funding_time|iso", nextFundingRate = "indicative_funding_rate",
  }
  local one_funding_rate = funding_rate(funding_fields)

  local function dated(text, record)
    record.timestamp = type(text) == "string" and parse8601(text) or nil
    record.datetime = record.timestamp and iso8601(record.timestamp)
    return record
  end

  -- An account holds money and positions. A cross account has many of both, an isolated one a single position at most; short ones are negative.
  local position_of = position {
    id = "id", market = "symbol", contracts = "quantity|abs", entryPrice = "price_entry", liquidationPrice = "price_liquidation",
    side = function(o) return o.quantity and (decimal.cmp(o.quantity, 0) < 0 and "short" or "long") end,
  }
  local no_position = position { market = "symbol", contracts = 0 }

  local function with_account(held, record)
    local money = held.currencies or {}
    record.marginMode, record.leverage = held.type, number(held.leverage)
    record.collateral = #money == 1 and number(money[1].margin_balance) or nil
    return dated(held.updated_at, record)
  end

  local function margin_set(type)
    return function(reply, a)
      local money = reply.currencies and reply.currencies[1]
      return dated(reply.updated_at, {
        info = reply, symbol = a.symbol, type = type, marginMode = "isolated", amount = number(a.amount or "0"),
        code = money and a:code_of(money.code),
      })
    end
  end

  -- margin_balance is what the account shall hold; with 0 all of it goes back.
  local function set_margin(type)
    local read = margin_set(type)
    return {
      needs = "symbol",
      run = function(a)
        if a.market.contract and a.params.leverage == nil then fail("ArgumentsRequired", "params.leverage is needed for contracts") end
        a.amount = a.amount or "0"
        return { put = isolated(a), send = "symbol={id} margin_balance={amount} leverage={leverage|text}", read = read }
      end,
    }
  end
  local add_margin, reduce_margin = set_margin "add", set_margin "reduce"

  return {
    fetch_funding_rate = {
      run = function(a)
        needs_contract(a)
        return { get = "/public/futures/info/{id}", cost = 10, read = one_funding_rate }
      end,
    },
    fetch_funding_rates = {
      run = function(a)
        for _, symbol in ipairs(a.symbols or {}) do
          if not a:market_of(symbol).contract then fail("NotSupported", symbol .. " has no funding rate") end
        end
        return {
          get = "/public/futures/info", cost = 10, arrays = "comma", send = "symbols={ids}",
          read = funding_rates(with(funding_fields, { market = "@key" })),
        }
      end,
    },
    fetch_funding_rate_history = {
      get = "/public/futures/history/funding", cost = 10, send = "symbols={id} from={since} till={until} limit={limit}",
      read = function(reply, a)     -- lists by contract
        local out = {}
        for _, symbol in ipairs(a.symbol and { a.symbol } or a.all_symbols) do
          for _, row in ipairs(reply[a:market_of(symbol).id] or {}) do
            out[#out + 1] = dated(row.timestamp, { info = row, symbol = symbol, fundingRate = number(row.funding_rate) })
          end
        end
        return oldest_first(out)
      end,
    },
    fetch_open_interests = {
      get = "/public/futures/info", cost = 10, send = function(a) return { symbols = a.ids and table.concat(a.ids, ",") } end,
      read = function(reply, a)     -- rows by contract
        local out = {}
        for _, symbol in ipairs(a.symbols or a.all_symbols) do
          local row = reply[a:market_of(symbol).id]
          if type(row) == "userdata" then
            out[symbol] = dated(row.timestamp, { info = row, symbol = symbol, openInterestValue = number(row.open_interest) })
          end
        end
        return out
      end,
    },
    fetch_margin_modes = {      -- of perpetuals, or of margin pairs when such a symbol is asked for
      run = function(a)
        local spot = a.symbols and a:market_of(a.symbols[1]).spot
        return {
          get = spot and "/margin/config" or "/futures/config",
          read = records.keyed {
            at = "config", market = "symbol", of = spot and "spot" or "contract",
            value = { marginMode = function(o) return o.margin_mode and o.margin_mode:lower() end },
          },
        }
      end,
    },
    fetch_open_interest = {
      run = function(a)
        needs_contract(a)
        return {
          get = "/public/futures/info/{id}", cost = 10,
          read = function(reply)
            return dated(reply.timestamp, { info = reply, symbol = a.symbol, openInterestValue = number(reply.open_interest) })
          end,
        }
      end,
    },

    fetch_positions = {
      run = function(a)
        local section = hitbtc.section(a)
        return {
          get = (section == "/spot" and "/futures" or section) .. "/account",
          read = function(reply)
            local out = {}
            for _, held in ipairs(reply) do
              for _, p in ipairs(held.positions or {}) do out[#out + 1] = with_account(held, position_of(p, a)) end
            end
            return out
          end,
        }
      end,
    },
    fetch_position = {
      run = function(a)
        return {
          get = isolated(a),
          read = function(held)
            local p = held.positions and held.positions[1]
            return with_account(held, p and position_of(p, a) or no_position(held, a))
          end,
        }
      end,
    },
    close_position = {
      needs = "symbol",
      run = function(a)
        a.mode = a:take "marginMode" or "cross"
        return { delete = "/futures/position/{mode}/{id}", send = "symbol={id} margin_mode={mode}", read = hitbtc.one_order }
      end,
    },
    fetch_leverage = {
      needs = "symbol",
      run = function(a)
        return {
          get = isolated(a),
          read = function(held)
            local x = number(held.leverage)
            return { info = held, symbol = a.symbol, marginMode = held.type and held.type:lower(), longLeverage = x, shortLeverage = x }
          end,
        }
      end,
    },
    set_leverage = {
      needs = "symbol margin_balance",      -- a leverage is set along with what the account shall hold
      run = function(a)
        needs_contract(a)
        local x, most = tonumber(a.leverage), a.market.limits.leverage.max or 50
        if not x or x < 1 or x > most then fail("BadRequest", ("leverage is 1 to %g for %s"):format(most, a.symbol)) end
        a.balance = a:to_amount(a:take "margin_balance")
        return {
          put = "/futures/account/isolated/{id}", send = "symbol={id} leverage={leverage|text} margin_balance={balance}",
          read = function(reply) return reply end,
        }
      end,
    },
    add_margin = add_margin,
    reduce_margin = {
      needs = "symbol",
      run = function(a)
        if a.amount and decimal.cmp(a.amount, 0) ~= 0 then fail("BadRequest", "margin is taken out as a whole, by the amount 0") end
        return reduce_margin.run(a)
      end,
    },
  }
end

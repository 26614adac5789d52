-- OKX: prices and greeks of options, and the settlement of options and futures.
-- Used as dialect "okx_options" (okx): the methods, on top of the parts in dialects/okx.lua.
local records = dialect "records"

return function(okx)
  local greeks = {
    at = "data", market = "instId", symbol_of = okx.symbol_of, time = "ts",
    number = {
      delta = "delta", gamma = "gamma", theta = "theta", vega = "vega", bidImpliedVolatility = "bidVol", askImpliedVolatility = "askVol",
      markImpliedVolatility = "markVol",
    },
  }
  local all_greeks = records.keyed(greeks)
  local one_option = {
    at = "data.1", market = "instId", symbol_of = okx.symbol_of, time = "ts",
    number = { bidPrice = "bidPx", askPrice = "askPx", lastPrice = "last", baseVolume = "volCcy24h" },
  }

  -- Greeks are told by family and day of expiry: the first three parts of an option's id.
  local function same_day(a)
    local family, day = a.id:match "^(%w+%-%w+)%-(%d+)%-"
    if not family then fail("BadSymbol", a.symbol .. " is no option") end
    return ordered { { "instFamily", family }, { "expTime", day } }
  end

  return {
    fetch_greeks = { get = "/public/opt-summary", cost = 1, needs = "symbol", send = same_day, read = one_of(all_greeks) },
    fetch_all_greeks = {
      run = function(a)
        if a.symbols and #a.symbols == 1 then a.market = a:market_of(a.symbols[1])
        elseif not a.params.uly and not a.params.instFamily then fail("BadRequest", "of which options? params.instFamily tells, or one symbol") end
        local send = a.market and same_day(a)
        a.market = nil
        return { get = "/public/opt-summary", cost = 1, send = send or ordered {}, read = all_greeks }
      end,
    },
    fetch_option = { get = "/market/ticker", needs = "symbol", send = "instId={id}", read = records.one(one_option) },
    fetch_option_chain = {
      get = "/market/tickers", needs = "code", read = records.keyed(with(one_option, { at = "data" })),
      send = function(a) return ordered { { "uly", a:take "uly" or a.currency_id .. "-USD" }, { "instType", "OPTION" } } end,
    },
    fetch_settlement_history = {
      get = "/public/delivery-exercise-history", cost = 0.5, needs = "symbol",
      send = function(a)
        local kind = okx.type_asked(a)
        if kind ~= "FUTURES" and kind ~= "OPTION" then fail("NotSupported", "only futures and options are settled") end
        return ordered {
          { "instType", kind }, { "uly", a.market.baseId .. "-" .. a.market.quoteId }, { "before", a.since and a.since - 1 }, { "limit", a.limit },
          { "after", a:take "until" },
        }
      end,
      read = function(reply, a)
        local out = {}
        for _, row in ipairs(reply.data) do
          for _, o in ipairs(row.details or {}) do
            if o.insId == a.id then
              out[#out + 1] = records.dated(row.ts, { info = o, symbol = a.symbol, price = records.number(o.px) })
            end
          end
        end
        return records.cut(out, a)
      end,
    },
    fetch_underlying_assets = {
      run = function(a)
        local kind = okx.type_asked(a, "option")
        if kind == "SPOT" then kind = "OPTION" end
        return {
          get = "/public/underlying", send = ordered { { "instType", kind } },
          read = function(reply)
            local out = list {}
            for _, row in ipairs(reply.data) do
              for _, name in ipairs(row) do out[#out + 1] = name end
            end
            return out
          end,
        }
      end,
    },
  }
end

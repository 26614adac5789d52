-- What contracts have more at Poloniex (API 3): positions, leverage and margin. https://api-docs.poloniex.com/v3/futures/api/
-- Used as dialect "poloniex_contracts" (product): the methods. product(x, y) is that of two texts, or nothing.

return function(product)
  local function mode_asked(a)
    local mode = a:take "marginMode"
    if mode ~= "cross" and mode ~= "isolated" then fail("ArgumentsRequired", "params.marginMode is needed: 'cross' or 'isolated'") end
    return mode:upper()
  end

  local function margin_change(kind)
    return {
      post = "/v3/trade/position/margin", cost = 20,
      send = function(a)          -- BOTH: of an account without hedging
        return ordered {
          { "symbol", a.id }, { "amt", decimal.abs(a.amount) }, { "type", kind }, { "posSide", a:take "posSide" or "BOTH" },
        }
      end,
      read = function(reply, a)
        local row = reply.data
        return {
          symbol = a.symbol, type = row.type == "ADD" and "add" or "reduce", amount = tonumber(row.amt), marginMode = "isolated", status = "ok",
          info = row,
        }
      end,
    }
  end

  local function as_it_is(reply) return reply end

  return {
    fetch_positions = {
      get = "/v3/trade/position/opens", cost = 20,
      read = positions {
        at = "data", market = "symbol", timestamp = "cTime", side = "posSide|lower", marginMode = "mgnMode|lower", contracts = "qty",
        entryPrice = "openAvgPx", markPrice = "markPx", liquidationPrice = "liqPx", leverage = "lever", initialMargin = "im",
        maintenanceMargin = "mm", collateral = "mgn", unrealizedPnl = "upl", realizedPnl = "pnl", marginRatio = "mgnRatio",
        stopLossPrice = "slTrgPx", takeProfitPrice = "tpTrgPx", notional = function(o) return product(o.lever, o.im) end,
      },
    },
    fetch_leverage = {
      get = "/v3/position/leverages", cost = 20, needs = "symbol",
      send = function(a) return ordered { { "symbol", a.id }, { "mgnMode", mode_asked(a) } } end,
      read = function(reply, a)
        local out = { symbol = a.symbol, info = reply }
        for _, row in ipairs(reply.data) do
          out.marginMode = row.mgnMode and row.mgnMode:lower()
          if row.posSide ~= "SHORT" then out.longLeverage = tonumber(row.lever) end
          if row.posSide ~= "LONG" then out.shortLeverage = tonumber(row.lever) end
        end
        return out
      end,
    },
    set_leverage = {
      post = "/v3/position/leverage", cost = 20, needs = "symbol", read = as_it_is,
      send = function(a)
        local mode = mode_asked(a)
        if a:take "hedged" and not a.params.posSide then fail("ArgumentsRequired", "hedged needs params.posSide: 'LONG' or 'SHORT'") end
        return ordered { { "lever", a.leverage }, { "mgnMode", mode }, { "symbol", a.id } }
      end,
    },
    fetch_position_mode = {
      get = "/v3/position/mode", cost = 20,
      read = function(reply) return { info = reply.data, hedged = reply.data.posMode == "HEDGE" } end,
    },
    set_position_mode = {
      post = "/v3/position/mode", cost = 20, read = as_it_is, send = function(a) return { posMode = a.hedged and "HEDGE" or "ONE_WAY" } end,
    },
    add_margin = margin_change "ADD",
    reduce_margin = margin_change "REDUCE",
  }
end

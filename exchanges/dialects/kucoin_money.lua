-- KuCoin: borrowing on cross and isolated margin. The methods, on top of the parts in dialects/kucoin.lua.
local records = dialect "records"

return function(k)
  local day = 86400000

  local function loan(path, isolated, borrows)
    return {
      post = path, needs = isolated and "symbol code amount" or "code amount", cost = 15,
      send = function(a)
        return ordered {
          { "currency", a.currency_id }, { "size", a.amount }, { "symbol", isolated and a.id or nil },
          { "timeInForce", borrows and (a:take "timeInForce" or "FOK") or nil }, { "isIsolated", isolated },
        }
      end,
      read = records.one { at = "data", text = { id = "orderNo" }, number = { amount = "actualSize" }, value = { currency = "={code}" } },
    }
  end

  local rate = { at = "data.items", time = "createdAt", code = { currency = "currency" }, number = { rate = "dayRatio" }, value = { period = day } }
  local rates = records.list(rate)
  local function rates_of(needs, read)
    return {
      get = "/api/v3/margin/interest", cost = 20, needs = needs, read = read,
      send = function(a)
        local mode = a:take "marginMode"
        return ordered {
          { "isIsolated", mode == "isolated" }, { "currency", a.currency_id }, { "startTime", a.since }, { "endTime", a:take "until" },
          { "pageSize", a.limit },
        }
      end,
    }
  end

  local owed = { code = { currency = "currency" }, number = { interest = "liabilityInterest", amountBorrowed = "liabilityPrincipal" } }
  local owed_cross = records.list(with(owed, { at = "data.accounts", value = { marginMode = "cross" } }))
  local owed_isolated = records.list {      -- base and quote of a pair, of which the base is told
    at = "data.assets", market = "symbol", of = "spot", code = { currency = "baseAsset.currency" },
    number = { interest = "baseAsset.liabilityInterest", amountBorrowed = "baseAsset.liabilityPrincipal" }, value = { marginMode = "isolated" },
  }

  return {
    borrow_cross_margin = loan("/api/v3/margin/borrow", nil, true),
    repay_cross_margin = loan "/api/v3/margin/repay",
    borrow_isolated_margin = loan("/api/v3/margin/borrow", true, true),
    repay_isolated_margin = loan("/api/v3/margin/repay", true),
    fetch_borrow_interest = {
      run = function(a)
        local apart = a:take "marginMode" == "isolated"
        return {
          get = apart and "/api/v3/isolated/accounts" or "/api/v3/margin/accounts", cost = 15, read = apart and owed_isolated or owed_cross,
          send = (apart and "balanceCurrency" or "quoteCurrency") .. "={currency_id}",
        }
      end,
    },
    fetch_borrow_rate_history = rates_of("code", rates),
    fetch_borrow_rate_histories = rates_of(nil, function(reply, a)
      local out = {}
      for _, row in ipairs(rates(reply, a)) do
        out[row.currency] = out[row.currency] or list {}
        table.insert(out[row.currency], row)
      end
      return out
    end),
    fetch_cross_borrow_rate = {
      get = "/api/ua/v1/account/interest-limits", cost = 5, needs = "code", send = "currency={currency_id}",
      read = records.one { at = "data", number = { rate = "currentRateDaily" }, value = { period = day, currency = "={code}" } },
    },
  }
end

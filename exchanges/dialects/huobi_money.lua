-- HTX: borrowing on cross and isolated margin, and the addresses that withdrawals may go to.
-- Used as dialect "huobi_money" (htx): the methods, on top of the parts in dialects/huobi.lua.
local records = dialect "records"

return function(huobi)
  local function borrow(path, isolated)
    return {
      post = path, cost = 0.2, needs = isolated and "symbol code amount" or "code amount",
      send = function(a)
        return ordered { { "currency", a.currency_id }, { "amount", a.amount }, { "symbol", isolated and a.id or nil } }
      end,
      read = records.one { text = { id = "data" }, value = {
        currency = "={code}", amount = function(_, a) return records.number(a.amount) end,
        symbol = function(_, a) return isolated and a.symbol or nil end,
      } },
    }
  end

  local function repay(type_, isolated)
    return {
      needs = isolated and "symbol code amount" or "code amount", right = "trade",
      run = function(a)
        a.account = huobi.account_id(a, type_, isolated and a.id or nil)
        return {
          post = "/v2/account/repayment", cost = 4, send = "currency={currency_id} amount={amount} accountId={account}",
          read = function(reply)
            local row = type(reply.data) == "userdata" and reply.data[1] or reply
            return records.dated(row.repayTime, {
              info = row, id = row.repayId, currency = a.code, amount = records.number(a.amount), symbol = isolated and a.symbol or nil,
            })
          end,
        }
      end,
    }
  end

  local owed = {
    at = "data", market = "symbol", of = "spot", time = "accrued-at", code = { currency = "currency" },
    number = { interest = "interest-amount", interestRate = "interest-rate", amountBorrowed = "loan-amount" },
  }
  local function owed_on(mode)
    local symbol = mode == "isolated" and function(_, _, r) return r.symbol end or function() return nil end
    return records.list(with(owed, { value = { marginMode = mode, symbol = symbol } }))
  end
  local owed_cross, owed_isolated = owed_on "cross", owed_on "isolated"

  return {
    borrow_cross_margin = borrow "/v1/cross-margin/orders",
    borrow_isolated_margin = borrow("/v1/margin/orders", true),
    repay_cross_margin = repay "cross",
    repay_isolated_margin = repay("isolated", true),
    fetch_borrow_interest = {
      run = function(a)
        local apart = a:take "marginMode" == "isolated"
        local day = a.since and iso8601(a.since):sub(1, 10)
        return {
          get = apart and "/v1/margin/loan-orders" or "/v1/cross-margin/loan-orders", cost = 0.2, read = apart and owed_isolated or owed_cross,
          send = ordered {
            { "symbol", apart and a.id or nil }, { "currency", not apart and a.currency_id or nil }, { "size", a.limit }, { "start-date", day },
          },
        }
      end,
    },
    fetch_isolated_borrow_rates = {
      get = "/v1/margin/loan-info", cost = 1,
      read = records.keyed {
        at = "data", market = "symbol", of = "spot", code = { base = "currencies.1.currency", quote = "currencies.2.currency" },
        number = { baseRate = "currencies.1.actual-rate", quoteRate = "currencies.2.actual-rate" }, value = { period = 86400000 },
      },
    },
    fetch_withdraw_addresses = {      -- params.note, params.network: only those
      needs = "code",
      run = function(a)
        local note, network = a:take "note", a:take "network"
        return {
          get = "/v2/account/withdraw/address", cost = 1, send = "currency={currency_id}",
          read = function(reply)
            local out = list {}
            for _, row in ipairs(reply.data or {}) do
              if (not note or row.note == note) and (not network or row.chain == network) then
                out[#out + 1] = { info = row, currency = a.code, network = row.chain, address = row.address, tag = row.addressTag, note = row.note }
              end
            end
            return out
          end,
        }
      end,
    },
  }
end

-- CoinEx: borrowing on margin, which is always of one market.
local records = dialect "records"

local loan = {
  at = "data", time = "expired_at", text = { id = "borrow_id" },
  value = {
    symbol = "={symbol}", amount = function(_, a) return records.number(a.amount) end,
    currency = function(o, a) return o.ccy and a:code_of(o.ccy) or a.code end,
  },
}

return {
  borrow_isolated_margin = {      -- params.isAutoRenew
    post = "/assets/margin/borrow", cost = 40, needs = "symbol code amount", read = records.one(loan),
    send = function(a)
      local renew = a:take "isAutoRenew"
      return ordered { { "market", a.id }, { "ccy", a.currency_id }, { "borrow_amount", a.amount }, { "is_auto_renew", renew or false } }
    end,
  },
  repay_isolated_margin = {
    post = "/assets/margin/repay", cost = 40, needs = "symbol code amount", read = records.one(loan),
    send = "market={id} ccy={currency_id} amount={amount}",
  },
  fetch_borrow_interest = {
    get = "/assets/margin/borrow-history", cost = 40, send = "market={id} limit={limit}",
    read = records.list {
      at = "data", market = "market", of = "spot", time = "expired_at", code = { currency = "ccy" }, value = { marginMode = "isolated" },
      number = { interest = "to_repaied_amount", interestRate = "daily_interest_rate", amountBorrowed = "borrow_amount" },
    },
  },
  fetch_isolated_borrow_rate = {      -- of one of its currencies, which params.code names
    needs = "symbol",
    run = function(a)
      local code = a:take "code" or fail("ArgumentsRequired", "of which currency? params.code tells")
      a.asked_id = a:currency_of(code).id
      return {
        get = "/assets/margin/interest-limit", cost = 40, send = "market={id} ccy={asked_id}",
        read = function(reply)
          local row, rate = reply.data, records.number(reply.data.daily_interest_rate)
          return {
            info = row, symbol = a.symbol, base = a.base, quote = a.quote, baseRate = code == a.base and rate or nil,
            quoteRate = code == a.quote and rate or nil, period = 86400000,
          }
        end,
      }
    end,
  },
}

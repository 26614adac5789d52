-- Gate: borrowing on margin. Cross and isolated margin have loans of their own, a unified account one for all. The methods, on top of the parts in
-- dialects/gate.lua.
local gate = dialect "gate"
local records = dialect "records"

-- Time of a loan: seconds, or ms where the loan is an older one.
local function loan_time(row, _, record) return gate.dated(row.create_time, record).timestamp end
local loan = {
  text = { id = "id" }, number = { amount = "amount" }, market = "currency_pair", of = "spot",
  value = { timestamp = loan_time, currency = function(row, a) return row.currency and a:code_of(row.currency) or a.code end },
}
local one_loan = records.one(with(loan, { market = false }))
local function read_loan(reply, a)
  return (reply[1] and records.one(with(loan, { at = "1", market = false })) or one_loan)(reply, a)
end

local function unified(a)
  local asked = a:take "unifiedAccount"
  return asked or asked == nil and a.options.unifiedAccount
end

local function cross(path, kind)
  return {
    needs = "code amount",
    run = function(a)
      local all = unified(a)
      return {
        post = all and "/unified/loans" or path, cost = 40 / 3, read = read_loan,
        send = ordered { { "currency", a.currency_id }, { "amount", a.amount }, { "type", all and kind or nil } },
      }
    end,
  }
end

local function isolated(kind)
  return {
    post = "/margin/uni/loans", cost = 40 / 3, needs = "symbol code amount", read = records.one(loan),
    send = "currency={currency_id} amount={amount} currency_pair={id} type=" .. kind,
  }
end

return {
  borrow_cross_margin = cross("/margin/cross/loans", "borrow"),
  repay_cross_margin = cross("/margin/cross/repayments", "repay"),
  borrow_isolated_margin = isolated "borrow",
  repay_isolated_margin = isolated "repay",
  fetch_borrow_interest = {      -- params.marginMode: cross (the default) or isolated
    run = function(a)
      local mode, all, last = a:take "marginMode", unified(a), a:take "until"
      local apart = mode == "isolated"
      return {
        get = all and "/unified/interest_records" or apart and "/margin/uni/interest_records" or "/margin/cross/interest_records", cost = 40 / 3,
        send = ordered {
          { "currency", a.currency_id }, { "currency_pair", apart and a.id or nil }, { "from", gate.seconds(a.since) }, { "to", gate.seconds(last) },
          { "limit", a.limit },
        },
        read = records.list {
          market = "currency_pair", of = "spot", code = { currency = "currency" }, number = { interest = "interest", interestRate = "actual_rate" },
          value = {
            timestamp = loan_time, marginMode = function(row) return row.currency_pair and "isolated" or "cross" end,
            symbol = function(row, _, record) return row.currency_pair and record.symbol or nil end,
          },
        },
      }
    end,
  },
  fetch_network_deposit_address = {      -- by chain, as Gate names it
    get = "/wallet/deposit_address", needs = "code", send = "currency={currency_id}",
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply.multichain_addresses) do
        if row.chain and gate.sign_of(row.obtain_failed) == 0 then
          out[row.chain] = { currency = a.code, address = row.address, tag = row.payment_id, info = row }
        end
      end
      return out
    end,
  },
}

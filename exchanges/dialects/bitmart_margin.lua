-- BitMart: borrowing on isolated margin, liquidations, and the addresses that withdrawals may go to. The methods.
local records = dialect "records"

local function loan(path, id)
  return {
    post = path, cost = 1, needs = "symbol code amount", send = "symbol={id} currency={currency_id} amount={amount}",
    read = records.one { at = "data", text = { id = id }, value = {
      currency = "={code}", amount = function(_, a) return records.number(a.amount) end,
      symbol = "={symbol}",
    } },
  }
end
local rates = {
  at = "data.symbols", market = "symbol", of = "spot", code = { base = "base.currency", quote = "quote.currency" },
  number = { baseRate = "base.hourly_interest", quoteRate = "quote.hourly_interest" }, value = { period = 3600000 },
}

local function base_value(o, a)
  local market = a.market
  return market and decimal.is(o.deal_size) and decimal.mul(o.deal_size, market.contractSize or 1) or nil
end
local liquidated = records.list {
  at = "data", market = "symbol", of = "contract", time = "update_time", number = { contracts = "deal_size", price = "deal_avg_price" },
  value = {
    contractSize = function(_, a) return a.market and a.market.contractSize end,
    baseValue = function(o, a) return records.number(base_value(o, a)) end,
    quoteValue = function(o, a)
      local base = base_value(o, a)
      return base and decimal.is(o.deal_avg_price) and records.number(decimal.mul(base, o.deal_avg_price)) or nil
    end,
  },
}

return {
  borrow_isolated_margin = loan("/spot/v1/margin/isolated/borrow", "borrow_id"),
  repay_isolated_margin = loan("/spot/v1/margin/isolated/repay", "repay_id"),
  fetch_borrow_interest = {
    get = "/spot/v1/margin/isolated/borrow_record", cost = 1, needs = "symbol", send = "symbol={id} N={limit} start_time={since} end_time={until}",
    read = records.list {
      at = "data.records", market = "symbol", of = "spot", time = "create_time", code = { currency = "currency" },
      number = { interest = "interest_amount", interestRate = "hourly_interest", amountBorrowed = "borrow_amount" }, value = { marginMode = "isolated" },
    },
  },
  fetch_isolated_borrow_rate = {
    get = "/spot/v1/margin/isolated/pairs", cost = 1, needs = "symbol", send = "symbol={id}", read = records.one(with(rates, { at = "data.symbols.1" })),
  },
  fetch_isolated_borrow_rates = { get = "/spot/v1/margin/isolated/pairs", cost = 1, read = records.keyed(rates) },
  fetch_my_liquidations = {
    needs = "symbol",
    run = function(a)
      if not a.market.swap then fail("NotSupported", "only contracts are liquidated") end
      return {
        host = "v2", get = "/contract/private/order-history", cost = 10, send = "symbol={id} start_time={since} end_time={until}",
        read = function(reply)
          local out = list {}
          for _, row in ipairs(liquidated(reply, a)) do
            if row.info.type == "liquidate" then out[#out + 1] = row end
          end
          return out
        end,
      }
    end,
  },
  fetch_position_mode = {
    host = "v2", get = "/contract/private/get-position-mode", cost = 1,
    read = records.one { at = "data", value = { hedged = function(o) return o.position_mode == "hedge_mode" end } },
  },
  fetch_withdraw_addresses = {      -- params.network: only those
    needs = "code",
    run = function(a)
      local network = a:take "network"
      return {
        get = "/account/v1/withdraw/address/list", cost = 5,
        read = function(reply)
          local out = list {}
          for _, row in ipairs(reply.data.list) do
            if a:code_of(row.currency) == a.code and (not network or row.network == network) then
              out[#out + 1] = { info = row, currency = a.code, network = row.network, address = row.address, tag = row.memo, note = row.remark }
            end
          end
          return out
        end,
      }
    end,
  },
}

-- FTX: what borrowing on margin cost, by the hour. The methods.
local records = dialect "records"

local hour = 3600000
local rate = { at = "result", time = "time|iso", code = { currency = "coin" }, number = { rate = "rate" }, value = { period = hour } }
local rates_now = records.keyed({ at = "result", code = { currency = "coin" }, number = { rate = "previous" }, value = { period = hour } }, "currency")
local past_rates = records.list(rate)

local function past(needs, coin, read)
  return {
    get = "/spot_margin/history", right = "read", needs = needs, read = read,
    send = function(a)
      local from, last = a.since and a.since // 1000, a:take "until"
      last = last and math.tointeger(tonumber(last)) // 1000 or from and a.limit and from + (a.limit - 1) * 3600
      return ordered { { "coin", coin(a) }, { "start_time", from }, { "end_time", last } }
    end,
  }
end

return {
  fetch_borrow_rates = { get = "/spot_margin/borrow_rates", read = rates_now },
  fetch_borrow_rate = {
    get = "/spot_margin/borrow_rates", needs = "code",
    read = function(reply, a) return rates_now(reply, a)[a.code] or fail("BadSymbol", "no rate of " .. a.code) end,
  },
  fetch_borrow_rate_history = past("code", function(a) return a.currency_id end, past_rates),
  fetch_borrow_rate_histories = past(nil, function(a) return a.codes and #a.codes == 1 and a:currency_of(a.codes[1]).id or nil end,
    function(reply, a)
      local out = {}
      for _, row in ipairs(past_rates(reply, a)) do
        out[row.currency] = out[row.currency] or list {}
        table.insert(out[row.currency], row)
      end
      return out
    end),
  fetch_borrow_interest = {
    get = "/spot_margin/borrow_history", send = "start_time={since|s} end_time={until|s}",
    read = records.list {
      at = "result", time = "time|iso", code = { currency = "coin" }, value = { marginMode = "cross" },
      number = { interest = "cost", interestRate = "rate", amountBorrowed = "size" },
    },
  },
}

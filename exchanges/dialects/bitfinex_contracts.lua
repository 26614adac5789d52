-- Bitfinex: open interest of many derivatives, and the collateral of a position.
local records = dialect "records"

return {
  fetch_open_interests = {
    get = "/v2/status/deriv", host = "public", cost = 2.7, send = function(a) return { keys = a.ids and table.concat(a.ids, ",") or "ALL" } end,
    read = records.keyed { market = "1", of = "contract", time = "2", number = { openInterestAmount = "19" } },
  },
  set_margin = {
    post = "/v2/auth/w/deriv/collateral/set", cost = 2.7, needs = "symbol amount",
    send = function(a) return ordered { { "symbol", a.id }, { "collateral", raw_number(a.amount) } } end,
    read = function(reply, a)
      local done = reply[1] and reply[1][1] == "1"
      return { info = reply, symbol = a.symbol, marginMode = "isolated", status = done and "ok" or "failed" }
    end,
  },
}

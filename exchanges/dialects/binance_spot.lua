-- Spot alone, as the smaller exchanges have it that run on Binance's API.
local b = dialect "binance"
local d = {}

-- A call about one order, which the exchange's id or the client's names.
local function about_order(verb, cost)
  return {
    needs = "symbol",
    run = function(a)
      return { [verb] = "/api/v3/order", send = b.order_ref(a, "spot"), encode = "query", cost = cost, read = b.an_order[1] }
    end,
  }
end

-- All orders, or those of certain unified statuses: the exchange's list does not tell them apart.
function d.listed(read, send, cost)
  return { get = "/api/v3/allOrders", needs = "symbol", send = send, cost = cost, read = read[1] }
end

function d.fetch_order(cost) return about_order("get", cost) end
d.cancel_order = about_order "delete"
d.cancel_all_orders = { delete = "/api/v3/openOrders", needs = "symbol", send = "symbol={id}", encode = "query", read = b.all_orders[1] }

function d.public_trades(path)
  return { run = function(a) return { get = path, send = b.trades_send(a, "spot"), read = b.public_trades } end }
end

d.state = status { status = { "status", ["0"] = "ok", ["1"] = "maintenance", default = "." } }

return d

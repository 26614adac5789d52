-- API 2 of CoinEx: what its adapter needs of it, in parts. Docs: https://docs.coinex.com/api/v2
-- Replies are {code, data, message}, code 0 for success; in a batch each row is such a reply again. Spot and perpetuals are the same calls
-- under two paths, with the same ids: `market_type` (SPOT, MARGIN, FUTURES) tells which is meant. An order that waits for a price is a "stop
-- order", with an id and paths of its own. What is sent stands in alphabetical order.
-- Orders: dialects/coinex_orders.lua; what perpetuals have more: dialects/coinex_contracts.lua.
local d = {}

-- ---- names ----

local network_names = { BSC = "BEP20", AVA_C = "AVAXC", AVA = "AVAXX", CHILIZ = "CHZ", OPTIMISM = "OP", APTOS = "APT", ETHPOW = "ETHW", CELESTIA = "TIA" }
local network_ids = { ETH = "ERC20", TRX = "TRC20", CRC20 = "CRONOS" }
for id, name in pairs(network_names) do network_ids[name] = id end

-- A coin's own chain has the coin's name; tokens on it have its standard's.
local own_names = { ERC20 = "ETH", TRC20 = "TRX" }
function d.network_name(id, code)
  if own_names[id] == code then return code end
  if id == "BTC" and code ~= "BTC" then return "BRC20" end
  if id == "CRONOS" and code ~= "CRO" then return "CRC20" end
  return network_names[id] or id
end
function d.network_of(o, a)
  return o.chain and d.network_name(o.chain, o.ccy and a:code_of(o.ccy) or a.code)
end

-- The exchange's name of params.network.
function d.network_id(a)
  local name, raw = a:take "network", a:take "chain"
  if not name then return raw end
  local known = a.currency and a.currency.networks and a.currency.networks[name]
  return known and known.id or network_ids[name] or name
end

-- ---- where a call goes ----

function d.on_margin(a)
  local mode, margin = a:take "marginMode", a:take "margin"
  return (mode or margin or a.options.defaultMarginMode or a.options.defaultType == "margin") and true or false
end

-- The path's beginning and `market_type`, by params type or the market.
function d.place(a)
  local kind, margin = a:take "type", d.on_margin(a)
  kind = kind or a.market and a.market.type or a.options.defaultType
  if kind == "swap" then return "/futures", "FUTURES" end
  return "/spot", (margin or kind == "margin") and "MARGIN" or "SPOT"
end

-- Whether the call is about orders that wait for a price.
function d.waiting(a)
  local stop, trigger = a:take "stop", a:take "trigger"
  return (stop or trigger) and true or false
end

-- What a range of time is told by.
d.ranged = "start_time={since} limit={limit} end_time={until}"

-- Ids of orders are numbers.
function d.id_number(id) return tostring(id):match "^%d+$" and raw_number(tostring(id)) or id end

-- ---- reading ----

function d.number(x) return x and tonumber(x) or nil end
function d.nonzero(x) return x and not (decimal.is(x) and decimal.cmp(x, 0) == 0) and x or nil end

d.dated = dated
d.oldest_first = oldest_first

d.trade_list = trades {
  at = "data", id = "deal_id", order = "order_id", timestamp = "created_at", side = "side", price = "price", amount = "amount",
  takerOrMaker = "role", fee = { cost = "fee", currency = "fee_ccy|code" },
}

-- A spot order may have paid in three currencies; one that has paid nothing yet says so in the quote.
local function order_fees(o, a, market)
  local fees = {}
  local function add(cost, currency) if cost then fees[#fees + 1] = { cost = cost, currency = currency } end end
  add(d.nonzero(o.base_fee), market and market.base)
  add(d.nonzero(o.discount_fee), "CET")
  local cost, currency = o.quote_fee or o.fee, o.fee_ccy and a:code_of(o.fee_ccy) or market and market.quote
  add(#fees == 0 and cost or d.nonzero(cost), currency)
  return fees
end

d.order_fields = {
  market = "market", market_type = function(o) return o.market_type == "FUTURES" and "swap" or "spot" end,
  id = "position_id,order_id,stop_id", clientOrderId = "client_id", timestamp = "created_at", type = "type",
  lastTradeTimestamp = function(o)
    if o.updated_at == "0" then return o.created_at end
    return o.updated_at
  end,
  status = { "status", not_deal = "open", part_deal = "open", default = "." },
  side = { "side", long = "buy", short = "sell", default = "." }, price = "price", average = "avg_entry_price", triggerPrice = "trigger_price",
  stopLossPrice = "stop_loss_price|nonzero", takeProfitPrice = "take_profit_price|nonzero", cost = "filled_value", amount = "amount",
  filled = "filled_amount", remaining = "unfilled_amount", fees = order_fees,
}
d.one_order, d.any_order = order(with(d.order_fields, { at = "data" })), order(d.order_fields)

-- Each row of a batch is a reply, or (spot, new orders) the order itself.
function d.batch(reply, a)
  local out = {}
  for i, row in ipairs(reply.data) do
    local inner = type(row.data) == "userdata" and row.data or row
    local o = d.any_order(inner, a)
    if row.code ~= nil then o.status = row.code == "0" and (o.status or a.batch_status) or "rejected" end
    out[i] = o
  end
  return out
end
function d.first_of_batch(reply, a) return d.batch(reply, a)[1] or fail("NullResponse", "no order in the reply") end

return d

-- The spot API of Huobi (HTX today) as it and its sisters speak it: what an adapter needs of it, in parts.
-- Docs: https://huobiapi.github.io/docs/spot/v1/en/
-- A signed request has key, time and signature in its query, whatever the method; the body is JSON and not signed. Failures are
-- {status: "error", err-code, err-msg}, with underscores where contracts are traded, or {code, message} with a code other than 200; of
-- orders cancelled together each may fail alone, in data.errors. An order's type says its side too: "buy-limit-maker".
local d = {}

-- ---- failures ----

d.errors = by_class {
  AccountNotEnabled = "1010 1220",
  AuthenticationError = "403 1003 api-signature-check-failed api-signature-not-valid",
  BadRequest = "1303 4007 bad-request validation-format-error validation-constraints-required base-date-limit-error invalid-address "
    .. "base-currency-chain-error base-withdraw-fee-error dw-withdraw-min-limit",
  BadSymbol = { "1013", "1066", "base-symbol-trade-disabled", "base-symbol-error", "invalid symbol", "symbol trade not open now", "require-symbol" },
  ExchangeNotAvailable = "gateway-internal-error order-update-error",
  InsufficientFunds = "1047 1048 account-frozen-balance-insufficient-error dw-insufficient-balance",
  InvalidOrder = "1034 1036 1039 1041 1051 1067 1094 1461 invalid-amount order-limitorder-amount-min-error order-limitorder-amount-max-error "
    .. "order-marketorder-amount-min-error order-limitorder-price-min-error order-limitorder-price-max-error "
    .. "order-limitorder-price-buy-min-error order-limitorder-price-buy-max-error order-limitorder-price-sell-min-error "
    .. "order-limitorder-price-sell-max-error order-stop-order-hit-trigger order-value-min-error order-invalid-price "
    .. "order-holding-limit-failed order-orderprice-precision-error order-etp-nav-price-max-error",
  OnMaintenance = "system-maintenance",
  OrderNotFound = "1017 1061 order-orderstate-error order-queryorder-invalid base-record-invalid",
  PermissionDenied = "api-not-support-temp-addr",
  RateLimitExceeded = { "base-request-exceed-frequency-limit", "rate-too-many-requests", "request limit" },
  RequestTimeout = "timeout",
}

-- What counts more than the code that stands beside it.
local telling = {
  { "contract is restricted of closing positions on API.  Please contact customer service", "OnMaintenance" }, { "maintain", "OnMaintenance" },
  { "API key has no permission", "PermissionDenied" },
}

function d.failed(reply)
  local code, message
  if reply.status == "error" then
    code, message = reply["err-code"] or reply.err_code or "error", reply["err-msg"] or reply.err_msg
  elseif reply.code and reply.code ~= "200" then
    code, message = reply.code, reply.message or reply.msg
  else
    local data = reply.data
    local one = type(data) == "userdata" and type(data.errors) == "userdata" and data.errors[1]
    local done = one and (data.successes or data.success and data.success[1])
    if type(one) ~= "userdata" or done and done ~= "" then return nil end
    code, message = one.err_code or "error", one.err_msg
  end
  for _, row in ipairs(telling) do
    if tostring(code):find(row[1], 1, true) or tostring(message):find(row[1], 1, true) then return code, message, row[2] end
  end
  return code, message
end

-- ---- signing ----

-- `path` is what is signed of the path, when it is not all of it. A body that is a list stands in `rows`.
function d.sign(req, key, path)
  local query = { AccessKeyId = key.apiKey, SignatureMethod = "HmacSHA256", SignatureVersion = "2", Timestamp = clock "iso_noz" }
  for k, v in pairs(req.query) do query[k] = v end
  req.query = sorted(query)
  local text = req.method .. "\n" .. req.host .. "\n" .. (path or req.path) .. "\n" .. encode_query(req.query)
  req.query.Signature = base64(hmac("sha256", key.secret, text))
  if req.json then req.body = encode_json(req.json.rows or req.json)
  else req.headers["Content-Type"] = "application/x-www-form-urlencoded" end
end

-- ---- reading ----

d.ticker_fields = {
  timestamp = "ts,quoteTime", bid = "bid.1,bid", bidVolume = "bid.2,bidSize", ask = "ask.1,ask",
  askVolume = "ask.2,askSize", open = "open", last = "close", high = "high", low = "low", baseVolume = "amount", quoteVolume = "vol",
}
d.order_book = book { at = "tick", bids = "bids", asks = "asks", timestamp = "ts,/ts", nonce = "version" }
d.candle_list = candles { at = "data", columns = "id|s open high low close amount" }

-- An order's side and the rest of its type: "buy", "limit-maker".
local sides = { "buy", "sell" }
local function parts(o)
  for _, side in ipairs(o.type and sides or {}) do
    if o.type == side then return side end
    if o.type:sub(1, #side + 1) == side .. "-" then return side, o.type:sub(#side + 2) end
  end
  return nil, o.type
end
local function side(o) return (parts(o)) or o.direction or o.side end
local function kind(o) return (select(2, parts(o))) end
local function known_symbol(_, _, market) return market and market.symbol end

-- What is bought is paid for in itself, what is sold in what it brings.
local function fee_currency(o, a, market)
  local id = o["fee-currency"] or o.fee_asset or o.fee_currency
  if id then return a:code_of(id) end
  return market and (side(o) == "sell" and market.quote or market.base)
end

-- Points that stood in for a fee: when there is no other.
local function zero(x) return not x or decimal.cmp(x, 0) == 0 end
local function by_points(o) return zero(o["filled-fees"]) and ((o["fee-deduct-currency"] or "") ~= "" or not zero(o["filled-points"])) end

d.trade_fields = {
  market = "contract_code,symbol", symbol = known_symbol, id = "trade-id,trade_id,id", order = "order-id,order_id",
  timestamp = "ts,created-at,created_at,create_date,created_time", price = "price,trade_price", amount = "trade_volume,filled-amount,amount",
  cost = "trade_turnover", takerOrMaker = "role|lower",
  side = side,
  type = function(o)
    local rest = kind(o)
    return rest and rest:match "^[^-]+"
  end,
  fee = {
    cost = function(o)
      if by_points(o) then return o["filled-points"] end
      return o["filled-fees"] or o.trade_fee and decimal.neg(o.trade_fee)
    end,
    currency = function(o, a, market)
      if by_points(o) then return o["fee-deduct-currency"] and a:code_of(o["fee-deduct-currency"]) end
      return fee_currency(o, a, market)
    end,
  },
}

-- Public trades come in bundles, one for each order that took them.
function d.public_trades(fields)
  local bundle = trades(with(fields or d.trade_fields, { at = "data" }))
  return function(reply, a)
    local out = {}
    for _, group in ipairs(reply.data) do
      for _, trade in ipairs(bundle(group, a)) do out[#out + 1] = trade end
    end
    return out
  end
end

local forced = { ioc = "IOC", fok = "FOK" }
d.order_fields = {
  market = "contract_code,symbol", symbol = known_symbol, id = "algo_id,id,order_id_str,order-id,order_id",
  clientOrderId = "client_order_id,client-order-id,algo_client_order_id",
  timestamp = "created_at,created-at,create_date,created_time",
  side = side,
  type = function(o)
    local rest = kind(o)
    return rest and (rest:find "market" and "market" or (rest:find "limit" or rest == "ioc" or rest == "post_only") and "limit" or rest)
  end,
  timeInForce = function(o)
    local told = o.time_in_force or o.order_price_type or kind(o)
    return told and (forced[told:match "%a+$"] or told == "gtc" and "GTC" or nil)
  end,
  postOnly = function(o) return (kind(o) == "limit-maker" or kind(o) == "post_only" or o.order_price_type == "post_only") or nil end,
  price = "price,order_price", triggerPrice = "stop-price,trigger_price", stopLossPrice = "sl_trigger_price", takeProfitPrice = "tp_trigger_price",
  average = "trade_avg_price", filled = "filled-amount,field-amount,trade_volume", cost = "filled-cash-amount,field-cash-amount",
  amount = function(o) return o.type ~= "buy-market" and (o.volume or o.amount) or nil end,      -- that is told in the quote
  status = {
    function(o) return (o["err-code"] or o.err_code) and "refused" or o.state or o.status end, refused = "rejected",
    ["pre-submitted"] = "open", submitted = "open", created = "open", active = "open", new = "open", ["partial-filled"] = "open",
    partially_filled = "open", filled = "closed", ["partial-canceled"] = "canceled", partially_canceled = "canceled", canceled = "canceled",
    ["1"] = "open", ["2"] = "open", ["3"] = "open", ["4"] = "open", ["5"] = "canceled", ["6"] = "closed", ["7"] = "canceled",
    ["11"] = "canceling", default = ".",
  },
  fee = { cost = "filled-fees|nonzero,field-fees|nonzero,fee|nonzero", currency = fee_currency },
}
d.one_order = order(with(d.order_fields, { at = "data" }))
d.order_list = orders(with(d.order_fields, { at = "data" }))
d.placed_fields = { id = "data", type = "={type}", side = "={side}", price = "={asked_price}", amount = "={asked_amount}" }
d.cancelled_fields = { id = "={order_id}", status = "=canceled" }

-- A currency has a row for each of these; the same rows again for each account of isolated margin.
local spot_rows, margin_rows = { trade = "free", frozen = "used" }, { trade = "free", frozen = "used", loan = "debt", interest = "debt" }
local function add_balances(out, rows, a, parts_of)
  for _, o in ipairs(rows) do
    local part = parts_of[o.type]
    if part then
      local code = a:code_of(o.currency)
      local b = out[code] or {}
      out[code] = b
      b[part] = decimal.add(b[part] or 0, part == "debt" and decimal.abs(o.balance) or o.balance)
    end
  end
  return out
end
function d.spot_balance(reply, a) return add_balances({ info = reply }, reply.data.list, a, spot_rows) end
function d.cross_balance(reply, a) return add_balances({ info = reply }, reply.data.list, a, margin_rows) end
function d.isolated_balance(reply, a)
  local out = { info = reply }
  for _, account in ipairs(reply.data) do add_balances(out, account.list, a, margin_rows) end
  return out
end

d.transaction_fields = {
  at = "data", id = "id", txid = "tx-hash", timestamp = "created-at", updated = "updated-at", currency = "currency|code",
  address = "address", tag = "address-tag", amount = "amount", type = { "type", withdraw = "withdrawal", default = "." },
  status = words("state", {
    failed = "unknown orphan reject wallet-reject confirm-error repealed",
    pending = "confirming submitted reexamine pass wallet-transfer pre-transfer verifying", ok = "confirmed safe",
  }),
  fee = { cost = "fee|abs", currency = function(o, a) return o.fee and o.currency and a:code_of(o.currency) end },
}

-- ---- calls ----

-- The number of an account: params "account-id", or that of the account of this type (of isolated margin: of this market).
function d.account_id(a, type_, market_id)
  local given, raw = a:take "accountId", a:take "account-id"
  if given or raw then return given or raw end
  a.accounts = a.accounts or ask { get = "/v1/account/accounts", cost = 0.2, right = "read" }.data or {}
  for _, o in ipairs(type(a.accounts) == "userdata" and a.accounts or {}) do
    if o.type == type_ and (not market_id or o.subtype == market_id) then return o.id end
  end
end

d.limits_of_orders = {
  run = function(a)
    local out = {}
    for _, symbol in ipairs(a.symbols or a.all_symbols) do
      local limits = ask { get = "/v1/common/exchange?symbol=" .. urlencode(a:market_of(symbol).id), params = true }.data
      out[symbol] = {
        info = limits,
        limits = { amount = { min = tonumber(limits["limit-order-must-greater-than"]), max = tonumber(limits["limit-order-must-less-than"]) } },
      }
    end
    return out
  end,
}

return d

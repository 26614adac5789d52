-- ZB's API for spot, as zb.com and bitkk.com speak it; exx.com's is an older sister. Docs (closed): https://www.zb.com/i/developer
-- Everything is a GET, orders too. A private call names its method and the key among its parameters; they are sorted, and `sign` is their
-- HMAC-MD5 with the SHA-1 of the secret. Failures are {code, message}, where 1000 (contracts: 10000) is success, or {result: false, message}.
local d = {}

-- ---- failures ----

d.errors = by_class {
  AuthenticationError = "1003 1004 1005 1006 3004 3006 3007 10010 10011 10013 10014 10015 10016 10024 11015 11016 13001 14001 14002",
  PermissionDenied = "1012 3010 10002 10005 10017 11030 13002 14313", AccountSuspended = "10012 10018",
  InsufficientFunds = "2001 2002 2003 2005 2006 2007 2008 2009 11004 11006 11012 11018 11021",
  OrderNotFound = "3001 3008 11007 12012 12023", DuplicateOrderId = "12026",
  InvalidOrder = "3002 3003 3009 3011 3012 11005 12000 12001 12002 12003 12004 12005 12006 12007 12008 12009 12010 12011 12013 12014 12015 "
    .. "12016 12017 12018 12021 12022 12024 12025 12028 12029 12201 12202 12203 12204 12205 12206 13003 13004 14307 14308",
  BadRequest = "3005 10006 10020 10021 10022 10030 10031 10032 10033 10034 10035 10036 10038", ArgumentsRequired = "10037 11033 12019 14200",
  NotSupported = "14310 14311", RateLimitExceeded = "4002 10023 12207 13005 14101", DDoSProtection = "10029",
  ExchangeNotAvailable = "1009 1010 4001 10028 12027 服务端忙碌", OnMaintenance = "10100", RequestTimeout = "10019 10027",
  NetworkError = "10026 10049", BadResponse = "10003 10004 10039 10040 10041",
}
d.broad = { { "提币地址有误", "InvalidAddress" }, { "资金不足,无法划账", "InsufficientFunds" }, { "响应超时", "RequestTimeout" } }
function d.failed(reply)
  local code, message = reply.code, reply.message
  if type(message) ~= "string" then message = reply.desc end
  if code and code ~= "1000" and code ~= "10000" then return code, message end
  if reply.result == false then return message or "false", message end
end

-- ---- signing ----

local with_password = { withdraw = true, borrow = true, doCrossLoan = true }
function d.sign(req, key)
  local send = req.query
  send.method, send.accesskey = req.path:match "[^/]+$", key.apiKey
  if with_password[send.method] and send.safePwd == nil then send.safePwd = key.password end
  send = sorted(send)
  local parts = {}
  for name, value in pairs(send) do parts[#parts + 1] = name .. "=" .. (type(value) == "boolean" and tostring(value) or value) end
  send.sign = hex(hmac("md5", hex(sha1(key.secret)), join(parts, "&")))
  send.reqTime = key.time
  req.query = send
end

-- ---- market data ----

d.market_fields = {
  id = "@key", baseId = "@key|before:_", quoteId = "@key|after:_", active = true,
  precision = { amount = "amountScale", price = "priceScale" },
}
local function any(field)
  return function(o)
    for _, chain in ipairs(o) do
      if chain[field] then return true end
    end
    return false
  end
end
local can_deposit, can_withdraw = any "canDeposit", any "canWithdraw"
d.currency_list = currencies {
  at = "result", id = "@key", deposit = can_deposit, withdraw = can_withdraw,
  active = function(o) return can_deposit(o) and can_withdraw(o) end,
  networks = each { at = ".", key = "chainName", id = "chainName", network = "chainName", deposit = "canDeposit", withdraw = "canWithdraw", fee = "fee" },
  fees = function(o)
    local fees = {}
    for _, chain in ipairs(o) do fees[chain.chainName] = chain.fee end
    return fees
  end,
}

-- A list of all tickers tells no time.
d.ticker_fields = { timestamp = "={now}", high = "high", low = "low", bid = "buy", ask = "sell", last = "last", baseVolume = "vol" }
-- All tickers go by ids without their border: "btcqc".
d.all_tickers = {
  run = function(a)
    local symbols = {}
    for _, symbol in ipairs(a.all_symbols) do
      local market = a:market_of(symbol)
      if market.spot then symbols[market.id:gsub("_", "")] = symbol end
    end
    local function symbol_of(_, _, _, name) return symbols[name] end
    return { get = "/data/v1/allTicker", read = tickers(with(d.ticker_fields, { symbol = symbol_of })) }
  end,
}

d.order_book = book { timestamp = "timestamp|s" }
d.public_trades = trades {
  id = "tid", timestamp = "date|s", price = "price", amount = "amount", side = function(o) return o.trade_type == "bid" and "buy" or "sell" end,
}

-- ---- orders ----

d.order_fields = {
  id = "id", market = "currency", timestamp = "trade_date", type = "=limit", price = "price", amount = "total_amount", filled = "trade_amount",
  cost = "trade_money", status = words("status", { open = "0 3", canceled = "1", closed = "2" }),
  side = { "type", ["1"] = "buy", ["0"] = "sell" },
  fee = {
    cost = "fees",
    currency = function(o, _, market)
      if not o.fees then return nil end
      return o.useZbFee and "ZB" or market and (o.type == "1" and market.base or market.quote)
    end,
  },
}
d.placed = order { id = "id" }

-- A list of orders of one market; 3001 says that there are none.
function d.listed(path, send, fields)
  local read = orders(with(d.order_fields, fields or {}))
  return {
    needs = "symbol",
    run = function(a)
      local by_side = path ~= "getFinishedAndPartialOrders" and a.params.tradeType ~= nil
      return {
        get = "/api/" .. (by_side and "getOrdersNew" or path), host = "trade", send = "currency={id} pageIndex={1} " .. send,
        failed = function(reply)
          if reply.code ~= "3001" then return d.failed(reply) end
        end,
        read = function(reply, args) return reply.code == "3001" and {} or read(reply, args) end,
      }
    end,
  }
end

function d.private(path, send, read, more)
  return with({ get = "/api/" .. path, host = "trade", send = send, read = read }, more or {})
end

-- ---- money in and out ----

-- Address and tag are one text, "address_tag".
local function parts_of(name)
  return name .. "|before:_," .. name, name .. "|after:_"
end
local key_address, key_tag = parts_of "key"
local plain_address, plain_tag = parts_of "address"
local to_address, to_tag = parts_of "toAddress"

local address_fields = {
  at = "message.datas", currency = "blockChain|code", address = key_address .. "," .. plain_address .. ",account",
  tag = "memo," .. key_tag .. "," .. plain_tag,
}
d.deposit_address = d.private("getUserAddress", "currency={currency_id}", address(address_fields))
d.deposit_addresses = d.private("getPayinAddress", "", addresses(address_fields))

local function history(type, path)
  local where, tag = to_address .. "," .. plain_address, to_tag .. "," .. plain_tag
  return d.private(path, "currency={currency_id} pageSize={limit}", transactions {
    at = "message.datas.list", id = "id", txid = "hash", timestamp = "submitTime,submit_time|iso", updated = "manageTime", address = where,
    addressTo = where, tag = tag, tagTo = tag, amount = "amount", currency = "currency|code", type = "=" .. type,
    status = words("status", { pending = "0", failed = "1", ok = "2 5", canceled = "3" }),
    fee = { cost = "fees", currency = function(o, a) return o.fees and (o.currency and a:code_of(o.currency) or a.code) end },
  })
end
d.deposits = history("deposit", "getChargeRecord")
d.withdrawals = history("withdrawal", "getWithdrawRecord")

-- The fee must be named in params.fees; the safe password is the credential `password`, or params.safePwd.
d.withdraw = {
  run = function(a)
    local fees = a:take "fees"
    if not fees then fail("ArgumentsRequired", "withdraw needs the fee in params.fees") end
    return d.private("withdraw", function()
      return ordered {
        { "amount", a.amount }, { "currency", a.currency_id }, { "fees", decimal.text(fees) },
        { "receiveAddr", a.tag and a.address .. "_" .. a.tag or a.address },
      }
    end, transaction { id = "id" })
  end,
}

return d

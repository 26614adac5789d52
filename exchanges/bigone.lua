-- BigONE, spot, and market data of its contracts. API 3: https://open.big.one/docs/api.html, contracts: https://open.big.one/docs/contract_api.html
-- Replies are {code, data}; a code other than 0 is a failure, for which the message may tell more. Every private call carries a token of its own (JWT).
-- Bids are buys, asks sells. The amount of a market buy is money, and what such an order has filled too.

-- ---- networks ----

local network_codes = {      -- those of the tokens on a chain
  Acala = "ACA", Aeternity = "AE", Algorand = "ALGO", Aptos = "APT", Arweave = "AR", Astar = "ASTR", Avax = "AVAXC", AvaxChain = "AVAXX", Beam = "BEAM",
  BinanceSmartChain = "BEP20", BitciChain = "BITCI", Bitcoin = "BRC20", BitcoinCash = "BCH", BitcoinSV = "BSV", Celo = "CELO", CKB = "CKKB",
  Cosmos = "ATOM", CRO = "CRC20", Dash = "DASH", Dogecoin = "DOGE", ECash = "XEC", Ethereum = "ERC20", EthereumClassic = "ETC", EthereumPow = "ETHW",
  Fantom = "FTM", Filecoin = "FIL", Fusion = "FSN", Grin = "GRIN", Harmony = "ONE", Hecochain = "HRC20", Hedera = "HBAR", Helium = "HNT",
  Horizen = "ZEN", Klaytn = "KLAY", Kusama = "KSM", Litecoin = "LTC", Monero = "XMR", Moonbeam = "GLMR", Near = "NEAR", Neo = "NEO", NeoN3 = "NEON3",
  Oasis = "OASIS", Okexchain = "OKC", Ontology = "ONT", Optimism = "OPTIMISM", Polkadot = "DOT", Polygon = "MATIC", Qtum = "QTUM", Ripple = "XRP",
  Shiden = "SDN", Solana = "SOL", Stellar = "XLM", Tera = "TERA", Tezos = "XTZ", Tron = "TRC20", Vechain = "VET", VSystems = "VSYS", Zcash = "ZEC",
}
local own = { BTC = { "BRC20", "BTC" }, ETH = { "ERC20", "ETH" }, TRX = { "TRC20", "TRX" }, CRO = { "CRC20", "CRONOS" } }   -- of the chain's own coin
local network_ids = {}
for id, code in pairs(network_codes) do network_ids[code] = id end
for _, names in pairs(own) do network_ids[names[2]] = network_ids[names[1]] end

local function network_of(id, code)
  local network, names = network_codes[id] or id, own[code]
  return names and names[1] == network and names[2] or network
end

local function network_id(a)
  local network = a:take "networkCode" or a:take "network"
  return network and (network_ids[network] or network)
end

-- ---- reading ----

local function number(x) return x and tonumber(x) or nil end
local function step(scale)
  local places = number(scale)
  return places and tonumber(("1e%d"):format(-places))
end

local function networks_of(o, a)
  local out, code = {}, o.symbol and a:code_of(o.symbol)
  for _, n in ipairs(o.binding_gateways or {}) do
    if n.gateway_name then
      local network = network_of(n.gateway_name, code)
      out[network] = {
        id = n.gateway_name, network = network, deposit = n.is_deposit_enabled, withdraw = n.is_withdrawal_enabled, fee = number(n.withdrawal_fee),
        precision = step(n.withdrawal_scale or n.scale), info = n,
        limits = { deposit = { min = number(n.min_deposit_amount) }, withdraw = { min = number(n.min_withdrawal_amount) } },
      }
    end
  end
  return out
end

local leveraged = { "[2-5][LS]$", "UP$", "DOWN$", "BULL$", "BEAR$" }
local function currency_type(o)
  if o.is_fiat == true then return "fiat" end
  if o.binding_gateways and #o.binding_gateways > 0 then return "crypto" end
  for _, pattern in ipairs(leveraged) do
    if o.symbol and o.symbol:find(pattern) then return "leveraged" end
  end
  return "other"
end

local pairs_traded = markets {
  at = "data", id = "name", uuid = "id", baseId = "base_asset.symbol", quoteId = "quote_asset.symbol", active = true, index = false,
  precision = { amount = "base_scale|tick", price = "quote_scale|tick" }, limits = { cost = { min = "min_quote_value", max = "max_quote_value" } },
}
local contracts = markets {
  id = "symbol", baseId = "baseCurrency", quoteId = "quoteCurrency", settleId = "settleCurrency", type = "=swap", active = "enable", index = false,
  linear = "isInverse|not", inverse = "isInverse", contractSize = "multiplier",
  precision = { amount = "valuePrecision|tick", price = "pricePrecision|tick" },
  limits = { price = { min = "priceMin", max = "priceMax" }, cost = { min = "initialMargin" } },
}

local ticker_fields = {
  market = "asset_pair_name", high = "high", low = "low", bid = "bid.price", bidVolume = "bid.quantity", ask = "ask.price", askVolume = "ask.quantity",
  open = "open", last = "close", change = "daily_change", baseVolume = "volume",
}
local ticker_list = tickers(with(ticker_fields, {
  at = "data", average = function(o) return o.open and o.close and decimal.div(decimal.add(o.open, o.close), "2", 18) or false end,
}))
local contract_tickers = tickers {      -- the opening price and the change that it tells are wrong
  market = "symbol", market_type = "=swap", high = "last24hMaxPrice", low = "last24hMinPrice", last = "latestPrice", baseVolume = "volume24h",
  quoteVolume = "volume24hInUsd", markPrice = "markPrice", indexPrice = "indexPrice",
}

-- Each pays of what it gets. Of a trade with oneself both fees are told.
local function fees_of(o, _, market)
  local taker_buys = o.taker_side == "BID" or o.taker_side == "buy"
  local base, quote = market and market.base, market and market.quote
  local out = list {}
  if o.maker_fee then out[1] = { cost = o.maker_fee, currency = taker_buys and quote or not taker_buys and base or nil } end
  if o.taker_fee then out[#out + 1] = { cost = o.taker_fee, currency = taker_buys and base or not taker_buys and quote or nil } end
  return out
end

local trade_list = trades {
  at = "data", id = "id", order = "maker_order_id,taker_order_id", market = "asset_pair_name", timestamp = "created_at|iso,inserted_at|iso", type = "=limit",
  side = { "side,taker_side", BID = "buy", ASK = "sell", default = "." }, price = "price", amount = "amount", fees = fees_of,
  takerOrMaker = function(o)
    if not o.side or not o.taker_side or o.side == "SELF_TRADING" then return nil end
    return o.side == o.taker_side and "taker" or "maker"
  end,
}

local function is_buy_by_cost(o) return o.side == "BID" and (o.type == "MARKET" or o.type == "STOP_MARKET") end
local function base_amount(field)
  return function(o) return not is_buy_by_cost(o) and o[field] or nil end
end
local order_fields = {
  id = "id", clientOrderId = "client_order_id", market = "asset_pair_name", timestamp = "created_at|iso", lastTradeTimestamp = "updated_at|iso",
  status = { "state", PENDING = "open", FILLED = "closed", CANCELLED = "canceled" }, side = { "side", BID = "buy", ASK = "sell" },
  type = words("type", { limit = "LIMIT STOP_LIMIT", market = "MARKET STOP_MARKET" }),
  timeInForce = { "immediate_or_cancel", ["true"] = "IOC" }, postOnly = "post_only", price = "price", triggerPrice = "stop_price|nonzero",
  amount = base_amount "amount", filled = base_amount "filled_amount", average = "avg_deal_price",
  cost = function(o) return is_buy_by_cost(o) and o.filled_amount or nil end,
}
local one_order, order_list = order(with(order_fields, { at = "data,." })), orders(with(order_fields, { at = "data" }))

local transaction_fields = {
  at = "data", id = "id", txid = "txid", timestamp = "inserted_at|iso", updated = "updated_at|iso,completed_at|iso", currency = "asset_symbol|code",
  amount = "amount", addressTo = "target_address", tag = "memo", internal = "is_internal",
  status = words("state", { ok = "WITHHOLD CONFIRMED", pending = "UNCONFIRMED" }),
  type = function(o) return o.customer_id and "withdrawal" or "deposit" end,
}
local transaction_list = transactions(transaction_fields)

-- A book of {price: amount}.
local function levels_of(side)
  local out = list {}
  for price, amount in pairs(side) do out[#out + 1] = list { price, amount } end
  return out
end

-- ---- sending ----

local function spot_only(a)
  if a.market.contract then fail("NotSupported", "market data only of contracts") end
end

local function order_listing(state)
  return {
    needs = "symbol",
    run = function(a)
      spot_only(a)
      return { get = "/orders", host = "private", send = "asset_pair_name={id} limit={limit}" .. (state and " state=" .. state or ""), read = order_list }
    end,
  }
end

local function history(path) return { get = path, host = "private", send = "asset_symbol={currency_id} limit={limit}", read = transaction_list } end

local texts = {      -- messages that say more than their code
  ["Amount's scale must greater than AssetPair's base scale"] = "InvalidOrder",
  ["Price mulit with amount should larger than AssetPair's min_quote_value"] = "InvalidOrder",
}

local function new_order(a)
  spot_only(a)
  local kind, is_buy, tif = a.type:upper(), a.side == "buy", a:take "timeInForce"
  local trigger = a:take "triggerPrice" or a:take "stopPrice" or a:take "stop_price"
  local native_post = a:take "post_only"
  local post = a:take "postOnly" or native_post or tif == "PO"
  local direction = a:take "triggerDirection"
  local is_limit = kind == "LIMIT" or kind == "STOP_LIMIT"
  if post and tif and tif ~= "PO" then fail("InvalidOrder", "post only and " .. tif .. " exclude one another") end
  if post and not is_limit then fail("InvalidOrder", "a market order cannot be post only") end
  local r = ordered { { "asset_pair_name", a.id }, { "side", is_buy and "BID" or "ASK" }, { "amount", not is_limit and is_buy and a:to_spend() or a.amount } }
  if is_limit then r.price = a.price end
  if kind == "LIMIT" then r.immediate_or_cancel, r.post_only = tif == "IOC" or nil, post or nil end
  if trigger then
    local rising = is_buy
    if direction then rising = direction == "ascending" end
    r.stop_price, r.operator = a:to_price(trigger), rising and "GTE" or "LTE"
    if kind == "LIMIT" or kind == "MARKET" then kind = "STOP_" .. kind end
  end
  r.type, r.client_order_id = kind, a:take "clientOrderId"
  return { post = "/orders", host = "private", read = one_order, send = r }
end

return {
  hosts = {
    api = "https://big.one/api/v3", private = "https://big.one/api/v3/viewer", contract = "https://big.one/api/contract/v2", web = "https://big.one/api",
  },
  client_id = "hex",
  rate = { interval_ms = 20, burst = 20 },
  fees = { taker = 0.001, maker = 0.001 },
  encode = "json_always",
  renames = { CRE = "Cybereits", FXT = "FXTTOKEN", FREE = "FreeRossDAO", MBN = "Mobilian Coin", ONE = "BigONE Token" },
  timeframes = "1m=min1 5m=min5 15m=min15 30m=min30 1h=hour1 3h=hour3 4h=hour4 6h=hour6 12h=hour12 1d=day1 1w=week1 1M=month1",

  failed = function(reply)
    local code, message = reply.code, reply.message
    if code ~= nil and tostring(code) ~= "0" then return code, message, texts[message] end
  end,
  errors = with(texts, by_class {
    BadRequest = "10001 10007", ExchangeError = "10005 10011 40302 40601 40602", BadSymbol = "10013 60100", InsufficientFunds = "10014 40603",
    PermissionDenied = "10403 40301", RateLimitExceeded = "10429", AuthenticationError = "40004 40103 40104",
    InvalidOrder = "40120 40121 40604 40605",
  }),

  sign = function(req, key)      -- a clock that is ahead is refused
    local token = jwt("HS256", key.secret, { alg = "HS256", typ = "JWT" }, ordered {
      { "type", "OpenAPIV2" }, { "sub", key.apiKey }, { "nonce", clock("ns", -100) },
    })
    req.headers.Authorization = "Bearer " .. token
  end,

  -- Market data

  fetch_time = { get = "/ping", read = time "data.Timestamp|ns" },
  fetch_currencies = {
    get = "//v3/assets", host = "web",
    read = currencies {
      at = "data", id = "symbol", name = "name", type = currency_type, precision = "withdrawal_scale|tick,scale|tick", networks = networks_of,
    },
  },
  fetch_markets = {
    run = function()
      local futures = ask { get = "/symbols", host = "contract", read = contracts, params = true }
      local out = ask { get = "/asset_pairs", read = pairs_traded, params = true }
      for _, m in ipairs(futures) do out[#out + 1] = m end
      return out
    end,
  },
  fetch_ticker = {
    run = function(a)
      if not a.market.contract then return { get = "/asset_pairs/{id}/ticker", read = ticker(with(ticker_fields, { at = "data" })) } end
      return {
        get = "/instruments", host = "contract",
        read = one_of(contract_tickers),
      }
    end,
  },
  fetch_tickers = {
    run = function(a)
      local kind = a:take "type" or a.symbols and a:market_of(a.symbols[1]).type or "spot"
      if kind ~= "spot" then return { get = "/instruments", host = "contract", read = contract_tickers } end
      return {
        get = "/asset_pairs/tickers", read = ticker_list,
        send = ordered { { "pair_names", a.ids and table.concat(a.ids, ",") } },
      }
    end,
  },
  fetch_order_book = {
    run = function(a)
      if a.market.contract then
        return {
          get = "/depth@{id}/snapshot", host = "contract",
          read = function(reply) return { bids = levels_of(reply.bids), asks = levels_of(reply.asks), info = reply } end,
        }
      end
      return {
        get = "/asset_pairs/{id}/depth", send = "limit={limit}", read = book { bids = "data.bids", asks = "data.asks", level = { "price", "quantity" } },
      }
    end,
  },
  fetch_trades = {
    run = function(a)
      spot_only(a)
      return { get = "/asset_pairs/{id}/trades", read = trade_list }
    end,
  },
  fetch_ohlcv = {
    run = function(a)          -- those before a time
      spot_only(a)
      local upto = math.tointeger(tonumber(a:take "until"))
      a.count = a.limit or (a.since and upto and 500) or 100
      local by_count = a.since and a.since + a.count * a.timeframe_s * 1000
      a.upto = by_count and upto and math.min(by_count, upto + 1) or by_count or upto and upto + 1
      return {
        get = "/asset_pairs/{id}/candles", send = "period={timeframe} limit={count} time={upto|iso}",
        read = candles { at = "data", columns = "time|iso open high low close volume" },
      }
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      local kind = a:take "type"
      return {
        get = (kind == "fund" or kind == "funding") and "/fund/accounts" or "/accounts", host = "private",
        read = balance { at = "data", currency = "asset_symbol|code", total = "balance", used = "locked_balance" },
      }
    end,
  },
  fetch_order = { get = "/orders/{order_id}", host = "private", read = one_order },
  fetch_orders = order_listing(),
  fetch_open_orders = order_listing "PENDING",
  fetch_closed_orders = order_listing "FILLED",
  fetch_my_trades = {
    needs = "symbol",
    run = function(a)
      spot_only(a)
      return { get = "/trades", host = "private", send = "asset_pair_name={id} limit={limit}", read = trade_list }
    end,
  },

  -- Orders

  create_order = { run = new_order },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.type, a.side, a.params.cost = "market", "buy", a.cost
      return new_order(a)
    end,
  },
  cancel_order = { post = "/orders/{order_id}/cancel", host = "private", read = one_order },
  cancel_all_orders = {
    post = "/orders/cancel", host = "private", needs = "symbol", send = "asset_pair_name={id}",
    read = orders { at = "data.cancelled", id = ".", status = "=canceled", symbol = false },
  },

  -- Money in and out

  fetch_deposit_address = {
    get = "/assets/{currency_id}/address", host = "private",
    send = function(a)
      a.asked_network = network_id(a)
    end,
    read = function(reply, a)      -- one a chain
      local chains, names, first = {}, {}, nil
      for _, row in ipairs(reply.data) do
        if row.chain then
          chains[row.chain], first = row, first or row
          names[#names + 1] = row.chain
        end
      end
      if not first then fail("ExchangeError", "no address of " .. a.code .. " is told") end
      local usual = network_ids[a.options.defaultNetworks[a.code] or a.options.defaultNetwork]
      local row = chains[a.asked_network or usual] or (not a.asked_network and #names == 1 and first)
      if not row then fail("NotSupported", "params.network is one of " .. table.concat(names, ", ")) end
      return { currency = a.code, network = network_of(row.chain, a.code), address = row.value, tag = row.memo ~= "" and row.memo or nil, info = reply }
    end,
  },
  fetch_deposits = history "/deposits",
  fetch_withdrawals = history "/withdrawals",
  transfer = {
    run = function(a)
      local accounts, guid = a.options.accountsByType, a:take "guid" or uuid()
      local from, to = accounts[a.from_account] or a.from_account, accounts[a.to_account] or a.to_account
      return {
        post = "/transfer", host = "private",
        send = ordered { { "symbol", a.currency_id }, { "amount", a.amount }, { "from", from }, { "to", to }, { "guid", guid } },
        read = function(reply)
          return { id = guid, amount = a.amount, fromAccount = a.from_account, toAccount = a.to_account, status = "ok", info = reply }
        end,
      }
    end,
  },
  withdraw = {
    post = "/withdrawals", host = "private", read = transaction(transaction_fields),
    send = function(a)
      return ordered {
        { "symbol", a.currency_id }, { "target_address", a.address }, { "amount", a.amount }, { "memo", a.tag }, { "gateway_name", network_id(a) },
      }
    end,
  },

  options = {
    createMarketBuyOrderRequiresPrice = true,
    accountsByType = { spot = "SPOT", fund = "FUND", funding = "FUND", future = "CONTRACT", swap = "CONTRACT" },
    defaultNetwork = "ERC20", defaultNetworks = { USDT = "TRC20" },
  },
}

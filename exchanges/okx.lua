-- OKX, spot and contracts. API 5: https://www.okx.com/docs-v5/en/
-- How it signs, fails and names things: dialects/okx.lua; new orders: dialects/okx_orders.lua; contracts: dialects/okx_contracts.lua.
local okx = dialect "okx"

okx.know_networks({
  BTC = "Bitcoin", BTCLIGHTNING = "Lightning", BEP20 = "BSC", BRC20 = "BRC20", ERC20 = "ERC20", TRC20 = "TRC20", CRONOS = "Crypto",
  ACA = "Acala", ALGO = "Algorand", APT = "Aptos", SONIC = "Sonic", SCROLL = "Scroll", ARBITRUM = "Arbitrum One",
  AVAXC = "Avalanche C-Chain", AVAXX = "Avalanche X-Chain", BASE = "Base", SUI = "SUI", ZKSYNCERA = "zkSync Era", LINEA = "Linea",
  VAULTA = "Vaulta", AR = "Arweave", ASTR = "Astar", BCH = "BitcoinCash", BSV = "Bitcoin SV", ADA = "Cardano", CSPR = "Casper",
  CANTON = "Canton Network", CELO = "CELO", XCH = "Chia", BABY = "Babylon", ATOM = "Cosmos", DGB = "Digibyte", DOGE = "Dogecoin",
  EGLD = "Elrond", CFX = "Conflux", EOS = "EOS", CORE = "CORE", ETC = "Ethereum Classic", ETHW = "EthereumPow", FIL = "Filecoin",
  HBAR = "Hedera", HYPER = "HyperEVM", ICP = "Dfinity", PI = "PI", IOTA = "MIOTA", KLAY = "Klaytn", KSM = "Kusama", LSK = "Lisk",
  LTC = "Litecoin", METIS = "Metis", MINA = "Mina", GLRM = "Moonbeam", MOVR = "Moonriver", NANO = "Nano", NEAR = "NEAR", NULS = "NULS",
  OASYS = "OASYS", ONT = "Ontology", OP = "Optimism", DOT = "Polkadot", MATIC = "Polygon", RVN = "Ravencoin", XRP = "Ripple",
  SC = "Siacoin", SOL = "Solana", STX = "l-Stacks", XLM = "Stellar Lumens", XTZ = "Tezos", TON = "TON", THETA = "Theta", WAX = "Wax",
  ZIL = "Zilliqa", ZEC = "Zcash", ZETA = "ZetaChain", TIA = "Celestia", SEI = "SEI", QUANTUM = "Quantum", PHAROS = "Pharos",
  RONIN = "Ronin", MEGAETH = "MegaETH", INJ = "INJ", FOGO = "Fogo", FLR = "Flare", FLOW = "FLOW", DYDX = "DYDX", AELF = "AELF",
  BERA = "Berachain", TEMPO = "Tempo", MONAD = "Monad", PLASMA = "Plasma",
}, { ETH = "ERC20", TRX = "TRC20", BSC = "BSC", CRC20 = "Crypto" }, { ETH = "ETH", TRX = "TRX", CRO = "CRONOS", BTC = "BTC" })

-- Orders that are no more.
local function past_orders(state, algo_state)
  return {
    run = function(a)
      local trigger, trailing = okx.waiting(a)
      local method, kind = a:take "method", a:take "ordType"
      local algo = trigger or trailing or okx.algo_types[kind]
      if algo and not kind then kind = trailing and "move_order_stop" or "trigger" end
      local old = method and method:find "Archive" and "-archive" or ""
      local path = algo and "/trade/orders-algo-history" or "/trade/orders-history" .. old
      return {
        get = path, cost = algo and 1 or 1 / 2, read = okx.order_list,
        send = function()
          local r = ordered { { "instId", a.id }, { "instType", okx.type_asked(a) }, { "limit", a.limit and math.min(a.limit, 100) } }
          if state == "canceled" then r.state = state end
          if algo then
            r.state = algo_state
          else
            r.begin = a.since
            r["end"] = a:take "until"
            r.state = state
          end
          r.ordType = kind
          return r
        end,
      }
    end,
  }
end

local function transactions_of(path)
  return {
    get = path, cost = 5 / 3, read = okx.transaction_list,
    send = function(a)          -- `before` is the newer side of a page
      return ordered {
        { "ccy", a.currency_id }, { "before", a.since and math.max(a.since - 1, 0) }, { "limit", a.limit }, { "after", a:take "until" },
      }
    end,
  }
end

local function my_trades(a)
  return {
    get = "/trade/fills-history", cost = 2, read = okx.trade_list,
    send = function()           -- with a limit the latest ones come: not what is asked for with `since`
      return ordered {
        { "instId", a.id }, { "begin", a.since }, { "end", a:take "until" }, { "instType", okx.type_asked(a) },
        { "limit", not a.since and a.limit or nil },
        { "ordId", a.order_id },
      }
    end,
  }
end

local function ohlcv(price)
  return {
    run = function(a)
      local told = a:take "price"
      local of = price or (told == "mark" or told == "index") and told
      local step, n = a.timeframe_s * 1000, math.min(a.limit or 100, of and 100 or 300)
      local old = a.since and a.since < a.now - 1439 * step
      local kind, zone = a:take "type", a.options.fetchOHLCV and a.options.fetchOHLCV.timezone or "UTC"
      if kind then old = kind == "HistoryCandles" end
      local bar = zone == "UTC" and a.timeframe_s >= 21600 and a.timeframe .. "utc" or a.timeframe
      local name = (old and "history-" or "") .. (of == "mark" and "mark-price-candles" or of == "index" and "index-candles" or "candles")
      return {
        get = "/market/" .. name, cost = (old or of) and 1 or 1 / 2,
        read = of and okx.price_candles or a.market.contract and okx.contract_candles or okx.spot_candles,
        send = function()       -- between before and after, both left out
          return ordered {
            { "instId", of == "index" and a.base_id .. "-" .. a.quote_id or a.id }, { "bar", bar },
            { "limit", old and not of and not a.limit and 300 or n }, { "before", a.since and math.max(a.since - 1, 0) },
            { "after", a:take "until" or a.since and a.since + step * n },
          }
        end,
      }
    end,
  }
end

local function tickers_of(path, cost, default)
  return {
    run = function(a)
      local first_market = a.symbols and a:market_of(a.symbols[1])
      local kind = okx.type_asked(a, first_market and first_market.type or default)
      return {
        get = path, cost = cost, read = okx.ticker_list,
        send = ordered { { "instType", kind }, { "uly", kind == "OPTION" and not a.params.uly and "BTC-USD" or nil } },
      }
    end,
  }
end


local methods = {}
for _, part in ipairs { dialect "okx_orders", dialect "okx_contracts", dialect "okx_money", dialect "okx_options" } do
  methods = with(methods, part(okx))
end

return with(methods, {
  hosts = { api = "https://www.okx.com/api/v5" },
  credentials = { "apiKey", "secret", "password" },
  client_id = "hex",
  rate = { interval_ms = 110, burst = 10 },
  fees = { taker = 0.0015, maker = 0.001 },
  encode = "json",
  renames = okx.renames, symbol_of = okx.symbol_of, failed = okx.failed, errors = okx.errors, sign = okx.sign,
  broad = { { "Internal Server Error", "ExchangeNotAvailable" }, { "server error", "ExchangeNotAvailable" } },
  http = { [429] = "ExchangeNotAvailable" },
  timeframes = "1m 3m 5m 15m 30m 1h=1H 2h=2H 4h=4H 6h=6H 12h=12H 1d=1D 1w=1W 1M 3M",

  -- Market data

  fetch_time = { get = "/public/time", cost = 2, read = time "data.1.ts" },
  fetch_status = {
    get = "/system/status", cost = 50,
    read = function(reply)      -- past, present and planned maintenance
      local out = { status = "ok" }
      for _, event in ipairs(reply.data) do
        local present = event.state == "ongoing"
        if present or out.status == "ok" then out.eta, out.url = event["end"], event.href end
        if present then out.status = "maintenance" end
      end
      return out
    end,
  },
  fetch_markets = {
    run = function(a)
      local kinds = a.options.fetchMarkets and a.options.fetchMarkets.types or { "spot", "future", "swap", "option" }
      local families = a.options.defaultUnderlying or { "BTC-USD", "ETH-USD" }
      local calls, out = {}, {}
      for _, kind in ipairs(kinds) do
        for _, family in ipairs(kind == "option" and families or { false }) do
          calls[#calls + 1] = { okx.types[kind] or kind, family or nil }
        end
      end
      local function call(c)
        return {
          get = "/public/instruments", params = true, read = okx.market_list,
          send = ordered { { "instType", c[1] }, { "uly", c[2] } },
        }
      end
      if #calls == 1 then return call(calls[1]) end
      for _, c in ipairs(calls) do
        for _, market in ipairs(ask(call(c))) do out[#out + 1] = market end
      end
      return out
    end,
  },
  fetch_currencies = { get = "/asset/currencies", right = "read", cost = 5 / 3, read = okx.currency_table },
  fetch_ticker = { get = "/market/ticker", send = "instId={id}", read = okx.one_ticker },
  fetch_tickers = tickers_of("/market/tickers", 1),
  fetch_mark_price = { get = "/public/mark-price", cost = 2, send = "instId={id}", read = okx.one_ticker },
  fetch_mark_prices = tickers_of("/public/mark-price", 2, "swap"),
  fetch_order_book = {
    run = function(a)           -- 400 levels at most, 5000 from the slower call
      local method = a:take "method"
      local full = a.limit and a.limit > 400 or method and method:find "Full"
      return {
        get = full and "/market/books-full" or "/market/books", cost = full and 2 or 1 / 2,
        send = "instId={id} sz={limit|default:" .. (full and "5000" or "100") .. "}",
        read = book { at = "data.1", bids = "bids", asks = "asks", level = { 1, 2, 3 }, timestamp = "ts" },
      }
    end,
  },
  fetch_trades = {
    run = function(a)
      if a.market.option then return { get = "/public/option-trades", send = "instId={id}", read = okx.trade_list } end
      local method = a:take "method"
      local old = method and method:find "History"
      return {
        get = old and "/market/history-trades" or "/market/trades", cost = old and 2 or 1 / 5, send = "instId={id} limit={limit}",
        read = okx.trade_list,
      }
    end,
  },
  fetch_ohlcv = ohlcv(),
  fetch_mark_ohlcv = ohlcv "mark",
  fetch_index_ohlcv = ohlcv "index",
  -- Account

  fetch_balance = {
    run = function(a)
      local kind = a:take "type"
      if kind == "funding" then return { get = "/asset/balances", cost = 5 / 3, read = okx.balances } end
      return { get = "/account/balance", cost = 2, read = okx.balances }
    end,
  },
  fetch_accounts = { get = "/account/config", cost = 4, read = accounts { at = "data", id = "uid", type = "acctLv" } },
  fetch_trading_fee = {
    get = "/account/trade-fee", cost = 4,
    send = function(a)
      local spot = not a.market.contract
      return ordered {
        { "instType", okx.types[a.market.type] }, { "instId", spot and a.id or nil },
        { "uly", not spot and a.base_id .. "-" .. a.quote_id or nil },
      }
    end,
    read = trading_fee { at = "data.1", maker = "maker|neg,makerU|neg", taker = "taker|neg,takerU|neg" },
  },
  fetch_deposit_withdraw_fees = {
    get = "/asset/currencies", cost = 5 / 3,
    send = function(a)
      local ids = {}
      for i, code in ipairs(a.codes or {}) do ids[i] = a:currency_id_of(code) end
      return ordered { { "ccy", ids[1] and table.concat(ids, ",") } }
    end,
    read = okx.fee_table,
  },
  fetch_deposit_withdraw_fee = {
    get = "/asset/currencies", cost = 5 / 3, needs = "code", send = "ccy={currency_id}",
    read = function(reply, a) return okx.fee_table(reply, a)[a.code] or fail("ExchangeError", "no fee told for " .. a.code) end,
  },
  fetch_order = {
    run = function(a)
      local algo, mine = okx.waiting(a), okx.own_id(a)
      return {
        get = algo and "/trade/order-algo" or "/trade/order", cost = algo and 1 or 1 / 3, read = okx.one_order,
        send = function()
          local name = mine and (algo and "algoClOrdId" or "clOrdId") or algo and "algoId" or "ordId"
          return ordered { { "instId", a.id }, { name, mine or a.order_id } }
        end,
      }
    end,
    needs = "symbol",
  },
  fetch_open_orders = {
    run = function(a)
      local trigger, trailing = okx.waiting(a)
      local kind = a:take "ordType"
      local algo = trigger or trailing or okx.algo_types[kind]
      if trailing then kind = "move_order_stop" elseif trigger and not kind then kind = "trigger" end
      return {
        get = algo and "/trade/orders-algo-pending" or "/trade/orders-pending", cost = algo and 1 or 1 / 3, read = okx.order_list,
        send = function()
          local asked = a:take "type"
          return ordered {
            { "instId", a.id }, { "limit", a.limit and math.min(a.limit, 100) }, { "ordType", kind },
            { "instType", asked and (okx.types[asked] or asked) },
          }
        end,
      }
    end,
  },
  fetch_closed_orders = past_orders("filled", "effective"),
  fetch_canceled_orders = past_orders("canceled", "canceled"),
  fetch_my_trades = { run = my_trades },
  fetch_order_trades = { run = my_trades },
  fetch_ledger = {
    run = function(a)
      local method, mode, raw = a:take "method", a:take "marginMode", a:take "mgnMode"
      local archive, funding = method and method:find "Archive", method and method:find "AssetBills"
      return {
        get = archive and "/account/bills-archive" or funding and "/asset/bills" or "/account/bills",
        cost = archive and 4 or funding and 5 / 3 or 2,
        send = ordered {
          { "mgnMode", not funding and (mode or raw) or nil }, { "instType", okx.type_asked(a) }, { "limit", a.limit },
          { "ccy", a.currency_id },
          { "end", a:take "until" },
        },
        read = okx.entries,
      }
    end,
  },
  -- Money in and out

  fetch_deposit_addresses_by_network = {
    get = "/asset/deposit-address", cost = 5 / 3, needs = "code", send = "ccy={currency_id}", read = okx.address_list,
  },
  fetch_deposit_address = {
    run = function(a)
      local asked = a:take "network"
      local known = ask { get = "/asset/deposit-address", cost = 5 / 3, send = "ccy={currency_id}", params = true, read = okx.address_list }
      local names = {}
      for name in pairs(known) do names[#names + 1] = name end
      table.sort(names)
      local network = okx.network_of(asked or a.code, a.code)
      return known[network] or known[okx.network_of(okx.network_ids[network] or network, a.code)] or not asked and known[names[1] or ""]
        or fail("InvalidAddress", "no address for " .. a.code .. (asked and " over " .. asked or ""))
    end,
  },
  fetch_deposits = transactions_of "/asset/deposit-history",
  fetch_withdrawals = transactions_of "/asset/withdrawal-history",
  fetch_deposit = { get = "/asset/deposit-history", cost = 5 / 3, send = "depId={order_id} ccy={currency_id}", read = okx.one_transaction },
  fetch_withdrawal = { get = "/asset/withdrawal-history", cost = 5 / 3, send = "wdId={order_id} ccy={currency_id}", read = okx.one_transaction },
  withdraw = {
    run = function(a)           -- the fee is part of the order; without one it is what the network costs now
      local asked, fee = a:take "network", a:take "fee"
      local id = asked and (okx.network_ids[asked:upper()] or asked)
      local chain = id and a.currency_id .. "-" .. id
      if not fee then
        for _, row in ipairs(ask({ get = "/asset/currencies", right = "read", cost = 5 / 3 }).data) do
          if chain and row.chain == chain then fee = row.fee end
        end
        if not fee then fail("ArgumentsRequired", "withdraw needs a network, or the fee in params ('0' between accounts of OKX)") end
      end
      local to = a.tag and a.tag ~= "" and a.address .. ":" .. a.tag or a.address
      return {
        post = "/asset/withdrawal", cost = 5 / 3, read = okx.one_transaction,
        send = function()       -- dest 3: to another account of OKX, 4: out on a chain
          return ordered {
            { "ccy", a.currency_id }, { "toAddr", to }, { "dest", "4" }, { "amt", a.amount }, { "chain", chain },
            { "fee", decimal.text(fee) },
          }
        end,
      }
    end,
  },
  transfer = {
    post = "/asset/transfer", cost = 5, read = okx.one_transfer,
    send = function(a)          -- 6 is the funding account, 18 the one for trading; others are names of sub-accounts
      local ids = a.options.accountsByType
      local from, to = ids[a.from_account] or a.from_account, ids[a.to_account] or a.to_account
      local down, up = from == "master", to == "master"
      return ordered {
        { "ccy", a.currency_id }, { "amt", a.amount }, { "type", down and "1" or up and "2" or "0" },
        { "from", (down or up) and "6" or from }, { "to", (down or up) and "6" or to }, { "subAcct", down and to or up and from or nil },
      }
    end,
  },
  fetch_transfer = { get = "/asset/transfer-state", send = "transId={order_id}", read = okx.one_transfer },
  fetch_transfers = {
    get = "/account/bills-archive", cost = 4, send = "type=1 ccy={currency_id} begin={since} limit={limit}",
    read = transfers(with(okx.transfer_fields, { at = "data" })),
  },

  options = {
    defaultType = "spot", defaultMarginMode = "cross", tgtCcy = "base_ccy",
    brokerId = "6b9ad766b55dBCDE",      -- goes with new orders as their tag and the start of their client id; "" for none
    accountsByType = { funding = "6", trading = "18", spot = "18", future = "18", futures = "18", margin = "18", swap = "18", option = "18" },
  },
})

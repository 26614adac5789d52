-- BCEX: spot, limit orders; closed. API was at https://github.com/BCEX-TECHNOLOGY-LIMITED/API_Docs/wiki/Interface
-- Public calls are POSTs that carry what is asked in the URL. Failures are {code, msg}: the code is always 1, the (Chinese) text tells them apart.
-- The market list tells no steps; fetch_trading_limits asks for them, one market at a time.

-- Digits of amount and price, least and largest amount, as they were for the markets of old.
local known = {}
for symbol, row in ([[
  AFC/CKUSD 2 4 6 120000; AFC/ETH 2 8 6 120000; AFT/ETH 2 8 15 300000; AICC/CNET 2 2 5 50000; AIDOC/CKUSD 2 4 5 100000; AISI/ETH 4 2 0.001 500;
  AIT/ETH 2 8 20 400000; ANS/BTC 4 8 0.1 500; ANS/CKUSD 2 2 0.1 1000; ARC/CNET 2 4 60 600000; AXF/CNET 2 4 100 1000000; BASH/CKUSD 2 4 250 3000000;
  BATT/ETH 2 8 60 1500000; BCD/BTC 2 8 0.3 7000; BHPC/BTC 2 8 2 70000; BHPC/ETH 2 8 2 60000; BOPO/BTC 2 8 100 2000000; BOPO/CKUSD 2 4 100 10000000;
  BTC/CKUSD 4 2 0.001 10; BTC/CNET 4 2 0.0005 5; BTC/USDT 4 2 0.0002 4; BTE/CNET 2 4 25 250000; BU/ETH 2 8 20 400000; CIC/CNET 2 4 3000 30000000;
  CIT/CKUSD 2 4 4 40000; CIT/ETH 2 8 4 40000; CMT/CKUSD 2 4 5 2500000; CNET/CKUSD 2 4 12 120000; CNMC/BTC 2 8 4 50000; CTC/ETH 2 8 5 550000;
  CZR/ETH 2 8 12 500000; DCON/ETH 2 8 8 300000; DCT/BTC 4 8 2 40000; DCT/CKUSD 2 3 2 2000; DOGE/BTC 4 8 3000 14000000; DOGE/CKUSD 2 6 500 2000000;
  DRCT/ETH 2 8 16 190000; ELA/BTC 2 8 0.02 500; ELF/BTC 2 8 0.1 100000; ELF/CKUSD 2 3 0.01 100000; EOS/CKUSD 2 2 0.5 5000; EOS/CNET 2 2 2.5 30000;
  EOS/ETH 2 8 0.18 1800; ETC/BTC 4 8 0.2 2500; ETC/CKUSD 2 2 0.2 2500; ETF/ETH 2 8 7 150000; ETH/BTC 4 8 0.015 100; ETH/CKUSD 4 4 0.005 100;
  ETH/USDT 4 2 0.005 100; FCT/BTC 4 8 0.24 1000; FCT/CKUSD 2 2 0.24 1000; GAME/CNET 2 2 1 10000; GOOC/CKUSD 2 4 200 2000000; GP/CNET 2 4 600 6000000;
  HSC/ETH 2 8 1000 20000000; IFISH/ETH 2 8 300 8000000; IIC/ETH 2 8 50 4000000; IMOS/ETH 2 8 15 300000; JC/CNET 2 4 300 3000000; LBTC/BTC 2 8 0.1 3000;
  LEC/CNET 2 4 500 5000000; LKY/CKUSD 2 4 10 70000; LKY/ETH 2 8 10 100000; LMC/CNET 2 4 25 250000; LSK/CNET 2 2 0.3 3000; LTC/BTC 4 8 0.01 500;
  LTC/CKUSD 2 2 0.01 500; LTC/USDT 4 2 0.02 450; MC/CNET 2 6 10000 100000000; MCC/CKUSD 2 4 30 350000; MOC/ETH 2 8 25 600000; MRYC/CNET 2 4 300 3000000;
  MT/ETH 2 8 200 6000000; MXI/CNET 2 6 5000 60000000; NAI/ETH 2 8 10 100000; NAS/BTC 4 8 0.2 15000; NAS/CKUSD 2 2 0.5 5000; NEWOS/ETH 2 8 65 700000;
  NKN/ETH 2 8 3 350000; NTK/ETH 2 8 2 30000; ONT/CKUSD 2 3 0.2 2000; ONT/ETH 3 8 0.01 1000; PNT/ETH 2 8 80 800000; PST/ETH 2 8 5 100000;
  PTT/ETH 2 8 450 10000000; QTUM/BTC 4 8 0.4 2800; QTUM/CKUSD 2 2 0.1 1000; RATING/ETH 2 8 500 10000000; RHC/CNET 2 4 1000 10000000; SDA/ETH 2 8 20 500000;
  SDD/CKUSD 2 3 10 100000; SHC/CNET 2 4 250 2500000; SHE/ETH 2 8 100 5000000; SMC/CNET 2 6 1000 10000000; SOP/ETH 2 8 50 1000000; TAC/ETH 2 8 35 800000;
  TIP/ETH 2 8 7 200000; TKT/ETH 2 8 40 400000; TLC/ETH 2 8 500 10000000; TNC/ETH 2 8 10 110000; TUB/ETH 2 8 200 8000000; UC/ETH 2 8 100 3000000;
  UDB/CNET 2 6 2000 40000000; UIC/CKUSD 2 4 5 150000; VAAC/ETH 2 8 10 250000; VPN/CNET 2 4 200 2000000; VSC/ETH 2 8 30 650000; WAVES/CKUSD 2 3 0.15 1500;
  WDNA/ETH 2 8 100 250000; WIC/CKUSD 2 4 3 30000; XAS/CNET 2 2 2.5 25000; XLM/BTC 4 8 10 300000; XLM/CKUSD 2 4 1 300000; XLM/USDT 2 4 5 150000;
  XRP/BTC 4 8 24 100000; XRP/CKUSD 2 3 5 50000; YBCT/BTC 4 8 15 200000; YBCT/CKUSD 2 4 10 200000; YBY/CNET 2 6 25000 250000000; ZEC/BTC 4 8 0.02 100;
  ZEC/CKUSD 4 2 0.02 100;
]]):gmatch "(%u+/%u+) ([^;]*);" do
  local k = {}
  for x in row:gmatch "%S+" do k[#k + 1] = tonumber(x) end
  known[symbol] = k
end

local side_names = { buy = "buy", sale = "sell", default = "." }
local function side(name) return with(side_names, { name }) end
local status = words("status", { open = "0 1", closed = "2", canceled = "3" })

local order_fields = {
  at = "data?", id = "id", timestamp = "datetime|s", type = "=limit", side = side "type", price = "price", average = "avg_price", amount = "amount",
  remaining = "amount_outstanding", status = status,
  cost = function(o) return o.amount and o.amount_outstanding and o.price and decimal.mul(decimal.sub(o.amount, o.amount_outstanding), o.price) end,
}

local function asked(path, fields) return with({ post = path, encode = "query" }, fields) end
local function own_orders(kind, more)
  return { post = "/Api_Order/tradeList", send = "symbol={id} type=" .. kind, read = orders(with(order_fields, more or {})) }
end

return {
  hosts = { api = "https://www.bcex.top" },
  rate = { interval_ms = 2000, burst = 5 },
  precision = "places",
  renames = old_codes,
  fees = { taker = 0.002, maker = 0.001 },

  failed = "code~=0", code = "msg,code", message = "msg",
  errors = by_class {
    ExchangeError = { "该币不存在,非法操作" }, AuthenticationError = { "公钥不合法" }, InsufficientFunds = { "您的可用余额不足", "您的btc不足" },
    InvalidOrder = { "参数非法" }, OrderNotFound = { "订单信息不存在" },
  },
  broad = { { "请您重新挂单", "InvalidOrder" } },       -- "place the order again": below the least amount

  sign = function(req, key)
    local send = sorted(req.form)
    send = first(send, "api_key", key.apiKey)
    send.sign = hex(md5(encode_form(send) .. "&secret_key=" .. key.secret))
    req.form = send
  end,

  fetch_markets = {
    get = "/Api_Market/getPriceList",
    read = function(reply, a)
      local out = {}
      for _, group in pairs(reply) do
        for _, m in ipairs(group) do
          local base, quote = a:code_of(m.coin_from:upper()), a:code_of(m.coin_to:upper())
          local k = known[base .. "/" .. quote] or {}
          out[#out + 1] = {
            id = m.coin_from .. "2" .. m.coin_to, baseId = m.coin_from, quoteId = m.coin_to, base = base, quote = quote, active = true,
            precision = { amount = k[1], price = k[2] }, limits = { amount = { min = k[3], max = k[4] } }, info = m,
          }
        end
      end
      return out
    end,
  },
  fetch_trading_limits = {
    run = function(a)
      local out = {}
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local reply = ask { post = "/Api_Order/ticker", encode = "query", send = { symbol = a:market_of(symbol).id }, params = true }
        local d = reply.data
        out[symbol] = {
          precision = { amount = tonumber(d.number_float), price = tonumber(d.price_float) },
          limits = { amount = { min = tonumber(d.min_trade), max = tonumber(d.max_trade) } }, info = d,
        }
      end
      a.params = {}
      return out
    end,
  },
  fetch_ticker = asked("/Api_Market/getCoinTrade", {
    send = "part={market.quoteId} coin={market.baseId}",
    read = ticker {
      timestamp = "={now}", bid = "buy", ask = "sale", last = "price", high = "max", low = "min", percentage = "change_24h",
      baseVolume = "volume_24h",
    },
  }),
  fetch_order_book = asked("/Api_Order/depth", { send = "symbol={id}", read = book { bids = "data.bids", asks = "data.asks", timestamp = "data.date|s" } }),
  fetch_trades = asked("/Api_Order/marketOrder", {
    send = "symbol={id} limit={limit}",
    read = trades {
      at = "data", id = "tid", order = "order_id", timestamp = "date|s,created|s", side = side "side", price = "price", amount = "number,amount",
    },
  }),

  fetch_balance = {           -- {btc_over: what is free, btc_lock: what is held}
    post = "/Api_User/userBalance",
    read = function(reply, a)
      local out = { info = reply.data }
      for name, amount in pairs(reply.data) do
        local id, kind = name:match "^([^_]*)_?(.*)$"
        local code = a:code_of(id:upper())
        local b = out[code] or {}
        out[code] = b
        b[kind == "lock" and "used" or "free"] = amount
        b.total = b.total and decimal.add(b.total, amount) or amount
      end
      return out
    end,
  },
  fetch_order = {             -- other names than in a list
    post = "/Api_Order/orderInfo", needs = "symbol", send = "symbol={id} trust_id={order_id}",
    read = order {
      at = "data", id = "={order_id}", timestamp = "created|s", type = "=limit", side = side "flag", price = "price",
      average = "avg_price", amount = "number", filled = "numberdeal", remaining = "numberover", status = status,
    },
  },
  fetch_orders = own_orders "all",
  fetch_open_orders = own_orders "open",
  fetch_closed_orders = own_orders("all", { where = "status=2" }),
  create_order = {
    post = "/Api_Order/coinTrust", needs = "price", send = "symbol={id} type={side} price={price} number={amount}",
    read = order { id = "data.order_id" },
  },
  cancel_order = { post = "/Api_Order/cancel", needs = "symbol", send = "symbol={id} order_id={order_id}", read = order {} },
}

-- YoBit. API: https://www.yobit.net/en/api/ (dialects/btce.lua)
-- Limit orders only. A token on another network than its own is another coin: usdttrc20.
local btce = dialect "btce"

local ticker_list = tickers(with(btce.ticker_fields, { market = "@key" }))
local some_tickers = btce.by_pieces("/api/3/ticker/", 2000, ticker_list)

-- The list of open orders tells what is left of an order, not what it began with.
local order_fields = with(btce.order_fields, { id = "@key", status = words("status", { open = "0 3", closed = "1", canceled = "2" }) })
local open_orders = orders(with(order_fields, { at = "return?", where = function(o, a) return o.pair == a.id end }))
local one_order = order(with(order_fields, { id = "={order_id}" }))

local function private(send, read) return { post = "/tapi", send = send, read = read } end

-- The id of a currency on a network.
local suffixes = { TRC20 = "trc20", TRX = "trc20", BEP20 = "bep20", BSC = "bep20", ERC20 = "", ETH = "" }
local function coin(a)
  local suffix = suffixes[tostring(a.params.network):upper()]
  if not suffix then return a.currency_id end
  a:take "network"
  return a.currency_id .. suffix
end

local function address_of(new)
  return private(function(a)
    return ordered { { "method", "GetDepositAddress" }, { "coinName", coin(a) }, { "need_new", new } }
  end, address { at = "return", currency = "={code}", address = "address" })
end

return {
  hosts = { api = "https://yobit.net" },
  rate = { interval_ms = 2000, burst = 5 },
  fees = { taker = 0.002, maker = 0.002 },
  renames = {
    AIR = "AirCoin", ANI = "ANICoin", ANT = "AntsCoin", ATMCHA = "ATM", ASN = "Ascension", AST = "Astral", ATM = "Autumncoin", AUR = "AuroraCoin",
    BAB = "Babel", BAN = "BANcoin", BCC = "BCH", BCS = "BitcoinStake", BITS = "Bitstar", BLN = "Bulleon", BNS = "Benefit Bonus Coin", BOT = "BOTcoin",
    BON = "BONES", BPC = "BitcoinPremium", BST = "BitStone", BTS = "Bitshares2", CAT = "BitClave", CBC = "CryptoBossCoin", CMT = "CometCoin",
    COIN = "Coin.com", COV = "Coven Coin", COVX = "COV", CPC = "Capricoin", CREDIT = "Creditbit", CS = "CryptoSpots", DCT = "Discount",
    DFT = "DraftCoin", DGD = "DarkGoldCoin", DIRT = "DIRTY", DROP = "FaucetCoin", DSH = "DASH", EGC = "EverGreenCoin", EGG = "EggCoin",
    EKO = "EkoCoin", ENTER = "ENTRC", EPC = "ExperienceCoin", ESC = "EdwardSnowden", EUROPE = "EUROP", EXT = "LifeExtension", FUND = "FUNDChains",
    FUNK = "FUNKCoin", FX = "FCoin", GCC = "GlobalCryptocurrency", GEN = "Genstake", GENE = "Genesiscoin", GMR = "Gimmer", GOLD = "GoldMint",
    GOT = "Giotto Coin", GSX = "GlowShares", GT = "GTcoin", HTML5 = "HTML", HYPERX = "HYPER", ICN = "iCoin", INSANE = "INSN", JNT = "JointCoin",
    JPC = "JupiterCoin", JWL = "Jewels", KNC = "KingN Coin", LBTCX = "LiteBitcoin", LIZI = "LiZi", LOC = "LocoCoin", LOCX = "LOC", LUNYR = "LUN",
    LUN = "LunarCoin", LUNA = "Luna Coin", MASK = "Yobit MASK", MDT = "Midnight", MEME = "Memez Token", MIS = "MIScoin", MM = "MasterMint",
    NAV = "NavajoCoin", NBT = "NiceBytes", OMG = "OMGame", ONX = "Onix", PAC = "$PAC", PLAY = "PlayCoin", PIVX = "Darknet", PURE = "PurePOS",
    PUTIN = "PutinCoin", SPACE = "Spacecoin", STK = "StakeCoin", SUB = "Subscriptio", PAY = "EPAY", PLC = "Platin Coin", RAI = "RaiderCoin",
    RCN = "RCoin", REP = "Republicoin", RUR = "RUB", SBTC = "Super Bitcoin", SMC = "SmartCoin", SOLO = "SoloCoin", SOUL = "SoulCoin",
    STAR = "StarCoin", SUPER = "SuperCoin", TNS = "Transcodium", TTC = "TittieCoin", UNI = "Universe", UST = "Uservice", VOL = "VolumeCoin",
    XIN = "XINCoin", XMT = "SummitCoin", XRA = "Ratecoin", BCHN = "BSV",
  },
  nonce = "s",
  sign = btce.signed(hex),
  failed = btce.failed,
  errors = btce.errors,
  broad = btce.broad {
    { "The given order has already been cancelled", "InvalidOrder" }, { "Total transaction amount", "InvalidOrder" },
    { "The given order has already been closed and cannot be cancelled", "InvalidOrder" }, { "Insufficient funds", "InsufficientFunds" },
    { "invalid key", "AuthenticationError" }, { "invalid nonce", "InvalidNonce" }, { "Rate Limited", "RateLimitExceeded" },
    { "Total order amount is less than minimal amount", "InvalidOrder" },
  },

  fetch_markets = {
    get = "/api/3/info",
    read = markets(with(btce.market_fields, { baseId = "@key|before:_", quoteId = "@key|after:_", maker = "fee|div:100" })),
  },
  fetch_trading_fees = {
    get = "/api/3/info", right = "public",
    read = trading_fees { at = "pairs", market = "@key", taker = "fee|div:100", maker = "fee|div:100", percentage = true, tierBased = false },
  },
  fetch_ticker = { get = "/api/3/ticker/{id}", read = btce.of_market(ticker(btce.ticker_fields)) },
  fetch_tickers = {
    run = function(a)           -- thousands of markets take dozens of requests: only when asked for
      if not a:take "all" and not a.symbols then fail("ArgumentsRequired", "fetch_tickers needs symbols, or params.all = true for all markets") end
      return some_tickers.run(a)
    end,
  },
  fetch_order_book = { get = "/api/3/depth/{id}", send = "limit={limit}", read = btce.of_market(btce.order_book) },
  fetch_order_books = btce.by_pieces("/api/3/depth/", 2000, btce.order_books, "limit={limit}"),
  fetch_trades = { get = "/api/3/trades/{id}", send = "limit={limit}", read = btce.public_trades },

  fetch_balance = private("method=getInfo", function(reply, a)
    local told = reply["return"]
    local seconds = math.tointeger(tonumber(told.server_time))
    local out = { info = reply, timestamp = seconds and seconds * 1000 }
    for id, amount in pairs(told.funds or {}) do out[a:code_of(id:upper())] = { free = amount } end
    for id, amount in pairs(told.funds_incl_orders or {}) do
      local code = a:code_of(id:upper())
      out[code] = { free = out[code] and out[code].free, total = amount }
    end
    return out
  end),
  fetch_order = private("method=OrderInfo order_id={order_id}", function(reply, a)
    local told = reply["return"] and reply["return"][a.order_id]
    return one_order(told or fail("OrderNotFound", "no order " .. a.order_id), a)
  end),
  fetch_open_orders = with(private("method=ActiveOrders pair={id}", open_orders), { needs = "symbol" }),
  fetch_my_trades = with(private("method=TradeHistory pair={id} count={limit} since={since|s}", btce.own_trades), { needs = "symbol" }),
  create_order = with(private("method=Trade pair={id} type={side} amount={amount} rate={price}", btce.placed("order_id", "init_order_id")), {
    types = "limit",
  }),
  cancel_order = private("method=CancelOrder order_id={order_id}", order {
    at = "return?", id = "order_id", timestamp = "server_time|s", type = "=limit", status = "=canceled",
  }),
  fetch_deposit_address = address_of(0),
  create_deposit_address = address_of(1),
  withdraw = private(function(a)
    if a.tag then fail("NotSupported", "withdrawals with a tag are not described") end
    return ordered {
      { "method", "WithdrawCoinsToAddress" }, { "coinName", coin(a) }, { "amount", a.amount }, { "address", a.address },
    }
  end),
}

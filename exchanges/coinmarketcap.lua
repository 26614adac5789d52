-- CoinMarketCap, API 1: a site of prices, where nothing is traded; closed. API: https://coinmarketcap.com/api
-- A market is a coin, by the name in its address, in one of the currencies that prices are told in: "bitcoin/usd".

local quotes = {}
for code in ("AUD BRL CAD CHF CNY EUR GBP HKD IDR INR JPY KRW MXN RUB USD BTC ETH LTC"):gmatch "%u+" do quotes[#quotes + 1] = code end

-- Coins whose abbreviation belongs to another one elsewhere: their name is their code.
local by_name = {}
for name in ([[
  ACChain,AdCoin,BatCoin,BigONE Token,Bitgem,BlazeCoin,BlockCAT,Blocktrade Token,BOX Token,Catcoin,CanYaCoin,CryptoBossCoin,Comet,CPChain,
  CrowdCoin,Cryptaur,Cubits,DAO.Casino,DefiBox,E-Dinar Coin,EDRcoin,ENTCash,FairCoin,Fabric Token,GHOSTPRISM,Global Tour Coin,GuccioneCoin,
  HarmonyCoin,Harvest Masternode Coin,HOT Token,Hydro Protocol,Huncoin,iCoin,Infinity Economics,IQ.cash,KingN Coin,LiteBitcoin,Maggie,
  Menlo One,Mobilian Coin,Monarch,MTC Mesh Network,IOTA,NetCoin,PCHAIN,Penta,Plair,PlayChip,Polcoin,PutinCoin,Rcoin,Super Bitcoin,
  TerraCredit,Themis,UNI COIN,UNICORN Token,Universe
]]):gmatch "%s*([^,\n]+)" do by_name[name] = name end
by_name.SBTCT = "SiamBitcoin"
local function code(o) return by_name[o.name] or o.symbol end

local function ticker_fields(quote)
  local unit = quote:lower()
  return {
    timestamp = "last_updated|s", last = "price_" .. unit, percentage = "percent_change_24h", quoteVolume = "24h_volume_" .. unit,
  }
end

return {
  hosts = { api = "https://api.coinmarketcap.com" },
  rate = { interval_ms = 10000, burst = 2 },
  precision = "places",

  failed = "error", errors = { ["id not found"] = "BadSymbol" },

  fetch_currencies = {
    get = "/v1/ticker/", send = "limit={0}",
    read = currencies {
      id = "symbol", code = code, name = "name", active = true, precision = 8,
      limits = { amount = { min = 1e-8, max = 1e8 }, price = { min = 1e-8, max = 1e8 } },
    },
  },
  fetch_markets = {
    get = "/v1/ticker/", send = "limit={0}",
    read = function(reply)
      local out = {}
      for _, coin in ipairs(reply) do
        for _, quote in ipairs(quotes) do
          local unit = quote:lower()
          out[#out + 1] = { id = coin.id .. "/" .. unit, base = code(coin), quote = quote, baseId = coin.id, quoteId = unit, info = coin }
        end
      end
      return out
    end,
  },
  fetch_ticker = {
    run = function(a)
      return { get = "/v1/ticker/{market.baseId}/", send = "convert={quote}", read = ticker(with(ticker_fields(a.quote), { at = "1" })) }
    end,
  },
  fetch_tickers = {           -- of all coins, in one currency at a time
    run = function(a)
      local wanted, out = {}, {}
      for _, symbol in ipairs(a.symbols or {}) do wanted[a:market_of(symbol).quote] = true end
      if not a.symbols then wanted[(a:take "convert" or "USD"):upper()] = true end
      for quote in pairs(sorted(wanted)) do
        local id = function(o) return o.id and o.id .. "/" .. quote:lower() end
        local rows = ask {
          get = "/v1/ticker/", params = true, send = "limit={10000} convert=" .. quote, read = tickers(with(ticker_fields(quote), { market = id })),
        }
        for _, row in pairs(rows) do out[#out + 1] = row end
      end
      return out
    end,
  },
}

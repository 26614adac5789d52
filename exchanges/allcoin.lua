-- Allcoin. API: https://www.allcoin.com/api_market/market, API 1 of OKCoin but for some names: dialects/okcoin_v1.lua
local v1 = dialect "okcoin_v1"

return with(v1.methods { suffix = "", list = "order", order = { timestamp = "create_data" } }, {
  hosts = { api = "https://api.allcoin.com/api", web = "https://www.allcoin.com" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  fees = { taker = 0.001, maker = 0.0005 },
  renames = v1.renames, symbol_of = v1.symbol_of, timeframes = v1.timeframes, failed = v1.failed, errors = v1.errors, sign = v1.sign,
  http = { [429] = "DDoSProtection" },

  fetch_markets = {
    get = "/Home/MarketOverViewDetail/", host = "web",
    read = function(reply)      -- grouped by quote; only those who sell pay a fee
      local out = {}
      for _, coin in ipairs(reply.marketCoins) do
        for _, row in ipairs(coin.Markets) do
          local m = row.Market
          local base, quote = m.Primary, m.Secondary
          out[#out + 1] = {
            id = (base .. "_" .. quote):lower(), baseId = base:lower(), quoteId = quote:lower(),
            active = m.TradeEnabled and m.BuyEnabled and m.SellEnabled, maker = m.AskFeeRate, taker = m.AskFeeRate,
            precision = { amount = m.PrimaryDigits, price = m.SecondaryDigits }, info = m,
            limits = { amount = { min = m.MinTradeAmount, max = m.MaxTradeAmount }, price = { min = m.MinOrderPrice, max = m.MaxOrderPrice } },
          }
        end
      end
      return out
    end,
  },

  options = { marketBuyPrice = false },     -- true: the price argument of a market order to buy is what it spends
})

-- CoinExchange: spot, market data only; closed. API was at https://coinexchangeio.github.io/slate/
-- Replies are {success, message, result}; anything but success 1 is a failure. What others call quote is the base here (BaseCurrency).

local ticker_fields = {
  timestamp = "={now}", bid = "BidPrice", ask = "AskPrice", last = "LastPrice", high = "HighPrice", low = "LowPrice",
  percentage = "Change", quoteVolume = "Volume",
}

return {
  hosts = { api = "https://www.coinexchange.io/api/v1" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = with(old_codes, {
    ACC = "AdCoin", ANC = "AnyChain", BON = "BonPeKaO", BONPAY = "BON", eNAU = "ENAU", ETN = "Ethernex", FRC = "FireRoosterCoin", GET = "GreenEnergyToken",
    GDC = "GoldenCryptoCoin", GOLD = "GoldenCoin", GTC = "GlobalTourCoin", HMC = "HarmonyCoin", HNC = "Huncoin", IBC = "RCoin", MARS = "MarsBux",
    MER = "TheMermaidCoin", OC = "occnetwork", PUT = "PutinCoin", RUB = "RubbleCoin", UP = "UpscaleToken", VULCANO = "VULC",
  }),
  fees = { taker = 0.0015, maker = 0.0015 },
  http = { [429] = "DDoSProtection" },
  failed = function(reply, status)
    if reply.success ~= "1" and (reply.message or status < 400) then return reply.message or "Error", reply.message end
  end,

  fetch_markets = {
    get = "/getmarkets",
    read = markets {
      at = "result", where = function(m) return m.MarketAssetCode and m.BaseCurrencyCode end, id = "MarketID", baseId = "MarketAssetCode",
      quoteId = "BaseCurrencyCode", active = "Active", precision = { amount = 8, price = 8 },
    },
  },
  fetch_currencies = {
    get = "/getcurrencies",
    read = currencies {
      at = "result", id = "CurrencyID", code = "TickerCode|code", name = "Name", active = { "WalletStatus", online = true, default = false },
      precision = 8, limits = { amount = { max = 1e8 }, price = { min = 1e-8, max = 1e8 }, withdraw = { max = 1e8 } },
    },
  },
  fetch_ticker = { get = "/getmarketsummary", send = "market_id={id}", read = ticker(with(ticker_fields, { at = "result" })) },
  fetch_tickers = { get = "/getmarketsummaries", read = tickers(with(ticker_fields, { at = "result", market = "MarketID" })) },
  fetch_order_book = {
    get = "/getorderbook", send = "market_id={id}",
    read = book { bids = "result.BuyOrders", asks = "result.SellOrders", level = { "Price", "Quantity" } },
  },
}

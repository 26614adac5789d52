-- Lykke: what its recorded vectors do not hold.
local markets = {
  { id = "BTCUSD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "btc", quoteId = "USD", type = "spot", spot = true,
    precision = { amount = 1e-6, price = 0.001 }, limits = { amount = { min = 0.001 } } },
}

return {
  markets = markets, currencies = { BTC = { id = "2a34d6a6-5839-40e5-836f-c1178fa09b89", code = "BTC", precision = 1e-8 } }, credentials = { apiKey = "k" },

  { "priceChange is a fraction", call = { "fetch_ticker", "BTC/USD" }, sends = "GET https://hft-apiv2.lykke.com/api/tickers?assetPairIds=BTCUSD",
    reply = '{"payload":[{"assetPairId":"BTCUSD","volumeBase":0.5,"volumeQuote":19000,"priceChange":0.05,"lastPrice":38640,"high":38742.896,"low":36872.498,'
      .. '"timestamp":1643687822840}],"error":null}',
    gives = { symbol = "BTC/USD", last = 38640, percentage = 5, open = 36800, change = 1840, baseVolume = 0.5, quoteVolume = 19000 } },
  { "an asset by its id", call = { "fetch_balance" }, sends = "GET https://hft-apiv2.lykke.com/api/balance",
    reply = '{"payload":[{"assetId":"2a34d6a6-5839-40e5-836f-c1178fa09b89","available":0.1,"reserved":0.05,"timestamp":1644146723620}],"error":null}',
    gives = { BTC = { free = 0.1, used = 0.05, total = 0.15 } } },
  { "a market order is told its price", call = { "create_order", "BTC/USD", "market", "sell", "0.5" },
    sends = 'POST https://hft-apiv2.lykke.com/api/orders/market\n{"assetPairId":"BTCUSD","side":"Sell","volume":0.5}',
    reply = '{"payload":{"orderId":"2b98ec26","price":38000.5},"error":null}',
    gives = { id = "2b98ec26", symbol = "BTC/USD", type = "market", side = "sell", amount = 0.5, price = 38000.5 } },
  { "a withdrawal told by its id alone", call = { "withdraw", "BTC", 0.1, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" },
    sends = 'POST https://hft-apiv2.lykke.com/api/operations/withdrawals\n'
      .. '{"assetId":"2a34d6a6-5839-40e5-836f-c1178fa09b89","volume":0.1,"destinationAddress":"1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}',
    reply = '{"payload":"787201c8","error":null}', gives = { id = "787201c8", currency = "BTC" } },
}

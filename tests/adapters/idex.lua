-- IDEX: what its recorded vectors do not hold. Signatures of the wallet are not compared here.
local wallet = "0x0f2f1d3b5f7e4b1c2a3d4e5f60718293a4b5c6d7"
local private = "nonce=ac5c7c502b1311ef9696ffffffffffff&wallet=" .. wallet
return {
  credentials = {
    apiKey = "testApiKey0123456789", secret = "dGVzdC1zZWNyZXQtMDEyMzQ1Njc4OWFiY2RlZi1ub3QtYS1yZWFsLXNlY3JldA==", walletAddress = wallet,
    privateKey = "0x4c0883a69102937d6234147e2b8f5bbf04c4e9c9c8d2f3b1a5e6d7c8b9a0f1e2",
  },
  markets = {
    { id = "IDEX-ETH", symbol = "IDEX/ETH", base = "IDEX", quote = "ETH", baseId = "IDEX", quoteId = "ETH", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 1e-8 } },
  },

  { "the least cost is told in ETH", call = { "fetch_markets" },
    sends = { "GET https://api-matic.idex.io/v1/markets", "GET https://api-matic.idex.io/v1/exchange" },
    reply = {
      '[{"market":"IDEX-ETH","status":"inactive","baseAsset":"IDEX","quoteAsset":"ETH","baseAssetPrecision":"8","quoteAssetPrecision":"8",'
        .. '"tickSize":"0.00000010"},'
        .. '{"market":"ETH-USDC","status":"activeHybrid","baseAsset":"ETH","quoteAsset":"USDC","baseAssetPrecision":"8","quoteAssetPrecision":"8"}]',
      '{"makerFeeRate":"0.0010","takerFeeRate":"0.0025","makerTradeMinimum":"10.00000000","takerTradeMinimum":"1.00000000"}',
    },
    gives = {
      { symbol = "IDEX/ETH", active = false, maker = 0.001, taker = 0.0025, precision = { price = 1e-7 }, limits = { cost = { min = 1 } } },
      { symbol = "ETH/USDC", active = true, precision = { amount = 1e-8 } },
    } },
  { "a post only order, its fills and what they cost", call = { "fetch_order", "7", "IDEX/ETH" },
    sends = "GET https://api-matic.idex.io/v1/orders?" .. private .. "&market=IDEX-ETH&orderId=7",
    reply = '{"market":"IDEX-ETH","orderId":"7","time":5,"status":"partiallyFilled","type":"limitMaker","side":"sell","originalQuantity":"4.00000000",'
      .. '"executedQuantity":"1.00000000","price":"2.00000000","fills":[{"fillId":"8","price":"2.00000000","quantity":"1.00000000",'
      .. '"quoteQuantity":"2.00000000","time":6,"makerSide":"sell","fee":"0.01","feeAsset":"ETH","liquidity":"maker"}]}',
    gives = { id = "7", status = "open", type = "limit", postOnly = true, remaining = 3, cost = 2, fee = { cost = 0.01, currency = "ETH" },
      trades = { { id = "8", takerOrMaker = "maker" } } } },
  { "the wallet associated last", call = { "fetch_deposit_address", "ETH" },
    sends = "GET https://api-matic.idex.io/v1/wallets?nonce=ac5c7c502b1311ef9696ffffffffffff",
    reply = '[{"address":"0xA","time":"1"},{"address":"0xB","time":"2"}]', gives = { address = "0xB", network = "MATIC", currency = "ETH" } },
  { "a stop needs its price", call = { "create_order", "IDEX/ETH", "stopLossLimit", "sell", "1", "2" }, fails = "BadRequest" },
  { "a market order cannot be post only", call = { "create_order", "IDEX/ETH", "market", "sell", "1" }, params = { postOnly = true }, fails = "InvalidOrder" },
  { "only a market order goes by cost", call = { "create_order", "IDEX/ETH", "limit", "buy", "1", "2" }, params = { cost = "5" }, fails = "NotSupported" },
  { "where there is no candle it says when the next one is", call = { "fetch_ohlcv", "IDEX/ETH", "1h" },
    sends = "GET https://api-matic.idex.io/v1/candles?market=IDEX-ETH&interval=1h", reply = '{"nextTime":1595536440000}', gives = {} },
  { "a failure inside a 200", call = { "fetch_ticker", "IDEX/ETH" }, sends = "GET https://api-matic.idex.io/v1/tickers?market=IDEX-ETH",
    reply = '{"code":"EXCEEDED_RATE_LIMIT","message":"slow down"}', fails = "DDoSProtection" },
}

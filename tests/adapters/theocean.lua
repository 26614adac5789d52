-- The Ocean: what its recorded vectors do not hold.
local usdc, weth = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "0xd0a1e359811322d97991e03f863a0c30c2cf029c"
local history = "GET https://api.theocean.trade/v1/order_history?"
local function order(fields)
  return '[{"orderHash":"0x01","baseTokenAddress":"' .. weth .. '","quoteTokenAddress":"' .. usdc .. '","side":"sell","price":"2000",'
    .. '"initialAmount":"10000000000000000000","creationTimestamp":"1547194003",' .. fields .. "}]"
end

return {
  credentials = {
    apiKey = "testApiKey0123456789", secret = "dGVzdC1zZWNyZXQ=", walletAddress = "0x0F2f1d3b5f7e4b1c2a3d4e5f60718293a4b5c6d7",
    privateKey = "0x4c0883a69102937d6234147e2b8f5bbf04c4e9c9c8d2f3b1a5e6d7c8b9a0f1e2",
  },
  markets = {
    { id = weth .. "/" .. usdc, symbol = "ETH/USDC", base = "ETH", quote = "USDC", baseId = weth, quoteId = usdc, baseDecimals = "18", quoteDecimals = "6",
      type = "spot", spot = true, precision = { amount = 8, price = 8 } },
  },

  { "a balance is in its token's own units", call = { "fetch_balance" }, params = { codes = { "USDC" } },
    sends = "GET https://api.theocean.trade/v1/balance?walletAddress=0x0f2f1d3b5f7e4b1c2a3d4e5f60718293a4b5c6d7&tokenAddress=" .. usdc,
    reply = '{"available":"1250000","committed":"250000","total":"1500000"}', gives = { USDC = { free = 1.25, used = 0.25, total = 1.5 } } },
  { "balances are of the tokens that are named", call = { "fetch_balance" }, fails = "ArgumentsRequired" },
  { "an order is closed when all is filled", call = { "fetch_orders" }, sends = history:sub(1, -2),
    reply = order '"filledAmount":"4000000000000000000","settledAmount":"6000000000000000000","deadAmount":"0"',
    gives = { { id = "0x01", timestamp = 1547194003000, symbol = "ETH/USDC", side = "sell", price = 2000, amount = 10, filled = 10, remaining = 0, cost = 20000, status = "closed" } } },
  { "an order is canceled when the rest of it is lost", call = { "fetch_orders" }, sends = history:sub(1, -2),
    reply = order '"filledAmount":"4000000000000000000","settledAmount":"0","deadAmount":"5000000000000000000","prunedAmount":"1000000000000000000"',
    gives = { { id = "0x01", amount = 10, filled = 4, remaining = 6, cost = 8000, status = "canceled" } } },
  { "an order that the history does not hold", call = { "fetch_order", "0x02" }, sends = history .. "orderHash=0x02", reply = "[]", fails = "OrderNotFound" },
  { "nothing is signed when the market cannot fill", call = { "create_order", "ETH/USDC", "market", "buy", "1.5" },
    sends = "GET https://api.theocean.trade/v1/order/unsigned/market?walletAddress=0x0f2f1d3b5f7e4b1c2a3d4e5f60718293a4b5c6d7&baseTokenAddress=" .. weth
      .. "&quoteTokenAddress=" .. usdc .. "&side=buy&amount=1500000000000000000",
    reply = '{"message":null}', fails = "OrderNotFillable" },
}

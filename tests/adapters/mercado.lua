-- Mercado Bitcoin: what its recorded vectors do not hold.
local function post(form) return "POST https://www.mercadobitcoin.net/tapi/v3/\n" .. form end
local orders = [[{"response_data":{"orders":[
  {"order_id":4,"coin_pair":"BRLBTC","order_type":1,"status":4,"quantity":"2","limit_price":"900","executed_quantity":"2","executed_price_avg":"900",
   "fee":"0.006","created_timestamp":"1453838494","updated_timestamp":"1453838500","operations":[
     {"operation_id":1,"quantity":"2","price":"900","fee_rate":"0.30","executed_timestamp":"1453838500"}]},
  {"order_id":5,"coin_pair":"BRLBTC","order_type":2,"status":3,"quantity":"2","limit_price":"900","executed_quantity":"1","executed_price_avg":"900",
   "fee":"6.3","created_timestamp":"1453838594","updated_timestamp":"1453838600","operations":[
     {"operation_id":2,"quantity":"1","price":"900","fee_rate":"0.70","executed_timestamp":"1453838600"}]}]},"status_code":100}]]

return {
  markets = {
    { id = "BRLBTC", symbol = "BTC/BRL", base = "BTC", quote = "BRL", baseId = "BTC", quoteId = "BRL", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 1e-5 }, limits = { amount = { min = 0.001 } } },
  },

  { "fills have the fee in what was received", call = { "fetch_my_trades", "BTC/BRL" },
    sends = post "tapi_method=list_orders&tapi_nonce=1718454896&coin_pair=BRLBTC&has_fills=true", reply = orders,
    gives = {
      { id = "1", order = "4", timestamp = 1453838500000, side = "buy", price = 900, amount = 2, cost = 1800, fee = { cost = 0.006, currency = "BTC" } },
      { id = "2", order = "5", timestamp = 1453838600000, side = "sell", price = 900, amount = 1, cost = 900, fee = { cost = 6.3, currency = "BRL" } },
    } },
  { "post-only is a method of its own", call = { "create_order", "BTC/BRL", "limit", "sell", "1.5", "25000.5" }, params = { postOnly = true },
    sends = post "tapi_method=place_postonly_sell_order&tapi_nonce=1718454896&coin_pair=BRLBTC&limit_price=25000.5&quantity=1.5" },
  { "a market buy is told what to spend", call = { "create_order", "BTC/BRL", "market", "buy", "1" }, params = { cost = 150.5 },
    sends = post "tapi_method=place_market_buy_order&tapi_nonce=1718454896&coin_pair=BRLBTC&cost=150.5" },
  { "trades of a span", call = { "fetch_trades", "BTC/BRL", 1718368496789 }, params = { to = 1718368500 },
    sends = "GET https://www.mercadobitcoin.net/api/BTC/trades/1718368496/1718368500",
    reply = '[{"tid":7,"date":1718368497,"type":"sell","price":350000.5,"amount":0.01}]',
    gives = { { id = "7", timestamp = 1718368497000, symbol = "BTC/BRL", side = "sell", price = 350000.5, amount = 0.01 } } },
  { "candles in columns", call = { "fetch_ohlcv", "BTC/BRL", "1h", json.null, 2 },
    sends = "GET https://api.mercadobitcoin.net/api/v4/candles?resolution=1h&symbol=BTC-BRL&from=1718447696&to=1718454896",
    reply = '{"c":["2","4"],"h":["3","5"],"l":["1","2"],"o":["1","2"],"t":[1718448000,1718451600],"v":["0.5","0.25"]}',
    gives = { { 1718448000000, 1, 3, 1, 2, 0.5 }, { 1718451600000, 2, 5, 2, 4, 0.25 } } },
  { "too many requests", call = { "fetch_balance" }, sends = post "tapi_method=get_account_info&tapi_nonce=1718454896",
    reply = '{"status_code":429,"error_message":"Taxa de requisicoes acima do permitido."}', fails = "RateLimitExceeded" },
}

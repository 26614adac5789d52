-- Coinbase Exchange, once GDAX and Coinbase Pro. API: https://docs.cdp.coinbase.com/exchange/reference
-- All of it is in dialects/coinbase_exchange.lua.
return with(dialect "coinbase_exchange" {
  network_code = dialect "coinbase_networks", times = "start_date={since|iso} end_date={until|iso}", candles_more = 0,
}, {
  hosts = { api = "https://api.exchange.coinbase.com" },
})

-- Coinbase Prime, as it was up to 2023: Coinbase Exchange for institutions, by an older state of its API. (What is called Prime today has
-- an API of its own.) Docs: https://docs.cdp.coinbase.com/exchange/reference
-- Orders and fills are not asked for by time, and networks keep the names that they have there. See dialects/coinbase_exchange.lua.
return with(dialect "coinbase_exchange" { network_code = function(id) return id end, times = "", candles_more = 1 }, {
  renames = { CGLD = "CELO", BCC = "BCH" },
  hosts = { api = "https://api.exchange.coinbase.com" },
  fetch_tickers = {       -- the reply tells no time: that of the call
    get = "/products/spark-lines", read = tickers { market = "@key", last = "1.5", timestamp = "={now}" },
  },
  fetch_status = { get = "/time", read = status { status = "=ok", updated = "epoch|s" } },      -- it answers
})

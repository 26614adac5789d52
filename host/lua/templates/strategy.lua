-- @NAME@: prints the spread of one pair on some exchanges. Start here; docs/strategy.md has the rest.
--   bourse run @FILE@ --arg pair=ETH/USD --for 30s
args {
  pair   = { type = "text", default = "BTC/USD", help = "what to watch" },
  venues = { type = "list", default = { "kraken", "bitstamp" }, help = "exchange ids, apart by commas" },
  every  = { type = "number", default = 2, min = 0.5, help = "seconds between two looks" },
}

every(args.every, function()
  for _, id in ipairs(args.venues) do
    local ok, book = pcall(function() return exchange(id):fetch_order_book(args.pair, 5) end)
    if not ok then
      log(tostring(book))
    elseif book.bids[1] and book.asks[1] then
      local bid, ask = book.bids[1][1], book.asks[1][1]
      report { pair = args.pair, venue = id, bid = bid, ask = ask, spread = ask - bid }
    end
  end
end)

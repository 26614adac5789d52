-- The smallest strategy: asks two exchanges for one price each few seconds and says which is higher.
--   bourse run scripts/hello.lua --arg pair=ETH/USD --for 30s
args {
  pair   = { type = "text", default = "BTC/USD", help = "what to compare" },
  venues = { type = "list", default = { "kraken", "bitstamp" }, help = "two exchanges" },
  every  = { type = "number", default = 5, min = 1, help = "seconds between two looks" },
}

local first, second = exchange(args.venues[1]), exchange(args.venues[2])

every(args.every, function()
  local a, b, errors = together(function() return first:fetch_ticker(args.pair) end, function() return second:fetch_ticker(args.pair) end)
  if errors then
    for _, e in pairs(errors) do log("no price: " .. tostring(e)) end
    return
  end
  report { pair = args.pair, [first.id] = a.last, [second.id] = b.last, difference = a.last - b.last }
end)

-- Independent Reserve: what its recorded vectors do not hold.
local function signed(signature, rest)
  return '{"apiKey":"testApiKey0123456789","nonce":1718454896,"signature":"' .. signature .. '",' .. rest
end
local place = "POST https://api.independentreserve.com/Private/Place"
return {
  markets = {
    { id = "Xbt/Aud", symbol = "BTC/AUD", base = "BTC", quote = "AUD", baseId = "Xbt", quoteId = "Aud", type = "spot", spot = true, precision = {},
      limits = { amount = { min = 0.0001 } } },
  },

  { "markets are all pairs, least amounts by base", call = { "fetch_markets" },
    sends = {
      "GET https://api.independentreserve.com/Public/GetValidSecondaryCurrencyCodes", "GET https://api.independentreserve.com/Public/GetOrderMinimumVolumes",
      "GET https://api.independentreserve.com/Public/GetValidPrimaryCurrencyCodes",
    },
    reply = { '["Aud","Usd"]', '{"Xbt":0.0001}', '["Xbt"]' },
    gives = {
      { id = "Xbt/Aud", symbol = "BTC/AUD", baseId = "Xbt", limits = { amount = { min = 0.0001 } } }, { id = "Xbt/Usd", symbol = "BTC/USD" },
    } },
  { "the pair in a reply", call = { "fetch_ticker", "BTC/AUD" },
    sends = "GET https://api.independentreserve.com/Public/GetMarketSummary?primaryCurrencyCode=Xbt&secondaryCurrencyCode=Aud",
    reply = '{"LastPrice":60000.5,"DayVolumeXbt":44.5,"DayVolumeXbtInSecondaryCurrrency":0.12,"PrimaryCurrencyCode":"Xbt","SecondaryCurrencyCode":"Aud",'
      .. '"CreatedTimestampUtc":"2022-01-14T22:52:29.5029223Z"}',
    gives = { symbol = "BTC/AUD", last = 60000.5, baseVolume = 0.12, timestamp = 1642200749502 } },
  { "post-only", call = { "create_order", "BTC/AUD", "limit", "sell", "0.5", "60000" }, params = { postOnly = true },
    sends = place .. "LimitOrder\n" .. signed("52C58C3C559AC525C9000F311CF68A263EA70B7665626F9D37B8BB08E8AD64FD",
      '"primaryCurrencyCode":"Xbt","secondaryCurrencyCode":"Aud","orderType":"LimitOffer","volume":0.5,"price":60000,"timeInForce":"Moc"}') },
  { "a market buy by cost", call = { "create_order", "BTC/AUD", "market", "buy", "1" }, params = { cost = 150 },
    sends = place .. "MarketOrder\n" .. signed("397805FAF033C3A8C6071AEBA53A063AA9B5536C17B8462FB7A329A8FDCB2B8A",
      '"primaryCurrencyCode":"Xbt","secondaryCurrencyCode":"Aud","orderType":"MarketBid","volume":150,"volumeCurrencyType":"Secondary"}') },
}

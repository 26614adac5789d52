-- Independent Reserve. API: https://www.independentreserve.com/features/api
-- Currencies are written "Xbt", "Usd"; a market has no id, but is named by its two currencies: all primary ones trade against all secondary ones.
-- The signature is in the JSON of the body. Failures are told by the HTTP status alone.

-- "Xbt", "Usd" -> "BTC/USD"
local function symbol_of(o, a)
  local base, quote = o.PrimaryCurrencyCode, o.SecondaryCurrencyCode
  return base and quote and a:code_of(base:upper()) .. "/" .. a:code_of(quote:upper()) or nil
end

-- "MarketBid", "LimitOffer"
local function side_of(field)
  return function(o)
    local kind = o[field]
    return kind and (kind:find "Bid" and "buy" or kind:find "Offer" and "sell" or field == "OrderType" and kind) or nil
  end
end

local order_fields = {
  id = "OrderGuid", symbol = symbol_of, timestamp = "CreatedTimestampUtc|iso", price = "Price", average = "AvgPrice",
  amount = "VolumeOrdered,Volume", filled = "VolumeFilled", remaining = "Outstanding", cost = "Value",
  timeInForce = { "TimeInForce", Gtc = "GTC", Moc = "PO", Fok = "FOK", Ioc = "IOC", default = "." },
  status = words("Status", { canceled = "PartiallyFilledAndCancelled PartiallyFilledAndExpired Expired Failed" }),
  side = function(o) return side_of(o.Type and "Type" or "OrderType")(o) end,
  type = function(o)
    local kind = o.Type or o.OrderType
    return kind and (kind:find "Market" and "market" or kind:find "Limit" and "limit" or kind) or nil
  end,
  fee = {
    rate = "FeePercent", cost = function(o) return o.FeePercent and o.VolumeFilled and decimal.mul(o.FeePercent, o.VolumeFilled) end,
    currency = function(o, a, market)
      if o.PrimaryCurrencyCode and o.SecondaryCurrencyCode then return a:code_of(o.PrimaryCurrencyCode:upper()) end
      return market and market.base
    end,
  },
}
local one_order = order(order_fields)
local function order_list(path)
  return {
    post = path, read = orders(with(order_fields, { at = "Data" })),
    send = "primaryCurrencyCode={market.baseId} secondaryCurrencyCode={market.quoteId} pageIndex={1} pageSize={limit|default:50|number}",
  }
end

local trade_fields = {
  at = "Trades", id = "TradeGuid", order = "OrderGuid", symbol = symbol_of, timestamp = "TradeTimestampUtc|iso", side = side_of "OrderType",
  price = "Price,SecondaryCurrencyTradePrice", amount = "VolumeTraded,PrimaryCurrencyAmount",
}

local pair = "primaryCurrencyCode={market.baseId} secondaryCurrencyCode={market.quoteId}"
local times_in_force = { GTC = "Gtc", PO = "Moc" }      -- IOC and FOK are read in any letters

return {
  hosts = { api = "https://api.independentreserve.com" },
  client_id = "uuid",
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.005, maker = 0.005 },
  renames = { PLA = "PlayChip" },
  encode = "json", nonce = "s",

  sign = function(req, key)
    local message = "https://" .. req.host .. req.path .. ",apiKey=" .. key.apiKey .. ",nonce=" .. key.nonce
    for k, v in pairs(req.json) do message = message .. "," .. k .. "=" .. tostring(v) end
    local signature = upper(hex(hmac("sha256", key.secret, message)))
    req.body = '{"apiKey":"' .. key.apiKey .. '","nonce":' .. key.nonce .. ',"signature":"' .. signature .. '"'       -- the nonce is a number
      .. (#req.json > 0 and "," .. encode_json(req.json):sub(2) or "}")
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    run = function(a)
      local quotes, least = ask { get = "/Public/GetValidSecondaryCurrencyCodes" }, ask { get = "/Public/GetOrderMinimumVolumes" }
      local out = {}
      for _, base in ipairs(ask { get = "/Public/GetValidPrimaryCurrencyCodes" }) do
        for _, quote in ipairs(quotes) do
          out[#out + 1] = {
            id = base .. "/" .. quote, base = a:code_of(base:upper()), quote = a:code_of(quote:upper()), baseId = base, quoteId = quote, index = false,
            limits = { amount = { min = least[base] } },
          }
        end
      end
      return out
    end,
  },
  fetch_ticker = {
    get = "/Public/GetMarketSummary", send = pair,
    read = ticker {
      symbol = symbol_of, timestamp = "CreatedTimestampUtc|iso", bid = "CurrentHighestBidPrice", ask = "CurrentLowestOfferPrice", last = "LastPrice",
      high = "DayHighestPrice", low = "DayLowestPrice", average = "DayAvgPrice", baseVolume = "DayVolumeXbtInSecondaryCurrrency",
    },
  },
  fetch_order_book = {
    get = "/Public/GetOrderBook", send = pair,
    read = book { bids = "BuyOrders", asks = "SellOrders", level = { "Price", "Volume" }, timestamp = "CreatedTimestampUtc|iso" },
  },
  fetch_trades = { get = "/Public/GetRecentTrades", send = pair .. " numberOfRecentTradesToRetrieve=50", read = trades(trade_fields) },

  fetch_trading_fees = {        -- one rate a base currency
    post = "/Private/GetBrokerageFees",
    read = function(reply, a)
      local rates, out = {}, {}
      for _, row in ipairs(reply) do
        if row.CurrencyCode then rates[a:code_of(row.CurrencyCode:upper())] = row end
      end
      for _, symbol in ipairs(a.all_symbols) do
        local row = rates[a:market_of(symbol).base]
        local rate = row and row.Fee
        out[symbol] = { maker = rate, taker = rate, percentage = true, tierBased = true, info = row }
      end
      return out
    end,
  },
  fetch_balance = {
    post = "/Private/GetAccounts", read = balance { currency = "CurrencyCode|upper|code", free = "AvailableBalance", total = "TotalBalance" },
  },
  fetch_order = {
    run = function(a)
      local mine = a:take "clientOrderId"
      return { post = "/Private/GetOrderDetails", send = mine and "clientId=" .. mine or "orderGuid={order_id}", read = one_order }
    end,
  },
  fetch_open_orders = order_list "/Private/GetOpenOrders",
  fetch_closed_orders = order_list "/Private/GetClosedOrders",
  fetch_my_trades = {
    post = "/Private/GetTrades", send = "pageIndex={pageIndex|default:1|number} pageSize={limit|default:50|number}",
    read = trades(with(trade_fields, { at = "Data" })),
  },

  create_order = {
    run = function(a)
      local kind = a.type == "limit" and "Limit" or a.type == "market" and "Market" or fail("InvalidOrder", "market and limit orders only")
      local tif, cost = a:take "timeInForce", kind == "Market" and a:take "cost"
      if a:take "postOnly" then tif = "PO" end
      return {
        post = kind == "Limit" and "/Private/PlaceLimitOrder" or "/Private/PlaceMarketOrder", read = order { id = "OrderGuid" },
        send = ordered {
          { "primaryCurrencyCode", a.market.baseId }, { "secondaryCurrencyCode", a.market.quoteId },
          { "orderType", kind .. (a.side == "sell" and "Offer" or "Bid") }, { "volume", raw_number(cost and a:to_cost(cost) or a.amount) },
          { "volumeCurrencyType", cost and "Secondary" or nil }, { "price", kind == "Limit" and raw_number(a.price) or nil },
          { "clientId", a:take "clientOrderId" }, { "timeInForce", times_in_force[tif] or tif },
        },
      }
    end,
  },
  cancel_order = { post = "/Private/CancelOrder", send = "orderGuid={order_id}", read = one_order },

  fetch_deposit_address = {
    post = "/Private/GetDigitalCurrencyDepositAddress", send = "primaryCurrencyCode={currency_id}",
    read = address { address = "DepositAddress", tag = "Tag" },
  },
  withdraw = {
    run = function(a)
      if a.params.network then fail("BadRequest", "this way of withdrawing takes no network") end
      return {
        post = "/Private/WithdrawDigitalCurrency",
        send = "primaryCurrencyCode={currency_id} withdrawalAddress={address} amount={amount} destinationTag={tag}",
        read = transaction {
          id = "TransactionGuid", type = "=withdrawal", currency = "PrimaryCurrencyCode|upper|code", timestamp = "CreatedTimestampUtc|iso",
          datetime = "CreatedTimestampUtc", amount = "Amount.Total", status = "Status|lower", address = "Destination.Address",
          addressTo = "Destination.Address", tag = "Destination.Tag", tagTo = "Destination.Tag", internal = false,
          fee = { cost = "Amount.Fee", currency = "PrimaryCurrencyCode|upper|code" },
        },
      }
    end,
  },
}

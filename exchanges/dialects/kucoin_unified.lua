-- KuCoin's unified account: one API for spot, margin and futures, chosen by params.uta or options.uta. Docs: https://www.kucoin.com/docs-new
-- Used as dialect "kucoin_unified" (kucoin), after dialects/kucoin_contracts.lua: methods that stand beside the classic ones of the same names.
-- params.accountMode "classic" reaches a classic account through this API.

return function(k)
  local order_page, one_order = orders(with(k.order_fields, { at = "data.items" })), order(with(k.order_fields, { at = "data" }))
  local ticker_list = with(k.ticker_fields, { at = "data.list", timestamp = "time,/data.time,/data.ts" })
  local trade_list, trade_page = trades(with(k.trade_fields, { at = "data.list" })), trades(with(k.trade_fields, { at = "data.items" }))

  local function market_side(a) return k.is_spot(k.type_asked(a)) and "SPOT" or "FUTURES" end

  -- Account mode, trade type and margin mode that an order is about.
  local function scope(a, contract)
    local mode, margin = a:take "accountMode" or "unified", a:take "marginMode"
    local kind = a:take "tradeType"
    if not kind then
      if contract then kind = "FUTURES"
      elseif not margin then kind = "SPOT"
      elseif mode ~= "unified" then kind = margin:upper()
      elseif margin == "isolated" then fail("NotSupported", "a unified account knows no isolated margin of spot")
      else kind = "MARGIN"
      end
    end
    a.account_mode, a.trade_type = mode, kind
    return mode == "unified", margin
  end
  local function path(a, name) return "/api/ua/v1/" .. urlencode(a.account_mode) .. name end

  local price_types = { mark = "MP", last = "TP", index = "IP" }
  local forces = { IOC = "IOC", FOK = "FOK", PO = "PO", GTD = "GTT", GTC = "GTC", RPI = "RPI" }

  local function add_order(a)
    local market, side, is_market, contract = a.market, a.side, a.type == "market", a.market.contract
    local unified, margin = scope(a, contract)
    local r = ordered {
      { "tradeType", a.trade_type }, { "clientOid", k.client_id(a) or uuid() }, { "symbol", a.id }, { "side", side:upper() },
      { "orderType", a.type:upper() },
    }
    local cost, unit = a:take "cost", a:take "sizeUnit"
    if cost then
      if contract or not is_market then fail("NotSupported", "only market orders of spot take a cost") end
      r.sizeUnit, r.size = "QUOTECCY", a:to_cost(cost)
    else
      r.sizeUnit, r.size = contract and (unit or "UNIT") or "BASECCY", a.amount
    end
    if not is_market then r.price = price_of(a) end

    local tif, post = a:take "timeInForce", a:take "postOnly"
    tif = tif and tif:upper()
    if post == true or tif == "PO" then
      if is_market or tif == "IOC" or tif == "FOK" then cannot_rest() end
      r.postOnly, tif = true, nil
    end
    local hedged = a:take "hedged"
    r.timeInForce = tif and (forces[tif] or fail("InvalidOrder", "no timeInForce " .. tif))
    if contract and not unified then
      r.marginMode = margin and margin:upper()
      if margin == "isolated" and not a.params.leverage then r.leverage = 1 end
      if hedged then r.positionSide = (side == "buy") ~= (a.params.reduceOnly == true) and "LONG" or "SHORT" end
    end

    local trigger, raw, stop, target = a:take "triggerPrice", a:take "stopPrice", a:take "stopLossPrice", a:take "takeProfitPrice"
    local with_stop, with_target, by = a:take "stopLoss", a:take "takeProfit", a:take "triggerPriceType"
    local stop_by, target_by, direction = a:take "stopLossPriceType", a:take "takeProfitPriceType", a:take "triggerDirection"
    trigger = trigger or raw
    if (trigger and 1 or 0) + (stop and 1 or 0) + (target and 1 or 0) > 1 then
      fail("InvalidOrder", "only one of triggerPrice, stopLossPrice and takeProfitPrice")
    end
    local function kind(x) return price_types[x or "mark"] or x end
    if trigger then
      if not direction then fail("ArgumentsRequired", "params.triggerDirection tells which way the price comes: 'ascending' or 'descending'") end
      r.triggerDirection = direction == "ascending" and "UP" or "DOWN"
      r.triggerPrice = a:to_price(trigger)
    elseif with_stop or with_target then
      if not contract then fail("NotSupported", "only contract orders take a stopLoss or takeProfit along") end
      if with_stop then
        r.slTriggerPrice = a:to_price(with_stop.triggerPrice or with_stop.stopPrice)
        r.slTriggerPriceType = kind(with_stop.triggerPriceType)
      end
      if with_target then
        r.tpTriggerPrice = a:to_price(with_target.triggerPrice or with_target.takeProfitPrice)
        r.tpTriggerPriceType = kind(with_target.triggerPriceType)
      end
    elseif stop or target then
      r.triggerDirection = (side == "buy") == (stop ~= nil) and "UP" or "DOWN"
      r.triggerPrice = a:to_price(stop or target)
      if contract then r.triggerPriceType = kind(stop and stop_by or target and target_by or by) end
    end
    return { post = path(a, "/order/place"), cost = 2, send = r, read = k.placed }
  end

  local function by_cost(side)
    return {
      run = function(a)
        a.params.cost, a.type, a.side = a.cost, "market", side or a.side
        return add_order(a)
      end,
    }
  end

  -- One order, by its id or an own one.
  local function one(a, verb, name, cost, read)
    if not a.symbol then fail("ArgumentsRequired", "orders are found by symbol and id") end
    a.own_id = k.client_id(a)
    scope(a, a.market.contract)
    return {
      [verb] = path(a, name), cost = cost, read = read,
      send = (a.own_id and "clientOid={own_id}" or "orderId={order_id}") .. " symbol={id} tradeType={trade_type}",
    }
  end

  local function listed(name, read)
    return {
      run = function(a)
        local contract = not k.is_spot(k.type_asked(a))
        if not contract and not a.symbol then fail("ArgumentsRequired", "spot and margin are listed by symbol") end
        scope(a, contract)
        return {
          get = path(a, name), cost = 8, read = read,
          send = "symbol={id} startAt={since} endAt={until} pageSize={limit} tradeType={trade_type} orderId={order_id}",
        }
      end,
    }
  end

  local accounts = {
    trade = "SPOT", spot = "SPOT", margin = "CROSS", cross = "CROSS", isolated = "ISOLATED", main = "FUNDING", funding = "FUNDING",
    future = "FUTURES", swap = "FUTURES", contract = "FUTURES", uta = "unified", unified = "unified",
  }
  -- The account that params.type names.
  local function account_asked(a)
    local kind, mode = a:take "type" or "unified", a:take "marginMode"
    if kind == "margin" then kind = mode or "cross" end
    return accounts[kind] or kind
  end

  local transfer_types = { INTERNAL = "0", PARENT_TO_SUB = "1", SUB_TO_PARENT = "2", SUB_TO_SUB = "3" }

  return {
    fetch_status = {
      get = "/api/ua/v1/server/status", cost = 6, read = k.server_status,
      send = function(a) return { tradeType = a:take "tradeType" or a.options.defaultType == "spot" and "SPOT" or "FUTURES" } end,
    },
    fetch_ticker = {
      get = "/api/ua/v1/market/ticker", cost = 30, send = function(a) return ordered { { "symbol", a.id }, { "tradeType", market_side(a) } } end,
      read = ticker(with(ticker_list, { at = "data.list.1" })),
    },
    fetch_tickers = {
      get = "/api/ua/v1/market/ticker", cost = 30, read = tickers(ticker_list),
      send = function(a)
        local kind, first = a:take "tradeType", a.symbols and a:market_of(a.symbols[1])
        return { tradeType = kind or (k.is_spot(k.type_asked(a, first)) and "SPOT" or "FUTURES") }
      end,
    },
    fetch_order_book = {          -- 20 or 100 levels, or all
      get = "/api/ua/v1/market/orderbook", cost = 6, right = "read",
      send = function(a)
        local n = a.limit and a.limit <= 20 and "20" or a.limit and a.limit < 100 and "100" or "FULL"
        return ordered { { "limit", n }, { "symbol", a.id }, { "tradeType", market_side(a) } }
      end,
      read = k.order_book,
    },
    fetch_trades = {
      get = "/api/ua/v1/market/trade", cost = 6, read = trade_list,
      send = function(a) return ordered { { "symbol", a.id }, { "tradeType", market_side(a) } } end,
    },
    fetch_funding_rate = { get = "/api/ua/v1/market/funding-rate", cost = 4, send = "symbol={id}", read = k.one_rate },
    fetch_funding_rate_history = {
      get = "/api/ua/v1/market/funding-rate-history", cost = 10,
      send = function(a) return ordered { { "symbol", a.id }, { "startAt", a.since or 0 }, { "endAt", a:take "until" or a.now } } end,
      read = function(reply, a) return k.rates(reply.data.list, a) end,
    },

    create_order = { run = add_order },
    create_market_order_with_cost = by_cost(),
    create_market_buy_order_with_cost = by_cost "buy",
    create_market_sell_order_with_cost = by_cost "sell",
    cancel_order = { run = function(a) return one(a, "post", "/order/cancel", 2, order(k.ids_at("data"))) end },
    cancel_orders = {
      run = function(a)
        if not a.symbol then fail("ArgumentsRequired", "orders are cancelled by symbol and id") end
        local mine, raw, rows = a:take "clientOrderIds", a:take "clientOids", list {}
        mine = mine or raw
        for i, id in ipairs(mine or a.ids or {}) do
          rows[i] = mine and ordered { { "symbol", a.id }, { "clientOid", id } } or ordered { { "orderId", id }, { "symbol", a.id } }
        end
        scope(a, a.market.contract)
        return {
          post = path(a, "/order/cancel-batch"), cost = 8, read = order_page,
          send = ordered { { "tradeType", a.trade_type }, { "cancelOrderList", rows } },
        }
      end,
    },
    cancel_all_orders = {
      run = function(a)
        if not a.symbol then fail("ArgumentsRequired", "orders are cancelled by symbol") end
        local waiting = k.waits(a)
        return {
          post = "/api/ua/v1/unified/order/cancel-all", cost = 40, read = orders(with(k.order_fields, { at = "data.items", status = "=canceled" })),
          send = "symbol={id} tradeType=" .. (a.market.contract and "FUTURES" or "SPOT") .. " orderFilter=" .. (waiting and "ADVANCED" or "NORMAL"),
        }
      end,
    },
    fetch_order = { run = function(a) return one(a, "get", "/order/detail", 8, one_order) end },
    fetch_open_orders = listed("/order/open-list", order_page),
    fetch_closed_orders = listed("/order/history", order_page),
    fetch_my_trades = listed("/order/execution", trade_page),
    fetch_order_trades = listed("/order/execution", trade_page),

    fetch_accounts = {
      get = "/api/ua/v1/unified/account/overview", cost = 10, read = function(reply)
        return { { id = reply.data.id, type = (reply.data.accountType or reply.data.type or ""):lower(), info = reply.data } }
      end,
    },
    fetch_balance = {
      run = function(a)
        a.account = account_asked(a)
        local all = a.account == "unified"
        return {
          get = all and "/api/ua/v1/unified/account/balance" or "/api/ua/v1/account/balance", cost = 10,
          send = all and "" or "accountType={account}",
          read = function(reply)
            local out = { info = reply, timestamp = math.tointeger(k.number(reply.data.ts)) }
            for _, account in ipairs(reply.data.accounts or {}) do
              for _, row in ipairs(account.currencies or {}) do k.add_wallet(out, a, row) end
            end
            return out
          end,
        }
      end,
    },
    fetch_ledger = {
      run = function(a)
        a.account = account_asked(a)
        if a.account == "unified" then a.account = "UNIFIED" end
        return {
          get = "/api/ua/v1/account/ledger", cost = 4, read = k.entries "data.items",
          send = "startAt={since} currency={currency_id} endAt={until} pageSize={limit} accountType={account}",
        }
      end,
    },
    fetch_trading_fee = {
      get = "/api/ua/v1/user/fee-rate", cost = 6, send = function(a) return ordered { { "tradeType", market_side(a) }, { "symbol", a.id } } end,
      read = trading_fee { at = "data.list.1", maker = "makerFeeRate", taker = "takerFeeRate", percentage = true, tierBased = true },
    },
    fetch_deposit_addresses_by_network = {
      run = function(a)
        a.chain = k.chain_asked(a)
        return {
          get = "/api/ua/v1/asset/deposit/address", cost = 10, send = "currency={currency_id} chain={chain}",
          read = addresses(with(k.address_fields, { at = "data" })),
        }
      end,
    },
    fetch_deposit_address = {
      run = function(a)
        a.chain = k.chain_asked(a)
        return {
          get = "/api/ua/v1/asset/deposit/address", cost = 10, send = "currency={currency_id} chain={chain}",
          read = address(with(k.address_fields, { at = "data.1" })),
        }
      end,
    },
    transfer = {
      run = function(a)
        local kind, raw, to, to_uid = a:take "transferType", a:take "type", a:take "toUserId", a:take "toUid"
        local from, from_uid = a:take "fromUserId", a:take "fromUid"
        kind = kind or raw or "INTERNAL"
        to, from = to or to_uid, from or from_uid
        if kind:find("TO_SUB$") and not to then fail("ArgumentsRequired", "params.toUserId is needed") end
        if kind:find("^SUB_TO") and not from then fail("ArgumentsRequired", "params.fromUserId is needed") end
        local r = ordered {
          { "currency", a.currency_id }, { "amount", a.amount }, { "toUid", kind:find("TO_SUB$") and to or nil },
          { "fromUid", kind:find("^SUB_TO") and from or nil }, { "clientOid", k.client_id(a) or uuid() },
        }
        local function side(name, account)          -- isolated margin is named by its market
          local isolated = k.market_named(a, account)
          if isolated then r[name .. "AccountSymbol"] = isolated end
          local own = k.accounts_by_type[account:lower()] or account
          r[name .. "AccountType"] = isolated and "ISOLATED" or (accounts[own] or own):upper()
        end
        side("from", a.from_account)
        side("to", a.to_account)
        r.type = transfer_types[kind] or kind
        return { post = "/api/ua/v1/account/transfer", cost = 8, send = r, read = k.transferred }
      end,
    },

    fetch_position = {
      get = "/api/ua/v1/unified/position/open-list", cost = 6, send = "symbol={id}",
      read = position(with(k.position_fields, { at = "data.1" })),
    },
    fetch_positions = {
      get = "/api/ua/v1/unified/position/open-list", cost = 6, send = "limit={200}", read = positions(with(k.position_fields, { at = "data" })),
    },
    fetch_funding_history = {
      get = "/api/ua/v1/position/funding-history", cost = 30, send = "symbol={id} startAt={since} pageSize={limit} endAt={until}",
      read = function(reply, a) return k.payments(reply.data.items, a) end,
    },
    set_leverage = {
      run = function(a)
        local mode = a:take "marginMode"
        if mode == "isolated" then fail("NotSupported", "a unified account knows cross margin only") end
        if a.market and a.market.contract then
          return {
            post = "/api/ua/v1/unified/account/modify-leverage", cost = 40, send = "symbol={id} leverage={leverage|text}",
            read = function(reply) return reply end,
          }
        end
        local code, other = a:take "code", a:take "currency"
        if not (code or other) then fail("ArgumentsRequired", "params.code is the currency whose leverage is set") end
        a.coin = a:currency_id_of(code or other)
        return {
          post = "/api/ua/v1/unified/account/modify-leverage-margin-cross", cost = 40, send = "leverage={leverage|text} currency={coin}",
          read = function(reply) return reply end,
        }
      end,
    },
  }
end

-- Money at BitMEX: smallest units, the names of currencies and networks, and what its list of assets tells. For exchanges/bitmex.lua.
local m = {}

-- The places of a currency, down to its smallest unit; others have eight.
local places = { USDT = 6, USDC = 6, ETH = 9, SOL = 9 }
function m.unit(code) return "1e-" .. (places[code] or 8) end
function m.to_units(x, code, step)
  return raw_number(decimal.round(decimal.mul(decimal.text(x), "1e" .. (places[code] or 8)), step or 1, "tick", "cut"))
end

function m.code(o, a, field) return o[field] and a:code_of(o[field]:upper()) end

-- Currencies are written with their smallest unit: XBt, USDt, LTc.
local unit_names = { BTC = "XBt", ETH = "Gwei", SOL = "LAMp", USD = "Usd" }
function m.currency_id(a)
  if not a.code then return nil end
  local id = a.currency_id
  return id:find("%l") and id or unit_names[a.code] or a.code:sub(1, -2) .. a.code:sub(-1):lower()
end

-- A field in units, of the currency that another field names.
function m.money(field, absolute)
  return function(o, a)
    local x = o[field] and decimal.mul(o[field], m.unit(m.code(o, a, "currency")))
    return x and absolute and decimal.abs(x) or x
  end
end

-- A quantity: of a spot market in units of its base, of a contract in contracts.
function m.quantity(field)
  return function(o, _, market)
    return o[field] and market and market.spot and decimal.mul(o[field], m.unit(market.base)) or o[field]
  end
end

-- Cost and fee are in the currency of settlement, in the quote of a spot market.
function m.settled(field)
  return function(o, _, market)
    local currency = market and (market.settle or market.quote)
    return o[field] and currency and decimal.mul(o[field], m.unit(currency)) or nil
  end
end

local network_ids = {
  BTC = "btc", ERC20 = "eth", BEP20 = "bsc", TRC20 = "tron", AVAXC = "avax", NEAR = "near", XTZ = "xtz", DOT = "dot", SOL = "sol", ADA = "ada",
}
local network_names = {}
for name, id in pairs(network_ids) do network_names[id] = name end
-- A currency's own network goes by its name.
local own_networks = { ETH = "eth", TRX = "tron" }
function m.network_id(name, code) return network_ids[name] or name == code and own_networks[code] or name end
function m.network_name(id, code) return id and own_networks[code] == id and code or network_names[id or ""] or id end

local function withdrawal_fee(n, scale) return n.withdrawalFee and scale and decimal.mul(n.withdrawalFee, "1e-" .. scale) end
local function fees_of(row, code)
  local out = { networks = {}, withdraw = {}, deposit = {}, info = row }
  for _, n in ipairs(row.networks or {}) do
    local fee = withdrawal_fee(n, row.scale)
    out.networks[m.network_name(n.asset, code)] = { withdraw = { fee = tonumber(fee), percentage = false }, deposit = {} }
    if #row.networks == 1 then out.withdraw = { fee = fee, percentage = false } end
  end
  return out
end

-- The list of assets.
function m.currencies(reply, a)
  local out = {}
  for id, row in pairs(reply) do
    local c, digits, ways, deposit, withdraw, least = a:code_of(row.asset), row.scale, {}, false, false, nil
    local function amount(field) return row[field] and digits and tonumber(decimal.mul(row[field], "1e-" .. digits)) end
    for _, n in ipairs(row.networks or {}) do
      local name, fee = m.network_name(n.asset, c), withdrawal_fee(n, digits)
      ways[name] = {
        id = n.asset, network = name, active = n.depositEnabled == true and n.withdrawalEnabled == true, deposit = n.depositEnabled,
        withdraw = n.withdrawalEnabled, fee = tonumber(fee), limits = { withdraw = {}, deposit = {} }, info = n,
      }
      deposit, withdraw = deposit or n.depositEnabled == true, withdraw or n.withdrawalEnabled == true
      if fee and (not least or decimal.cmp(fee, least) < 0) then least = fee end
    end
    out[c] = {
      id = id, code = c, name = row.name, type = row.currencyType == "Crypto" and "crypto" or "other", precision = digits and "1e-" .. digits,
      active = row.enabled == true or deposit or withdraw, deposit = deposit, withdraw = withdraw, fee = least, networks = ways, info = row,
      limits = { withdraw = { min = amount "minWithdrawalAmount", max = amount "maxWithdrawalAmount" }, deposit = { min = amount "minDepositAmount" } },
    }
  end
  return out
end

-- What deposits and withdrawals cost: all of the list, and of one currency.
function m.fees(reply, a)
  local out = {}
  for _, row in pairs(reply) do
    local c = a:code_of(row.asset)
    out[c] = fees_of(row, c)
  end
  return out
end

function m.fee(reply, a)
  for _, row in pairs(reply) do
    if a:code_of(row.asset) == a.code then return fees_of(row, a.code) end
  end
  fail("ExchangeError", "no fees of " .. a.code)
end

return m

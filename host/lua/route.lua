-- Can a coin be moved from one exchange to another, and is it the same coin at both? From the currencies of both, read again each ten minutes;
-- what an exchange tells only with a key, or not at all, is not known.
local require = ...
local optional = require "exchange".optional
local fresh_ms = 600000
local known = {}         -- exchange object -> { at = ms, by_code = currencies or nil }
local same = { ERC20 = "ETH", TRC20 = "TRX", BEP20 = "BSC", BNB = "BSC" }      -- one network under two names

local function currencies(ex)
  local k = known[ex]
  if k and tasks.now() - k.at < fresh_ms then return k.by_code end
  known[ex] = { at = tasks.now(), by_code = k and k.by_code }         -- nobody else asks meanwhile
  local ok, found = pcall(optional, ex, "fetch_currencies")
  if not ok and not (type(found) == "table" and found.class) then error(found, 0) end
  known[ex].by_code = ok and found or nil
  return known[ex].by_code
end

local function contract(network)
  local info = (type(network.info) == "table" or type(network.info) == "userdata") and network.info or {}
  local address = network.contract or info.contractAddress or info.contract_address or info.ctAddr
  return address and address ~= "" and tostring(address):lower() or nil
end

local function open_networks(coin, way)
  local out = {}
  for name, n in pairs(coin.networks or {}) do
    if n[way] ~= false and n.active ~= false then out[same[name] or name] = n end
  end
  return out
end

-- A table { known, open, why, fee, network, same }: `known` whether anything is, `open` whether nothing speaks against it, `why` what does, `fee` the
-- least one for sending (in the coin) and its `network`; `same` true when a contract proves that it is one coin, false when it proves the contrary.
return function(code, from, to)
  local a, b = (currencies(from) or {})[code], (currencies(to) or {})[code]
  local r = { known = a ~= nil and b ~= nil, open = true }
  local function shut(text, ...)
    r.open, r.why = false, text:format(...)
    return r
  end
  if a and (a.withdraw == false or a.active == false) then return shut("%s sends no %s now", from.id, code) end
  if b and (b.deposit == false or b.active == false) then return shut("%s takes no %s now", to.id, code) end
  if not r.known then return r end
  r.fee = a.fee
  if next(a.networks or {}) == nil or next(b.networks or {}) == nil then return r end
  local out, in_ = open_networks(a, "withdraw"), open_networks(b, "deposit")
  local fee
  for name, n in pairs(out) do
    if in_[name] then
      local x, y = contract(n), contract(in_[name])
      local cost = n.fee or a.fee or 0
      if x and y then r.same = r.same ~= false and x == y end
      if not fee or cost < fee or (cost == fee and name < r.network) then fee, r.network = cost, name end
    end
  end
  r.fee = fee
  if not fee then return shut("no network for %s is open from %s to %s", code, from.id, to.id) end
  if r.same == false then return shut("%s is one contract at %s and another one at %s", code, from.id, to.id) end
  return r
end

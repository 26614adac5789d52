-- Comparing with vectors: what was sent with the request that was recorded, what came out with the result that was. Each returns nil
-- when they agree, else a sentence that says where they do not. Expected values are views of the vector file (conform.json), so
-- that null is told from absent and 1 from "1".
local require = ...
local slips = require "slips"
local conform = host.conform
local compare = {}

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end))
end

local function brief(v)
  local s = type(v) == "string" and "'" .. v .. "'" or tostring(v)
  return #s > 160 and s:sub(1, 157) .. "..." or s
end

-- "a=1&b=2" as a sorted list of "key\0value"; `raw` leaves the escapes alone.
local function pairs_of(text, raw)
  local out = {}
  for pair in (text or ""):gmatch("[^&]+") do
    local k, v = pair:match("^([^=]*)=?(.*)$")
    if not raw then
      k, v = unescape(k:gsub("%+", " ")), unescape(v:gsub("%+", " "))
    end
    out[#out + 1] = k .. "\0" .. v
  end
  table.sort(out)
  return out
end

local function key_of(pair) return pair:match("^[^\0]*") end

local function same_pairs(got, want, skip, what, raw)
  local a, b = pairs_of(got, raw), pairs_of(want, raw)
  local function keep(list)
    local out = {}
    for _, p in ipairs(list) do
      if not skip[key_of(p)] then out[#out + 1] = p end
    end
    return out
  end
  local skipped = {}
  for _, p in ipairs(b) do if skip[key_of(p)] then skipped[key_of(p)] = true end end
  for _, p in ipairs(a) do skipped[key_of(p)] = nil end
  if next(skipped) then return what .. ": " .. next(skipped) .. " must be present" end
  a, b = keep(a), keep(b)
  for i = 1, math.max(#a, #b) do
    if a[i] ~= b[i] and not slips.from_1970(a, b, i) then
      return what .. ": got " .. brief(table.concat(a, "&"):gsub("\0", "=")) .. ", want " .. brief(table.concat(b, "&"):gsub("\0", "="))
    end
  end
end

-- JSON by value and type: both sides views (or scalars, whose kind `kind` tells).
local function same_json(got, got_kind, want, want_kind, skip, path)
  if got_kind ~= want_kind then
    -- Number text and string text look alike in a view; the kinds do not.
    return path .. ": got " .. got_kind .. " " .. brief(got) .. ", want " .. want_kind .. " " .. brief(want)
  end
  if want_kind == "object" then
    for k in pairs(want) do
      local sub = path .. "." .. k
      local gk = conform.kind(got, k)
      if gk == "absent" then return sub .. ": missing" end
      if not skip[k] and not skip[sub] then
        local why = same_json(got[k], gk, want[k], conform.kind(want, k), skip, sub)
        if why then return why end
      end
    end
    for k in pairs(got) do
      if conform.kind(want, k) == "absent" and not skip[k] then return path .. "." .. k .. ": not in the vector (" .. brief(got[k]) .. ")" end
    end
  elseif want_kind == "array" then
    if #got ~= #want then return path .. ": " .. #got .. " elements, want " .. #want end
    for i = 1, #want do
      local why = same_json(got[i], conform.kind(got, i), want[i], conform.kind(want, i), skip, path .. "." .. (i - 1))
      if why then return why end
    end
  elseif want_kind == "number" then
    if tonumber(got) ~= tonumber(want) then return path .. ": got " .. brief(got) .. ", want " .. brief(want) end
  elseif got ~= want then
    return path .. ": got " .. brief(got) .. ", want " .. brief(want)
  end
end

local function json_kind(text)
  local first = text:match("^%s*(.)")
  return first == "{" and "object" or first == "[" and "array" or first == '"' and "string" or "other"
end

local function same_json_text(got, want, skip, what)
  local g, why_g = conform.json(got)
  local w = conform.json(want)
  if g == nil and why_g then return what .. ": the body is not JSON: " .. brief(got) end
  return same_json(g, json_kind(got), w, json_kind(want), skip, what)
end

local function skip_body(got, want, skip, what, mode)
  if mode == "json" or (mode ~= "urlencoded" and want:match("^%s*[{%[]")) then return same_json_text(got, want, skip, what) end
  return same_pairs(got, want, skip, what)
end

-- A sent request {method, url, headers, body} with the recorded one (a view). `skip` = set of names and paths that must only be present.
-- `rules` = the vector's `compare`, when it has one: then only what it states is compared.
function compare.request(got, want, skip, rules)
  if want.method and got.method ~= want.method then return "method: got " .. brief(got.method) .. ", want " .. brief(want.method) end
  local names = {}
  for k in pairs(skip) do names[k] = true end
  for _, k in ipairs(rules and rules.skip or {}) do names[k] = true end
  local url, body, slipped = slips.request(got, want)
  if slipped then      -- and so is what signs it
    for _, k in ipairs { "sign", "signature", "Signature" } do names[k] = true end
  end
  if url and not names.url then
    local ga, gq = got.url:match("^([^?]*)%??(.*)$")
    local wa, wq = url:match("^([^?]*)%??(.*)$")
    local mode = rules and rules.url or "full"
    if rules then ga, wa = ga:gsub("^%a+://[^/]*", ""), wa:gsub("^%a+://[^/]*", "") end
    -- nothing is sent over plain http: a venue that once spoke it is asked over https
    ga, wa = ga:gsub("^https:", "http:"), wa:gsub("^https:", "http:")
    if ga ~= wa and not (ga == wa .. "/" or wa == ga .. "/") then return "url: got " .. brief(ga) .. ", want " .. brief(wa) end
    if mode ~= "path" then
      local why = same_pairs(gq, wq, names, "query", rules ~= nil)
      if why then return why end
    end
  end
  if not rules and conform.kind(want, "headers") == "object" then
    local lower = {}
    for k, v in pairs(got.headers or {}) do lower[k:lower()] = v end
    for k, v in pairs(want.headers) do
      local g = lower[k:lower()]
      if g == nil then return "header " .. k .. ": missing" end
      local free = names[k] or slipped and k:lower():find("sig", 1, true)
      if not free and g ~= tostring(v) then return "header " .. k .. ": got " .. brief(g) .. ", want " .. brief(v) end
    end
  end
  if rules and rules.body == nil then return nil end
  if body == nil then
    if not rules and got.body and got.body ~= "" then return "body: got " .. brief(got.body) .. ", want none" end
    return nil
  end
  if names.body then return (got.body == nil or got.body == "") and "body: missing" or nil end
  return skip_body(got.body or "", body, names, "body", rules and rules.body)
end

local function number_of(v)
  if type(v) == "number" then return v end
  return type(v) == "string" and tonumber(v) or nil
end

-- A fee that tells no cost tells nothing.
local function no_fee(want, kind, path)
  return kind == "object" and (path:find("%.fee$") or path:find("%.fees%.%d+$")) and conform.kind(want, "cost") == "null"
end

-- A price of nothing is none, and so is the amount of an order.
local no_zero = {
  rate = true, price = true, average = true, amount = true, cost = true, high = true, low = true, bid = true, ask = true, last = true, close = true, open = true, vwap = true,
  percentage = true,
}

local function all_absent(want, kind)
  if kind == "null" or kind == "absent" then return true end
  if kind ~= "object" and kind ~= "array" then return false end
  for k in pairs(want) do
    if not all_absent(want[k], conform.kind(want, k)) then return false end
  end
  return true
end

-- The places of a list of records in the order of their times, as the host gives lists: some were recorded in groups. nil: no such list.
local function oldest_first(want, n)
  local order = {}
  for i = 1, n do
    local time = conform.kind(want, i) == "object" and conform.kind(want[i], "timestamp") == "number" and tonumber(want[i].timestamp)
    if not time then return nil end
    order[i] = { i, time }
  end
  table.sort(order, function(x, y)
    if x[2] ~= y[2] then return x[2] < y[2] end
    return x[1] < y[1]
  end)
  for i, o in ipairs(order) do order[i] = o[1] end
  return order
end

-- What leaked into a recorded result beside the fields of its structure: a param of the call, a field of the reply. Only of records, whose keys are fields.
local function leaked(want, k)
  local kind = conform.kind(want, k)
  if kind == "object" or kind == "array" or conform.is_field(k) then return false end
  return conform.kind(want, "id") ~= "absent" and (conform.kind(want, "timestamp") ~= "absent" or conform.kind(want, "symbol") ~= "absent")
end

-- Of a recorded list the records of another currency or symbol than was asked for: the host leaves those out.
local function asked_for(want, asked)
  local kept = {}
  for i = 1, #want do
    local record = conform.kind(want, i) == "object" and want[i]
    local other = record and (record.currency and record.currency ~= asked and record.symbol == nil or record.symbol and record.symbol ~= asked and asked:find("/"))
    if not other then kept[#kept + 1] = i end
  end
  return kept
end

-- A unified result with the recorded one: the keys of `want` are compared. `asked`: the code or symbol of the call, or nil; `method`: the
-- call. What withdraw gives is a withdrawal, whatever the recording took it for.
function compare.result(got, want, want_kind, skip, path, asked, method)
  if skip[path] then return got == nil and path .. ": must be present" or nil end
  if want_kind == "null" then
    if got ~= nil then return path .. ": got " .. brief(got) .. ", want nothing" end
    return nil
  end
  if want_kind == "object" or want_kind == "array" then
    if path ~= "result" and (got == nil and all_absent(want, want_kind)
      or no_fee(want, want_kind, path) and (got == nil or type(got) == "table" and got.cost == nil)) then return nil end
    if path ~= "result" and slips.object(got, path:match("[^.]+$")) then return nil end
    if type(got) ~= "table" and type(got) ~= "userdata" then return path .. ": got " .. brief(got) .. ", want " .. brief(want) end
    if want_kind == "array" then
      local n = #want
      while n > #got and (all_absent(want[n], conform.kind(want, n)) or no_fee(want[n], conform.kind(want, n), path .. "." .. n - 1)) do n = n - 1 end
      if #got < n and asked and path == "result" then
        local kept = asked_for(want, asked)
        if #kept == #got then
          for i, at in ipairs(kept) do
            local why = compare.result(got[i], want[at], conform.kind(want, at), skip, path .. "." .. (at - 1))
            if why then return why end
          end
          return nil
        end
      end
      if #got ~= n then return path .. ": " .. #got .. " elements, want " .. n end
      local order = path == "result" and oldest_first(want, n)
      for i = 1, n do
        local from = order and order[i] or i
        local why = compare.result(got[i], want[from], conform.kind(want, from), skip, path .. "." .. (from - 1))
        if why then return why end
      end
      return nil
    end
    for k in pairs(want) do
      local v = got[k]
      local slip = slips.contradicted(got, want, k) or path == "result" and slips.said_twice(got, want, k)
      if k ~= "info" and not slip and not (v == nil and leaked(want, k)) then
        local why = compare.result(v, want[k], conform.kind(want, k), skip, path .. "." .. k, nil, method)
        if why then return why end
      end
    end
    if path == "result" then return compare.extra(got, want) end
    return nil
  end
  if want_kind == "number" or (want_kind == "string" and type(got) == "number") then
    if got == nil and tonumber(want) == 0 and no_zero[path:match("[^.]+$")] then return nil end
    local a, b = number_of(got), number_of(want)
    if not a or not b then return path .. ": got " .. brief(got) .. ", want " .. brief(want) end
    local rounding = path:find("imestamp$") and 1 or 1e-9 * math.max(math.abs(a), math.abs(b))      -- a ms got lost in binary fractions
    if math.abs(a - b) > rounding and not slips.number(a, b, path:match("[^.]+$")) then
      return path .. ": got " .. brief(got) .. ", want " .. brief(want)
    end
    return nil
  end
  if type(got) == "boolean" and (want_kind == "string" or want_kind == "number") then      -- "1" for yes, where it was recorded as it came
    local yes = want == "1" or want == "true"
    if got ~= yes and not slips.text(got, want, path:match("[^.]+$")) then return path .. ": got " .. brief(got) .. ", want " .. brief(want) end
    return nil
  end
  if want_kind == "boolean" then
    if got ~= want then return path .. ": got " .. brief(got) .. ", want " .. brief(want) end
    return nil
  end
  if got == "withdrawal" and path:find("%.type$") and (want == "withdraw" or want == "deposit" and path == "result.type" and method == "withdraw") then return nil end
  if got == want or (got == nil and want == "") then return nil end      -- an empty text tells nothing
  if type(got) == "string" and tonumber(got) and tonumber(want) and tonumber(got) == tonumber(want) then return nil end
  if slips.text(got, want, path:match("[^.]+$")) then return nil end
  return path .. ": got " .. brief(got) .. ", want " .. brief(want)
end

local own = { info = true, free = true, used = true, total = true, debt = true }      -- of a balance

-- A table by symbol or code must not hold entries that the vector does not have.
function compare.extra(got, want)
  local by_key = false
  for k, v in pairs(want) do
    if type(v) ~= "userdata" or k == "id" then return nil end
    by_key = true
  end
  if not by_key or type(got) ~= "table" then return nil end
  for k, v in pairs(got) do
    if type(k) == "string" and type(v) == "table" and not own[k] and conform.kind(want, k) == "absent" then
      return "result." .. k .. ": not in the vector"
    end
  end
end

return compare

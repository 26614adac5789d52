-- bourse exchanges: the registry as one row an exchange, or the two lists by country row for row as they were.
local require = ...
local format, tables, verb, evidence = require "format", require "table", require "verb", require "evidence"
local registry
local a = host.args

local form = a.format or "table"
local lang = a.lang or "en"

local function country_name(code)
  local names = registry.country_names[code]
  return names and names[lang == "zh" and 2 or 1] or code
end

-- A country may be given as its code, or its English or Chinese name.
local function country_code(word)
  local low, words = word:lower(), {}
  for code, names in pairs(registry.country_names) do
    if low == code:lower() or low == names[1]:lower() or word == names[2] then return code end
    words[#words + 1] = code
    words[#words + 1] = names[1]
  end
  local more = { uk = "GB", usa = "US", ["united states"] = "US", ["united kingdom"] = "GB", europe = "EU",
    ["european union"] = "EU", uae = "AE", czechia = "CZ", korea = "KR", ["türkiye"] = "TR" }
  if more[low] then return more[low] end
  table.sort(words)
  local near = #word > 2 and format.nearest(word, words)
  verb.fail(2, ("no exchange is listed for the country '%s'%s"):format(word,
    near and (" (did you mean '%s'?)"):format(near) or "; bourse exchanges --by-country shows all"))
end

-- The Chinese list wrote addresses as browsers do: with a slash for an empty path.
local function slash(url)
  local head, rest = url:match("^(https?://[^/?]+)(.*)$")
  if head and (rest == "" or rest:sub(1, 1) == "?") then return head .. "/" .. rest end
  return url
end

-- What a list says of an exchange.
local function listed(id, list)
  local e = registry.exchanges[id]
  local change = list == "2020" and e.in_2020 or {}
  local as = list == "2020" and slash or function(url) return url end
  return {
    id = id, name = change.name or e.name, version = change.version or e.version,
    url = as(change.referral or e.referral or e.site), docs = as(change.docs or e.docs),
    logo = registry.logos .. (change.logo or e.logo), status = e.status,
  }
end

local function rows_of(list)   -- { {country code, id}, ... } in the order of the list
  local out = {}
  for _, line in ipairs(registry.lists[list]) do
    local code
    for word in line:gmatch("%S+") do
      if code then out[#out + 1] = { code, word } else code = word end
    end
  end
  return out
end

-- The English list is padded to fixed widths, the Chinese one is not.
local widths = { 23, 192, 20, 89, 5, 93 }
local function padded(cells)
  local out = {}
  for j, s in ipairs(cells) do out[j] = format.pad(s, widths[j]) end
  return "|" .. table.concat(out, "|") .. "|\n"
end

local function markdown(rows, list)
  local out = {}
  local zh = lang == "zh"
  local heads = { "country / region", "logo", "id", "name", "ver", "doc" }
  if zh then heads = { "国家/地区", "商标", "ID", "名称", "版本", "文档" } end
  if list == "2019" then
    local cells, rule = {}, {}
    local logo = ("&nbsp;"):rep(7) .. heads[2] .. ("&nbsp;"):rep(7)
    for j, s in ipairs(heads) do
      cells[j] = (j == 1 and "" or " ") .. (j == 2 and logo or s)
      rule[j] = ("-"):rep(widths[j])
    end
    rule[4], rule[5] = ":" .. ("-"):rep(widths[4] - 2) .. ":", ":---:"
    out = { padded(cells), padded(rule) }
  else
    out = { "| " .. table.concat(heads, " | ") .. " |\n", "| :--- | :--- | :--- | :--- | :--- | :--- |\n" }
  end
  for _, r in ipairs(rows) do
    local logo = ("[![%s](%s)](%s)"):format(r.id, r.logo, r.url)
    local name, doc = ("[%s](%s)"):format(r.name, r.url), ("[API](%s)"):format(r.docs)
    if list == "2019" then
      out[#out + 1] = padded { r.country, " " .. logo, " " .. r.id, " " .. name, " " .. r.version, " " .. doc }
    else
      out[#out + 1] = ("| %s | %s | %s | %s | %s | %s |\n"):format(r.country, logo, r.id, name, r.version:gsub("%*", "\\*"), doc)
    end
  end
  return table.concat(out)
end

local wanted

local function by_country(list)
  local rows = {}
  for _, pair in ipairs(rows_of(list)) do
    local code, id = pair[1], pair[2]
    local r = listed(id, list)
    if (not wanted or code == wanted) and (not a.status or r.status == a.status) then
      r.country = country_name(code)
      rows[#rows + 1] = r
    end
  end
  if form == "markdown" then return host.out(markdown(rows, list)) end
  local keys = { "country", "id", "name", "logo", "url", "version", "docs" }
  local columns = { { "country" }, { "id" }, { "name", cut = 12 }, { "ver" }, { "url", cut = 24, drop = true },
    { "docs", cut = 24, drop = true }, { "logo", cut = 24, drop = true } }
  if form == "table" then keys = { "country", "id", "name", "version", "url", "docs", "logo" } end
  local cells = {}
  for i, r in ipairs(rows) do
    cells[i] = {}
    for j, k in ipairs(keys) do cells[i][j] = r[k] end
  end
  tables.out(form, columns, cells, keys)
end

-- What an exchange's adapter rests on. One that goes by a new id today rests on the vectors of every id that it was listed by.
local function evidence_of(id)
  if evidence[id] then return evidence[id] end
  local listed_ids = {}
  for listed_id, entry in pairs(registry.exchanges) do
    if entry.successor == id and evidence[listed_id] then listed_ids[#listed_ids + 1] = listed_id end
  end
  table.sort(listed_ids)
  local whole
  for _, listed_id in ipairs(listed_ids) do
    local e = evidence[listed_id]
    if not whole then
      whole = {}
      for k, v in pairs(e) do whole[k] = v end
    else
      whole.passed, whole.total, whole.set_aside = whole.passed + e.passed, whole.total + e.total, whole.set_aside + e.set_aside
    end
  end
  return whole
end

local function evidence_text(e)
  if not e then return "no adapter" end
  return ("%d of %d vectors"):format(e.passed, e.total + e.set_aside)
end

-- docs/exchanges.md: made by ./dev evidence.
local function by_evidence(rows)
  local out = { "| id | adapter | countries | status | methods | vectors passed | set aside | recorded from | lines | shared |\n"
    .. "| --- | --- | --- | --- | ---: | ---: | ---: | --- | ---: | ---: |\n" }
  for _, r in ipairs(rows) do
    local e = evidence_of(r[1])
    if e then
      out[#out + 1] = ("| %s | %s | %s | %s | %d | %d of %d | %s | ccxt %s | %d | %s |\n"):format(r[1], e.adapter, r[3], r[4], e.methods, e.passed,
        e.total + e.set_aside, e.set_aside > 0 and e.set_aside or "", e.oracle, e.lines, e.shared > 0 and e.shared or "")
    else
      out[#out + 1] = ("| %s |  | %s | %s |  |  |  |  |  |  |\n"):format(r[1], r[3], r[4])
    end
  end
  host.out(table.concat(out))
end

-- One row an exchange, by id; and what the renamed ones are today.
local function plain()
  local all, only = {}, nil
  if a.list then
    only = {}
    for _, pair in ipairs(rows_of(a.list)) do only[pair[2]] = true end
  end
  for id, e in pairs(registry.exchanges) do if not only or only[id] then all[#all + 1] = { id, e } end end
  if not only then for id, e in pairs(registry.today) do all[#all + 1] = { id, e } end end
  table.sort(all, function(x, y) return x[1] < y[1] end)

  local rows, list = {}, {}
  for _, pair in ipairs(all) do
    local id, e = pair[1], pair[2]
    local names, there = {}, not wanted
    for code in e.countries:gmatch("%S+") do
      names[#names + 1] = country_name(code)
      there = there or code == wanted
    end
    table.sort(names)
    if there and (not a.status or e.status == a.status) then
      local status = e.status
      if e.successor then status = status .. ", now " .. e.successor end
      if e.year then status = ("%s %d"):format(status, e.year) end
      local rests_on = evidence_of(id)
      rows[#rows + 1] = { id, e.name, table.concat(names, form == "csv" and ";" or ", "), status, e.now or e.version, e.site, evidence_text(rests_on) }
      if form == "json" then
        local codes = {}
        for code in e.countries:gmatch("%S+") do codes[#codes + 1] = code end
        local change = e.in_2020 or {}
        list[#list + 1] = {
          id = id, name = e.name, countries = names, country_codes = codes, status = e.status, successor = e.successor,
          year = e.year, note = e.note, version = e.now or e.version, version_listed = change.version or e.version,
          url = e.referral or e.site, site = e.site, docs = e.docs, logo = e.logo and registry.logos .. e.logo, family = e.family, evidence = rests_on,
        }
      end
    end
  end
  if form == "json" then
    return host.out(format.json(list, { list = true, indent = "  ",
      order = { "id", "name", "countries", "country_codes", "status", "successor", "year", "note", "version", "version_listed",
        "site", "url", "docs", "logo", "family", "evidence" } }) .. "\n")
  end
  if form == "markdown" then return by_evidence(rows) end
  tables.out(form, { { "id" }, { "name" }, { "countries", cut = 10 }, { "status", cut = 26 }, { "version" },
    { "site", cut = 24, drop = true }, { "evidence" } }, rows, { "id", "name", "countries", "status", "version", "site", "evidence" })
end

verb.main(function()
  registry = verb.registry()
  wanted = a.country and country_code(a.country)
  if a["by-country"] then by_country(a.list or "2019") else plain() end
end)

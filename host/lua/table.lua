-- A table for people: columns aligned by display width, headings on top, cut to the terminal where there is one.
-- columns: list of { name, right = true (align), cut = N (may be shortened to N), drop = true (may be left out) }
local require = ...
local format = require "format"

local M = {}

-- Rows of texts -> the text of the table. `width`: columns of the terminal, nil for no limit.
function M.text(columns, rows, width)
  local widths, shown = {}, {}
  for j, c in ipairs(columns) do
    widths[j] = format.width(c[1])
    for _, row in ipairs(rows) do widths[j] = math.max(widths[j], format.width(row[j])) end
    shown[j] = true
  end
  local function total()
    local n = -2
    for j in ipairs(columns) do if shown[j] then n = n + widths[j] + 2 end end
    return n
  end
  if width then

    while total() > width do   -- shorten the widest that may be, then leave out the last that may be
      local widest
      for j, c in ipairs(columns) do
        if shown[j] and c.cut and widths[j] > c.cut and (not widest or widths[j] > widths[widest]) then widest = j end
      end
      if widest then
        widths[widest] = math.max(columns[widest].cut, widths[widest] - (total() - width))
      else
        local last
        for j, c in ipairs(columns) do if shown[j] and c.drop then last = j end end
        if not last then break end
        shown[last] = false
        for j, c in ipairs(columns) do   -- what is left may have its room back
          if shown[j] and c.cut then
            for _, row in ipairs(rows) do widths[j] = math.max(widths[j], format.width(row[j])) end
          end
        end
      end
    end
  end
  local out, n = {}, 0
  local function add(s) n = n + 1; out[n] = s end
  local heads = {}
  for j, c in ipairs(columns) do heads[j] = c[1] end
  for i = 0, #rows do
    local row, gap = rows[i] or heads, 0   -- spaces are written when something follows: no line ends in one
    for j, c in ipairs(columns) do
      if shown[j] then
        local s = row[j]
        local w = format.width(s)
        if w > widths[j] then
          s = format.cut(s, widths[j])
          w = format.width(s)
        end
        local room = widths[j] - w
        if c.right then gap, room = gap + room, 0 end
        if s ~= "" then
          if gap > 0 then add((" "):rep(gap)) end
          add(s)
          gap = 0
        else
          room = room + w
        end
        gap = gap + room + 2
      end
    end
    add "\n"
  end
  return table.concat(out)
end

-- The rows as the user asked: table, markdown, csv, or json (an array of objects; `keys` names the fields).
function M.out(form, columns, rows, keys)
  if form == "csv" then
    local all = { {} }
    for j, c in ipairs(columns) do all[1][j] = keys and keys[j] or c[1] end
    for _, row in ipairs(rows) do all[#all + 1] = row end
    host.out(format.csv(all))
  elseif form == "json" then
    local list = {}
    for i, row in ipairs(rows) do
      list[i] = {}
      for j, k in ipairs(keys) do list[i][k] = row[j] end
    end
    host.out(format.json(list, { order = keys, list = true, indent = "  " }) .. "\n")
  elseif form == "markdown" then
    host.out(M.markdown(columns, rows))
  else
    host.out(M.text(columns, rows, host.tty and host.columns or nil))
  end
end

function M.markdown(columns, rows)
  local function line(cells)
    local out = {}
    for j, s in ipairs(cells) do out[j] = s:gsub("|", "\\|") end
    return "| " .. table.concat(out, " | ") .. " |"
  end
  local heads, rule = {}, {}
  for j, c in ipairs(columns) do heads[j], rule[j] = c[1], c.right and "---:" or ":---" end
  local out = { line(heads), line(rule) }
  for _, row in ipairs(rows) do out[#out + 1] = line(row) end
  return table.concat(out, "\n") .. "\n"
end

return M

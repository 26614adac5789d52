-- What an exchange says of itself, and how old its books are by its own clock. Asked again each minute; what it does not tell is nil.
local M = {}
local fresh_ms = 60000
local known = {}         -- exchange object -> { at = ms, status, clock, error }

local function ask(ex, method)
  if ex.has[method] ~= true then return nil end
  local ok, found = pcall(function() return ex[method](ex) end)
  if not ok and not (type(found) == "table" and found.class) then error(found, 0) end
  return ok and found or nil
end

-- A table { status, clock, error }: "ok", "maintenance" ...; how far its clock is ahead of ours (ms), and how far that may be wrong.
function M.state(ex)
  local k = known[ex]
  if k and tasks.now() - k.at < fresh_ms then return k end
  k = { at = tasks.now(), status = k and k.status, clock = k and k.clock, error = k and k.error }
  known[ex] = k                                                           -- nobody else asks meanwhile
  local best
  for _ = 1, 2 do                                                         -- the first reply may have waited for a connection
    local before = tasks.now()
    local time = ask(ex, "fetch_time")
    if not time then break end
    local way, cut = (tasks.now() - before) / 2, time % 1000 == 0 and 500 or 0        -- some tell whole seconds
    if not best or way + cut < best then best, k.clock = way + cut, time + cut - before - way end
    if best < 150 then break end
  end
  k.error = best or k.error
  local status = ask(ex, "fetch_status")
  k.status = status and status.status
  return k
end

-- How old a book is (ms): since it was received; and by the exchange's own time in it, nil where there is none, or where the clock is not known and
-- may be the reason. Below zero: it is from the future.
function M.book_age(ex, book)
  local age, state = book.age or 0, M.state(ex)
  if not book.timestamp or not book.received then return age end
  local own = book.received + (state.clock or 0) - book.timestamp
  local doubt = state.clock and state.error or 1000
  own = own > doubt and own - doubt or own < -doubt and own + doubt or 0
  if not state.clock and own > 0 then return age end
  return age, own + (own >= 0 and age or 0)
end

return M

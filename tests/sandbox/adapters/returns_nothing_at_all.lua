-- expect: exit 2|5, stderr "must return a table"
-- call: fetch_balance
local x = 1

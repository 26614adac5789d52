-- expect: exit 2|5, stderr "must return a table"
-- call: fetch_balance
return 0 / 0

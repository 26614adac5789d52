-- expect: exit 2|5, stderr "garbage_table.lua:"
-- call: fetch_balance
local t = {}
t[t] = t
t[1], t[1.5], t[true], t[print or tostring] = t, t, t, t
t.hosts = { [t] = t, api = t }
t.credentials, t.rate, t.errors, t.broad, t.maps, t.fees, t.timeframes = t, t, t, t, t, t, t
t.sign, t.failed, t.message, t.nonce, t.precision, t.encode, t.http, t.options = t, t, t, t, t, t, t, t
t.fetch_balance, t.fetch_ticker = t, { get = t, post = t, read = t, send = 1, right = t, cost = "much", headers = 1 }
return t

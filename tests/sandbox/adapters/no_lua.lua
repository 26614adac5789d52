-- expect: exit 2|5, stderr "no_lua.lua:3"
-- call: fetch_balance
this is no Lua

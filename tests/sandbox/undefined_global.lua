-- expect: exit 1, stderr "undefined_global.lua:2: undefined global 'exchnage'"
local ex = exchnage "kraken"

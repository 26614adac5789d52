-- expect: exit 3|1, stderr "env_chain.lua"
local a = {}
a._ENV = a
local s = a._ENV._ENV._ENV._ENV._ENV._ENV.x.y

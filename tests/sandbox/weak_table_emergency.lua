-- expect: exit 3, stderr "used more than"
local hold = {}
while true do
  local mt = setmetatable({}, { __mode = "kv", __newindex = function(t, k, v) rawset(t, k, v) end })
  for i = 1, 100 do mt[{}] = {} end
  hold[#hold + 1] = mt
end

-- expect: exit 3, stderr "used more than"
local function f()
  local x <close> = setmetatable({}, { __close = function() while true do end end })
  error("out")
end
pcall(f)

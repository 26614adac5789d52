-- expect: exit 1, stderr "scripts cannot have __gc"
setmetatable({}, { __gc = function() while true do end end })

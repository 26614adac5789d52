-- expect: exit 1, stderr "a table was raised as an error"
error(setmetatable({}, { __tostring = function() while true do end end, __index = function() while true do end end }))

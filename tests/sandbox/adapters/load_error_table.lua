-- expect: exit 2|5, stderr "failed to load|load_error_table"
-- call: fetch_balance
error(setmetatable({}, { __index = function() return setmetatable({}, {}) end }))

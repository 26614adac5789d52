-- expect: exit 1, stderr "task_error_trace.lua:5"
local function inner() error("broken") end
local function middle() inner() return 1 end
spawn(function()
  local x = middle()
end)
sleep(10)

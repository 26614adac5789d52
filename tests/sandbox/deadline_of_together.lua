-- expect: exit 0, stdout "1	nil	RequestTimeout"
local a, b, errors = together(function() return 1 end, function() sleep(30) end, { deadline = 0.05 })
print(a, b, errors[2].class)
stop()

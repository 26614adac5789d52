-- expect: exit 3, stderr "used more than"
while true do
  coroutine.resume(coroutine.create(function() coroutine.wrap(function() while true do end end)() end))
end

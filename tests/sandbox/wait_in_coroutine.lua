-- expect: exit 0, stdout "1 two 3 yielded done"
local out = {}
local inner = coroutine.wrap(function()
  sleep(0.01)
  coroutine.yield("yielded")
  sleep(0.01)
  return "done"
end)
local outer = coroutine.create(function(a)
  out[#out + 1] = a
  sleep(0.01)
  local b = coroutine.yield("two")
  sleep(0)
  out[#out + 1] = b
  out[#out + 1] = inner()
  out[#out + 1] = inner()
  return true
end)
local ok, two = coroutine.resume(outer, 1)
out[#out + 1] = two
assert(coroutine.status(outer) == "suspended")
assert(coroutine.resume(outer, 3))
assert(coroutine.status(outer) == "dead" and not coroutine.resume(outer))
print(table.concat(out, " "))

-- expect: exit 1, stderr "error_in_every.lua:4: a mistake"
every(0.01, function()
  if os.time() > 0 then
    error("a mistake")
  end
end)

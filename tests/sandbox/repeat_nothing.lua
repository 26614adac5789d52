-- expect: exit 0, stdout "nothing"
assert((""):rep(1 << 62) == "" and (""):rep(math.maxinteger, "") == "" and ("x"):rep(-5) == "" and ("x"):rep(1, ("y"):rep(99)) == "x")
print("nothing")

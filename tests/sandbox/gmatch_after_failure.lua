-- expect: exit 0, stdout "the iterator has failed before"
local step = (("x"):rep(100000)):gmatch("(" .. (".-"):rep(1) .. "(.-)" .. ("(.?)"):rep(20) .. ("a?"):rep(200) .. ")$y")
local deep = (("x"):rep(300000)):gmatch(("(x"):rep(31) .. (")"):rep(31) .. ("x-"):rep(100) .. "y")
local rec = ("x"):rep(1000):gmatch("(" .. ("x?"):rep(250) .. ")")
local ok, why = pcall(rec)
local ok2, why2 = pcall(rec)
print(ok and "the iterator has failed before" or why2)

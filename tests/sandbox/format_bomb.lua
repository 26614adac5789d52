-- expect: exit 1, stderr "invalid format"
string.format("%" .. ("9"):rep(50) .. "d", 1)

-- expect: exit 1, stderr "more than ten million elements"
table.move({}, 1, math.maxinteger - 1, 2)

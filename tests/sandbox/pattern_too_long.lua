-- expect: exit 1, stderr "a pattern may be at most 512 bytes long"
("x"):find(("a?"):rep(10000))

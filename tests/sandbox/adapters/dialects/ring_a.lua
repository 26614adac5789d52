return dialect("ring_b")

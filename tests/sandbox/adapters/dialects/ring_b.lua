return dialect("ring_a")

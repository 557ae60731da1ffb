"""Loops in loops."""

# arguments: m: f8[3,2]
def nested_loops(m):
    total = 0.0
    for i in range(m.shape[0]):
        p = 1.0
        for j in range(m.shape[1]):
            p = p * m[i, j]
        total += p
    return total

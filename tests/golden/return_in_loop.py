"""A way out of a loop."""

# arguments: x: f8[4]
def return_in_loop(x):
    total = 0.0
    for v in x:
        total += v * v
        if total > 2.0:
            return total * v
    return total

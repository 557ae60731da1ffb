"""Parallel assignment round a loop."""

# arguments: x: f8[4]
def swapped_numbers(x):
    a, b = 1.0, x[0]
    for v in x:
        a, b = b, a * v
    return a + b

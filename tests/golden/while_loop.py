"""The number of trips is counted."""

# arguments: x: float
def while_loop(x):
    while x > 0.1:
        x = 0.5 * x * x
    return x

"""A polynomial, backwards through its coefficients."""

# arguments: c: f8[4], x: float
def horner(c, x):
    y = 0.0
    for k in reversed(c):
        y = y * x + k
    return y

"""Two ways out."""

# arguments: x: float, y: float
def early_return(x, y):
    if x < y:
        return x * y
    z = x - y
    return z * z

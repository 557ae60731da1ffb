"""A loop that ends when it has converged."""

# arguments: a: float
def newton(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x

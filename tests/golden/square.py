"""A power of a number."""

# arguments: x: float
# sections: reverse, forward, second
def square(x):
    return x**2


# --- reverse
def square_grad(x):
    """Gradient of square with respect to x."""
    # return x**2
    dx = 2.0 * x
    return dx


# --- forward
def square_jvp(x, dx):
    """Value of square, and its tangent for dx."""
    return x ** 2, 2.0 * x * dx


# --- second
def square_grad_grad(x):
    """Gradient of square with respect to x."""
    return 2.0

"""What is printed is printed once."""

# arguments: x: float
def printing(x):
    y = x * x
    print("y computed")
    return y * x


# --- reverse
def printing_grad(x):
    """Gradient of printing with respect to x."""
    y = x * x
    print('y computed')
    dx = 2.0 * y + y
    return dx


# --- forward
def printing_jvp(x, dx):
    """Value of printing, and its tangent for dx."""
    y = x * x
    t = dx * x
    y_dot = t + t
    print('y computed')
    return y * x, y_dot * x + dx * y

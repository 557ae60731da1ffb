"""The number of trips is counted."""

# arguments: x: float
def while_loop(x):
    while x > 0.1:
        x = 0.5 * x * x
    return x


# --- reverse
def while_loop_grad(x):
    """Gradient of while_loop with respect to x."""
    xs = []
    count = 0
    while x > 0.1:
        xs.append(x)
        x = 0.5 * x * x
        count += 1

    # while x > 0.1:
    dx = 1.0
    for i in reversed(range(count)):
        # x = 0.5 * x * x
        x = xs[i]
        dx = dx * (0.5 * x) + 0.5 * (dx * x)
    return float(dx)


# --- forward
def while_loop_jvp(x, dx):
    """Value of while_loop, and its tangent for dx."""
    x_dot = dx
    while x > 0.1:
        x_dot = 0.5 * x_dot * x + 0.5 * (x_dot * x)
        x = 0.5 * x * x
    return x, float(x_dot)

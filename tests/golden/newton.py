"""A loop that ends when it has converged."""

# arguments: a: float
def newton(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


# --- reverse
def newton_grad(a):
    """Gradient of newton with respect to a."""
    xs = []
    x = a
    count = 0
    while abs(x * x - a) > 1e-10:
        xs.append(x)
        x = 0.5 * (x + a / x)
        count += 1

    # while abs(x * x - a) > 1e-10:
    dx = 1.0
    da = 0.0
    for i in reversed(range(count)):
        # x = 0.5 * (x + a / x)
        g = 0.5 * dx
        x = xs[i]
        dx = g - 0.5 * dx * (a / x) / x
        da += g / x
    da = float(da + dx)
    return da


# --- forward
def newton_jvp(a, da):
    """Value of newton, and its tangent for da."""
    x = a
    x_dot = da
    while abs(x * x - a) > 1e-10:
        ratio = a / x
        x_dot = 0.5 * (x_dot + (da / x - x_dot * ratio / x))
        x = 0.5 * (x + ratio)
    return x, float(x_dot)

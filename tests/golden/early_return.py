"""Two ways out."""

# arguments: x: float, y: float
def early_return(x, y):
    if x < y:
        return x * y
    z = x - y
    return z * z


# --- reverse
def early_return_grad(x, y):
    """Gradient of early_return with respect to x and y."""
    if x < y:
        dx = y
        dy = x
    else:
        # return z * z
        z = x - y
        # z = x - y
        dx = 2.0 * z
        dy = -dx
    return float(dx), float(dy)


# --- forward
def early_return_jvp(x, y, dx, dy):
    """Value of early_return, and its tangent for dx and dy."""
    if x < y:
        t = x * y
        t2 = dx * y + dy * x
    else:
        z = x - y
        z_dot = dx - dy
        t = z * z
        t2 = z_dot * z
        t2 = t2 + t2
    return t, float(t2)

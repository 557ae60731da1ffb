"""A polynomial, backwards through its coefficients."""

# arguments: c: f8[4], x: float
def horner(c, x):
    y = 0.0
    for k in reversed(c):
        y = y * x + k
    return y


# --- reverse
import numpy as np


def horner_grad(c, x):
    """Gradient of horner with respect to c and x."""
    ys = np.empty(len(c))
    y = 0.0
    for i in reversed(range(len(c))):
        ys[i] = y
        k = c[i]
        y = y * x + k

    # for k in reversed(c):
    dc = np.zeros_like(c)
    dy = 1.0
    dx = 0.0
    for i in range(len(c)):
        # y = y * x + k
        y = ys[i]
        dc[i] += dy
        dx += dy * y
        dy *= x
    return dc, float(dx)


# --- forward
def horner_jvp(c, x, dc, dx):
    """Value of horner, and its tangent for dc and dx."""
    y = 0.0
    y_dot = 0.0
    for i in reversed(range(len(c))):
        k = c[i]
        k_dot = dc[i]
        y_dot = y_dot * x + dx * y + k_dot
        y = y * x + k
    return y, y_dot

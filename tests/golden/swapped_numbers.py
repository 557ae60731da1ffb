"""Parallel assignment round a loop."""

# arguments: x: f8[4]
def swapped_numbers(x):
    a, b = 1.0, x[0]
    for v in x:
        a, b = b, a * v
    return a + b


# --- reverse
import numpy as np


def swapped_numbers_grad(x):
    """Gradient of swapped_numbers with respect to x."""
    b = x[0]
    as_ = np.empty(len(x))
    a = 1.0
    for i in range(len(x)):
        as_[i] = a
        v = x[i]
        a, b = b, a * v

    # for v in x:
    dx = np.zeros_like(x)
    da = 1.0
    db = 1.0
    for i in reversed(range(len(x))):
        # a, b = b, a * v
        v = x[i]
        a = as_[i]
        dv = db * a
        dx[i] += dv
        da, db = db * v, da
    # a, b = 1.0, x[0]
    dx[0] += db
    return dx


# --- forward
def swapped_numbers_jvp(x, dx):
    """Value of swapped_numbers, and its tangent for dx."""
    b = x[0]
    b_dot = dx[0]
    a = 1.0
    a_dot = 0.0
    for i in range(len(x)):
        v = x[i]
        v_dot = dx[i]
        a, b, a_dot, b_dot = b, a * v, b_dot, a_dot * v + v_dot * a
    return a + b, a_dot + b_dot

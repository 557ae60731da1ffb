"""A slice is overwritten."""

import numpy as np


# arguments: x: f8[5]
def slice_update(x):
    y = x * x
    y[1:-1] = y[2:] + y[:-2]
    return np.sum(y * y)


# --- reverse
def slice_update_grad(x):
    """Gradient of slice_update with respect to x."""
    y = x * x
    y[1:-1] = y[2:] + y[:-2]

    # y[1:-1] = y[2:] + y[:-2]
    dy = 2.0 * y
    g = dy[1:-1].copy()
    dy[1:-1] = 0.0
    dy[:-2] += g
    dy[2:] += g
    dx = 2.0 * (dy * x)
    return dx


# --- forward
import numpy as np


def slice_update_jvp(x, dx):
    """Value of slice_update, and its tangent for dx."""
    y = x * x
    t = dx * x
    y_dot = t + t
    y[1:-1] = y[2:] + y[:-2]
    y_dot[1:-1] = y_dot[2:] + y_dot[:-2]
    t = y_dot * y
    sum_ = np.sum(t + t)
    return np.sum(y * y), sum_

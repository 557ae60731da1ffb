"""The caller's array is left as it was."""

import numpy as np


# arguments: x: f8[4]
def argument_updated(x):
    x[0] = 2.0 * x[1]
    x *= 3.0
    return np.sum(x * x)


# --- reverse
def argument_updated_grad(x):
    """Gradient of argument_updated with respect to x."""
    x2 = x.copy()
    x2[0] = 2.0 * x[1]
    x = x2 * 3.0

    # x *= 3.0
    dx = 2.0 * x
    dx = 3.0 * dx
    # x[0] = 2.0 * x[1]
    dx_0 = dx[0]
    dx[0] = 0.0
    dx[1] += 2.0 * dx_0
    return dx


# --- forward
import numpy as np


def argument_updated_jvp(x, dx):
    """Value of argument_updated, and its tangent for dx."""
    x2 = x.copy()
    x2[0] = 2.0 * x[1]
    x_dot = dx.copy()
    x_dot[0] = 2.0 * dx[1]
    x = x2 * 3.0
    x_dot = 3.0 * x_dot
    t = x_dot * x
    sum_ = np.sum(t + t)
    return np.sum(x * x), sum_

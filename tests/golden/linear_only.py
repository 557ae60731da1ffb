"""A linear function: the gradient needs no primal."""

import numpy as np


# arguments: x: f8[4], w: f8[4]
# wrt: x
def linear_only(x, w):
    y = 2.0 * x + w
    return np.sum(y * w)


# --- reverse
def linear_only_grad(x, w):
    """Gradient of linear_only with respect to x."""
    # y = 2.0 * x + w
    dx = 2.0 * w
    return dx


# --- forward
import numpy as np


def linear_only_jvp(x, w, dx):
    """Value of linear_only, and its tangent for dx."""
    y_dot = 2.0 * dx
    y = 2.0 * x + w
    return np.sum(y * w), np.sum(y_dot * w)

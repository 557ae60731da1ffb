"""Ties are split."""

import numpy as np


# arguments: x: f8[4]
def maximum(x):
    return np.sum(np.maximum(x, 0.0))


# --- reverse
import numpy as np


def maximum_grad(x):
    """Gradient of maximum with respect to x."""
    # return np.sum(np.maximum(x, 0.0))
    g = np.where(x == 0.0, np.broadcast_to(0.5, len(x)), 0.0)
    dx = np.where(x > 0.0, 1.0, g)
    return dx


# --- forward
import numpy as np


def maximum_jvp(x, dx):
    """Value of maximum, and its tangent for dx."""
    t = np.where(x > 0.0, dx, np.where(x == 0.0, 0.5 * dx, 0.0))
    sum_ = np.sum(np.maximum(x, 0.0))
    return sum_, np.sum(t)

"""A number against an array."""

import numpy as np


# arguments: x: f8[3], c: float
def broadcast_number(x, c):
    return np.sum(c * x + c)


# --- reverse
import numpy as np


def broadcast_number_grad(x, c):
    """Gradient of broadcast_number with respect to x and c."""
    dx = np.full(len(x), c)
    dc = float(1.0 * len(x) + np.sum(x))
    return dx, dc


# --- forward
import numpy as np


def broadcast_number_jvp(x, c, dx, dc):
    """Value of broadcast_number, and its tangent for dx and dc."""
    sum_ = np.sum(dc * x + dx * c + dc)
    return np.sum(c * x + c), sum_

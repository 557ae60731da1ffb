"""No influence gives zeros."""

import numpy as np


# arguments: x: f8[3], y: f8[3]
def unused_argument(x, y):
    return np.sum(x * x)


# --- reverse
import numpy as np


def unused_argument_grad(x, y):
    """Gradient of unused_argument with respect to x and y."""
    dx = 2.0 * x
    dy = np.zeros_like(x)
    return dx, dy


# --- forward
import numpy as np


def unused_argument_jvp(x, y, dx, dy):
    """Value of unused_argument, and its tangent for dx and dy."""
    t = dx * x
    sum_ = np.sum(t + t)
    return np.sum(x * x), sum_

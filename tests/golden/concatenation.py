"""Pieces go back where they came from."""

import numpy as np


# arguments: x: f8[2], y: f8[3]
def concatenation(x, y):
    z = np.concatenate([x, y * y])
    return np.sum(z * z)


# --- reverse
import numpy as np


def concatenation_grad(x, y):
    """Gradient of concatenation with respect to x and y."""
    z = np.concatenate([x, y * y])

    # z = np.concatenate([x, y * y])
    dz = 2.0 * z
    dx = dz[:len(x)]
    dy = 2.0 * (dz[len(x):] * y)
    return dx, dy


# --- forward
import numpy as np


def concatenation_jvp(x, y, dx, dy):
    """Value of concatenation, and its tangent for dx and dy."""
    t = dy * y
    z = np.concatenate([x, y * y])
    z_dot = np.concatenate([dx, t + t])
    t = z_dot * z
    sum_ = np.sum(t + t)
    return np.sum(z * z), sum_

"""Repeated indices accumulate."""

import numpy as np


# arguments: x: f8[4], index: i8[6]
# wrt: x
def gather(x, index):
    return np.sum(x[index] ** 2)


# --- reverse
import numpy as np


def gather_grad(x, index):
    """Gradient of gather with respect to x."""
    # return np.sum(x[index] ** 2)
    dx = np.zeros_like(x)
    np.add.at(dx, index, 2.0 * x[index])
    return dx


# --- forward
import numpy as np


def gather_jvp(x, index, dx):
    """Value of gather, and its tangent for dx."""
    x_part = x[index]
    sum_ = np.sum(2.0 * (x_part * dx[index]))
    return np.sum(x_part ** 2), sum_

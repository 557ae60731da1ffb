"""A linear function: the gradient needs no primal."""

import numpy as np


# arguments: x: f8[4], w: f8[4]
# wrt: x
def linear_only(x, w):
    y = 2.0 * x + w
    return np.sum(y * w)

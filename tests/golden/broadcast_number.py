"""A number against an array."""

import numpy as np


# arguments: x: f8[3], c: float
def broadcast_number(x, c):
    return np.sum(c * x + c)

"""A column against a row."""

import numpy as np


# arguments: a: f8[3,1], b: f8[1,4]
def broadcast_column(a, b):
    return np.sum(a * b)

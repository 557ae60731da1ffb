"""Pieces go back where they came from."""

import numpy as np


# arguments: x: f8[2], y: f8[3]
def concatenation(x, y):
    z = np.concatenate([x, y * y])
    return np.sum(z * z)

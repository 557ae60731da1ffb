"""A mask is kept, and what it hit has no cotangent."""

import numpy as np


# arguments: x: f8[4]
def mask_update(x):
    y = x * x
    y[y > 1.0] = 1.0
    return np.sum(y)

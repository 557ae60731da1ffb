"""Linear algebra."""

import numpy as np


# arguments: a: f8[3], m: f8[3,3]
def outer_and_trace(a, m):
    return np.trace(np.outer(a, a) @ m)

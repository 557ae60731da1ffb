"""The arm that ran is reversed."""

import numpy as np


# arguments: x: float
def branch(x):
    if x > 0.5:
        y = x * x
    else:
        y = np.sin(x)
    return 3.0 * y

"""An array is written and read in one loop."""

import numpy as np


# arguments: x: f8[4]
def prefix_product(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = y[i] * y[i - 1]
    return np.sum(y)

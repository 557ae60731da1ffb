"""One element changes."""

import numpy as np


# arguments: x: f8[4]
def element_update(x):
    y = np.exp(x)
    y[0] = y[1] * y[2]
    return np.sum(y)

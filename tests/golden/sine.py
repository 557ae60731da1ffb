"""An elementwise function of an array."""

import numpy as np


# arguments: x: f8[3]
def sine(x):
    return np.sum(np.sin(x))

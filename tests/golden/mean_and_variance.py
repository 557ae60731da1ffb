"""A value used twice: contributions are summed."""

import numpy as np


# arguments: x: f8[4]
def mean_and_variance(x):
    centred = x - np.mean(x)
    return np.mean(centred * centred)

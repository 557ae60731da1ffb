"""The derivative of the sigmoid reuses its value."""

import numpy as np


# arguments: x: f8[3]
def sigmoid(x):
    y = 1.0 / (1.0 + np.exp(-x))
    return np.sum(y)

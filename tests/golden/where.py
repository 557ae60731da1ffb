"""The branch not taken gives exactly zero."""

import numpy as np


# arguments: x: f8[4]
def where(x):
    return np.sum(np.where(x > 0.0, np.sqrt(x), 0.0))

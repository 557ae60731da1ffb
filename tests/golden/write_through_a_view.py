"""The cotangent of a view is a view."""

import numpy as np


# arguments: x: f8[4]
def write_through_a_view(x):
    a = x * x
    v = a[1:3]
    v *= 2.0
    return np.sum(a * a)

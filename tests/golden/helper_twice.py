"""A helper called twice is one function."""

import numpy as np


# arguments: x: float


def bump(t):
    s = np.sin(t)
    return s * t


def helper_twice(x):
    return bump(x) * bump(2.0 * x)

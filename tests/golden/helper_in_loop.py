"""A helper in a loop."""

import numpy as np


# arguments: x: f8[4]


def step(s, v):
    return s * v + np.cos(v)


def helper_in_loop(x):
    total = 0.0
    for i in range(len(x)):
        total = step(total, x[i])
    return total

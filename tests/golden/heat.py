"""Two buffers swapped; linear, so nothing is kept."""

import numpy as np


# arguments: u0: f8[6], c: float, steps: int
# wrt: u0
def heat(u0, c, steps):
    u = u0.copy()
    v = u0.copy()
    for t in range(steps):
        g = u[1:-1]
        v[1:-1] = g + c * (u[2:] - 2.0 * g + u[:-2])
        u, v = v, u
    return np.sum(u * u)

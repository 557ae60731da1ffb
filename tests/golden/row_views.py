"""Rows of a matrix in a for loop."""

import numpy as np


# arguments: m: f8[3,2]
def row_views(m):
    total = 0.0
    for row in m:
        total += np.sum(row) ** 2
    return total

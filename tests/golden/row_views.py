"""Rows of a matrix in a for loop."""

import numpy as np


# arguments: m: f8[3,2]
def row_views(m):
    total = 0.0
    for row in m:
        total += np.sum(row) ** 2
    return total


# --- reverse
import numpy as np


def row_views_grad(m):
    """Gradient of row_views with respect to m."""
    kept = np.empty(m.shape[0])
    for i in range(m.shape[0]):
        kept[i] = np.sum(m[i])

    # for row in m:
    dm = np.zeros_like(m)
    for i in reversed(range(m.shape[0])):
        dm[i] += 2.0 * kept[i]
    return dm


# --- forward
import numpy as np


def row_views_jvp(m, dm):
    """Value of row_views, and its tangent for dm."""
    total = 0.0
    total_dot = 0.0
    for i in range(m.shape[0]):
        sum_ = np.sum(m[i])
        total += sum_ ** 2
        total_dot += 2.0 * (sum_ * np.sum(dm[i]))
    return total, total_dot

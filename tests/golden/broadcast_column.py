"""A column against a row."""

import numpy as np


# arguments: a: f8[3,1], b: f8[1,4]
def broadcast_column(a, b):
    return np.sum(a * b)


# --- reverse
import numpy as np


def broadcast_column_grad(a, b):
    """Gradient of broadcast_column with respect to a and b."""
    # return np.sum(a * b)
    g = np.broadcast_to(1.0, (a.shape[0], b.shape[1]))
    da = np.sum(g * b, axis=1, keepdims=True)
    db = np.sum(g * a, axis=0, keepdims=True)
    return da, db


# --- forward
import numpy as np


def broadcast_column_jvp(a, b, da, db):
    """Value of broadcast_column, and its tangent for da and db."""
    sum_ = np.sum(da * b + db * a)
    return np.sum(a * b), sum_

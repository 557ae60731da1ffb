"""The branch not taken gives exactly zero."""

import numpy as np


# arguments: x: f8[4]
def where(x):
    return np.sum(np.where(x > 0.0, np.sqrt(x), 0.0))


# --- reverse
import numpy as np


def where_grad(x):
    """Gradient of where with respect to x."""
    dx = np.where(x > 0.0, 0.5 / np.sqrt(x), 0.0)
    return dx


# --- forward
import numpy as np


def where_jvp(x, dx):
    """Value of where, and its tangent for dx."""
    mask = x > 0.0
    root_x = np.sqrt(x)
    t = 0.5 * dx
    where_mask = np.where(mask, t / np.where(t == 0, 1, root_x), 0.0)
    sum_ = np.sum(np.where(mask, root_x, 0.0))
    return sum_, np.sum(where_mask)

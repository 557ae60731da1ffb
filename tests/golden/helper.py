"""A helper called once is written where it is called."""

import numpy as np


# arguments: x: f8[3], scale: float


def normalised(v):
    return v / np.sum(v)


def helper(x, scale):
    return np.sum(normalised(x) * scale)


# --- reverse
import numpy as np


def helper_grad(x, scale):
    """Gradient of helper with respect to x and scale."""
    sum_x = np.sum(x)
    ratio = x / sum_x
    g = scale / sum_x + np.sum(-(scale * ratio / sum_x))
    dx = np.full(len(x), g)
    dscale = float(np.sum(ratio))
    return dx, dscale


# --- forward
import numpy as np


def helper_jvp(x, scale, dx, dscale):
    """Value of helper, and its tangent for dx and dscale."""
    sum_x = np.sum(x)
    ratio = x / sum_x
    t = (dx / sum_x - np.sum(dx) * ratio / sum_x) * scale + dscale * ratio
    sum_ = np.sum(ratio * scale)
    return sum_, np.sum(t)

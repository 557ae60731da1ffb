"""A mask is kept, and what it hit has no cotangent."""

import numpy as np


# arguments: x: f8[4]
def mask_update(x):
    y = x * x
    y[y > 1.0] = 1.0
    return np.sum(y)


# --- reverse
import numpy as np


def mask_update_grad(x):
    """Gradient of mask_update with respect to x."""
    y = x * x

    # y[y > 1.0] = 1.0
    dy = np.ones_like(x)
    dy[y > 1.0] = 0.0
    dx = 2.0 * (dy * x)
    return dx


# --- forward
import numpy as np


def mask_update_jvp(x, dx):
    """Value of mask_update, and its tangent for dx."""
    y = x * x
    t = dx * x
    y_dot = t + t
    mask = y > 1.0
    y[mask] = 1.0
    y_dot[mask] = 0.0
    return np.sum(y), np.sum(y_dot)

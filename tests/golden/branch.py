"""The arm that ran is reversed."""

import numpy as np


# arguments: x: float
def branch(x):
    if x > 0.5:
        y = x * x
    else:
        y = np.sin(x)
    return 3.0 * y


# --- reverse
import numpy as np


def branch_grad(x):
    """Gradient of branch with respect to x."""
    if x > 0.5:
        dx = 6.0 * x
    else:
        dy = np.float64(3.0)
        # y = np.sin(x)
        dx = dy * np.cos(x)
    return float(dx)


# --- forward
import numpy as np


def branch_jvp(x, dx):
    """Value of branch, and its tangent for dx."""
    if x > 0.5:
        y = x * x
        t = dx * x
        y_dot = t + t
    else:
        y = np.sin(x)
        y_dot = dx * np.cos(x)
    return 3.0 * y, 3.0 * y_dot

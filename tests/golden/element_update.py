"""One element changes."""

import numpy as np


# arguments: x: f8[4]
def element_update(x):
    y = np.exp(x)
    y[0] = y[1] * y[2]
    return np.sum(y)


# --- reverse
import numpy as np


def element_update_grad(x):
    """Gradient of element_update with respect to x."""
    y = np.exp(x)

    # y[0] = y[1] * y[2]
    dy = np.ones_like(x)
    dy[0] = 0.0
    dy[2] += y[1]
    dy[1] += y[2]
    # y = np.exp(x)
    dx = dy * y
    return dx


# --- forward
import numpy as np


def element_update_jvp(x, dx):
    """Value of element_update, and its tangent for dx."""
    y = np.exp(x)
    y_dot = dx * y
    y_1 = y[1]
    y_2 = y[2]
    y[0] = y_1 * y_2
    y_dot[0] = y_dot[1] * y_2 + y_dot[2] * y_1
    return np.sum(y), np.sum(y_dot)

"""An array is written and read in one loop."""

import numpy as np


# arguments: x: f8[4]
def prefix_product(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = y[i] * y[i - 1]
    return np.sum(y)


# --- reverse
import numpy as np


def prefix_product_grad(x):
    """Gradient of prefix_product with respect to x."""
    y = x.copy()
    kept = np.empty(len(x))
    for i in range(1, len(x)):
        y_i = y[i]
        kept[i] = y_i
        y[i] = y_i * y[i - 1]

    # for i in range(1, len(y)):
    dy = np.ones_like(x)
    for i in reversed(range(1, len(x))):
        # y[i] = y[i] * y[i - 1]
        dy_i = dy[i]
        dy[i] = 0.0
        dy[i - 1] += dy_i * kept[i]
        dy[i] += dy_i * y[i - 1]
    return dy


# --- forward
import numpy as np


def prefix_product_jvp(x, dx):
    """Value of prefix_product, and its tangent for dx."""
    y = x.copy()
    y_dot = dx.copy()
    for i in range(1, len(x)):
        y_i = y[i]
        y_prev = y[i - 1]
        y[i] = y_i * y_prev
        y_dot[i] = y_dot[i] * y_prev + y_dot[i - 1] * y_i
    return np.sum(y), np.sum(y_dot)

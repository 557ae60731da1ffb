"""float32 stays float32."""

import numpy as np


# arguments: x: f4[3]
def single_precision(x):
    return np.sum(2 * x * x)


# --- reverse
def single_precision_grad(x):
    """Gradient of single_precision with respect to x."""
    dx = 4.0 * x
    return dx


# --- forward
import numpy as np


def single_precision_jvp(x, dx):
    """Value of single_precision, and its tangent for dx."""
    t = 2 * (dx * x)
    sum_ = np.sum(t + t)
    return np.sum(2 * x * x), sum_

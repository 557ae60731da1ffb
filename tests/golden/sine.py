"""An elementwise function of an array."""

import numpy as np


# arguments: x: f8[3]
def sine(x):
    return np.sum(np.sin(x))


# --- reverse
import numpy as np


def sine_grad(x):
    """Gradient of sine with respect to x."""
    # return np.sum(np.sin(x))
    dx = np.cos(x)
    return dx


# --- forward
import numpy as np


def sine_jvp(x, dx):
    """Value of sine, and its tangent for dx."""
    sum_ = np.sum(dx * np.cos(x))
    return np.sum(np.sin(x)), sum_

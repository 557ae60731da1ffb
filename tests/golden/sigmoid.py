"""The derivative of the sigmoid reuses its value."""

import numpy as np


# arguments: x: f8[3]
def sigmoid(x):
    y = 1.0 / (1.0 + np.exp(-x))
    return np.sum(y)


# --- reverse
import numpy as np


def sigmoid_grad(x):
    """Gradient of sigmoid with respect to x."""
    exp = np.exp(-x)
    t = 1.0 + exp
    y = 1.0 / t

    # y = 1.0 / (1.0 + np.exp(-x))
    dx = y / t * exp
    return dx


# --- forward
import numpy as np


def sigmoid_jvp(x, dx):
    """Value of sigmoid, and its tangent for dx."""
    exp = np.exp(-x)
    t = 1.0 + exp
    y = 1.0 / t
    y_dot = dx * exp * y / t
    return np.sum(y), np.sum(y_dot)

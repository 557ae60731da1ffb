"""A value used twice: contributions are summed."""

import numpy as np


# arguments: x: f8[4]
def mean_and_variance(x):
    centred = x - np.mean(x)
    return np.mean(centred * centred)


# --- reverse
import numpy as np


def mean_and_variance_grad(x):
    """Gradient of mean_and_variance with respect to x."""
    centred = x - np.mean(x)

    # centred = x - np.mean(x)
    dcentred = 2.0 / len(x) * centred
    dx = dcentred + np.sum(-dcentred) / len(x)
    return dx


# --- forward
import numpy as np


def mean_and_variance_jvp(x, dx):
    """Value of mean_and_variance, and its tangent for dx."""
    centred = x - np.mean(x)
    centred_dot = dx - np.mean(dx)
    t = centred_dot * centred
    mean = np.mean(centred * centred)
    return mean, np.mean(t + t)

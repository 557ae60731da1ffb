"""A loss, with a passive target."""

import numpy as np


# arguments: w: f8[2], x: f8[4,2], y: f8[4]
# wrt: w
def mean_squared_error(w, x, y):
    error = x @ w - y
    return np.mean(error**2)


# --- reverse
def mean_squared_error_grad(w, x, y):
    """Gradient of mean_squared_error with respect to w."""
    error = x @ w - y

    # return np.mean(error**2)
    derror = 2.0 * error * (1.0 / x.shape[0])
    # error = x @ w - y
    dw = x.T @ derror
    return dw


# --- forward
import numpy as np


def mean_squared_error_jvp(w, x, y, dw):
    """Value of mean_squared_error, and its tangent for dw."""
    error_dot = x @ dw
    error = x @ w - y
    mean = np.mean(2.0 * (error * error_dot))
    return np.mean(error ** 2), mean

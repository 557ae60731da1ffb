"""A reduction inside an elementwise function."""

import numpy as np


# arguments: x: f8[4]
def log_sum_exp(x):
    return np.log(np.sum(np.exp(x)))


# --- reverse
import numpy as np


def log_sum_exp_grad(x):
    """Gradient of log_sum_exp with respect to x."""
    exp_x = np.exp(x)

    # return np.log(np.sum(np.exp(x)))
    dx = 1.0 / np.sum(exp_x) * exp_x
    return dx


# --- forward
import numpy as np


def log_sum_exp_jvp(x, dx):
    """Value of log_sum_exp, and its tangent for dx."""
    exp_x = np.exp(x)
    sum_exp_x = np.sum(exp_x)
    sum_ = np.sum(dx * exp_x)
    return np.log(sum_exp_x), sum_ / sum_exp_x if sum_ else sum_

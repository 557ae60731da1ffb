"""A helper in a loop."""

import numpy as np


# arguments: x: f8[4]


def step(s, v):
    return s * v + np.cos(v)


def helper_in_loop(x):
    total = 0.0
    for i in range(len(x)):
        total = step(total, x[i])
    return total


# --- reverse
import numpy as np


def helper_in_loop_grad(x):
    """Gradient of helper_in_loop with respect to x."""
    totals = np.empty(len(x))
    total = 0.0
    for i in range(len(x)):
        totals[i] = total
        x_i = x[i]
        total = total * x_i + np.cos(x_i)

    # for i in range(len(x)):
    dx = np.zeros_like(x)
    dtotal = 1.0
    for i in reversed(range(len(x))):
        # return s * v + np.cos(v)
        x_i = x[i]
        total = totals[i]
        # total = step(total, x[i])
        dx[i] += dtotal * total - dtotal * np.sin(x_i)
        dtotal *= x_i
    return dx


# --- forward
import numpy as np


def helper_in_loop_jvp(x, dx):
    """Value of helper_in_loop, and its tangent for dx."""
    total = 0.0
    total_dot = 0.0
    for i in range(len(x)):
        x_i = x[i]
        dx_i = dx[i]
        total_dot = total_dot * x_i + dx_i * total - dx_i * np.sin(x_i)
        total = total * x_i + np.cos(x_i)
    return total, total_dot

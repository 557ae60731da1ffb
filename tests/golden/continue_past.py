"""Some trips contribute nothing."""

import numpy as np


# arguments: x: f8[4]
def continue_past(x):
    total = 0.0
    for v in x:
        if v < 0.0:
            continue
        total += np.sqrt(v)
    return total


# --- reverse
import numpy as np


def continue_past_grad(x):
    """Gradient of continue_past with respect to x."""
    # for v in x:
    dx = np.zeros_like(x)
    dtotal = 1.0
    for i in reversed(range(len(x))):
        # if v < 0.0:
        v = x[i]
        if v < 0.0:
            dv = 0.0
        else:
            # total += np.sqrt(v)
            g = 0.5 * dtotal
            dv = g / np.sqrt(v) if g else g
        dx[i] += dv
    return dx


# --- forward
import numpy as np


def continue_past_jvp(x, dx):
    """Value of continue_past, and its tangent for dx."""
    total = 0.0
    total_dot = 0.0
    for i in range(len(x)):
        v = x[i]
        v_dot = dx[i]
        if not v < 0.0:
            root_v = np.sqrt(v)
            t = 0.5 * v_dot
            total += root_v
            total_dot += t / root_v if t else t
    return total, total_dot

"""The reverse sweep runs over the trips that ran."""

# arguments: x: f8[4]
def break_out(x):
    total = 0.0
    for v in x:
        if total > 2.0:
            break
        total += v * v
    return total


# --- reverse
import numpy as np


def break_out_grad(x):
    """Gradient of break_out with respect to x."""
    flags = []
    total = 0.0
    count = 0
    for i in range(len(x)):
        v = x[i]
        mask = bool(total > 2.0)
        flags.append(mask)
        if mask:
            count += 1
            break
        total += v * v
        count += 1

    # for v in x:
    dx = np.zeros_like(x)
    dtotal = 1.0
    for i in reversed(range(count)):
        if flags[i]:
            dv = 0.0
        else:
            # total += v * v
            v = x[i]
            dv = 2.0 * (dtotal * v)
        dx[i] += dv
    return dx


# --- forward
def break_out_jvp(x, dx):
    """Value of break_out, and its tangent for dx."""
    total = 0.0
    total_dot = 0.0
    for i in range(len(x)):
        v = x[i]
        v_dot = dx[i]
        if total > 2.0:
            break
        t = v_dot * v
        total += v * v
        total_dot += t + t
    return total, total_dot

"""The condition is computed again from what is kept."""

# arguments: x: f8[4]
def branch_in_loop(x):
    s = 0.5
    for i in range(len(x)):
        if s > 1.0:
            s = 0.5 * s * x[i]
        else:
            s = s + x[i] * x[i]
    return s


# --- reverse
import numpy as np


def branch_in_loop_grad(x):
    """Gradient of branch_in_loop with respect to x."""
    ss = np.empty(len(x))
    s = 0.5
    for i in range(len(x)):
        ss[i] = s
        if s > 1.0:
            s = 0.5 * s * x[i]
        else:
            x_i = x[i]
            s = s + x_i * x_i

    # for i in range(len(x)):
    dx = np.zeros_like(x)
    ds = 1.0
    for i in reversed(range(len(x))):
        # if s > 1.0:
        s = ss[i]
        if s > 1.0:
            # s = 0.5 * s * x[i]
            dx[i] += ds * (0.5 * s)
            ds = 0.5 * (ds * x[i])
        else:
            # s = s + x[i] * x[i]
            dx[i] += 2.0 * (ds * x[i])
    return dx


# --- forward
def branch_in_loop_jvp(x, dx):
    """Value of branch_in_loop, and its tangent for dx."""
    s = 0.5
    s_dot = 0.0
    for i in range(len(x)):
        if s > 1.0:
            x_i = x[i]
            s_dot = 0.5 * (s_dot * x_i) + 0.5 * (dx[i] * s)
            s = 0.5 * s * x_i
        else:
            x_i = x[i]
            t = dx[i] * x_i
            s = s + x_i * x_i
            s_dot = s_dot + (t + t)
    return s, s_dot

"""The cotangent of a view is a view."""

import numpy as np


# arguments: x: f8[4]
def write_through_a_view(x):
    a = x * x
    v = a[1:3]
    v *= 2.0
    return np.sum(a * a)


# --- reverse
def write_through_a_view_grad(x):
    """Gradient of write_through_a_view with respect to x."""
    a = x * x
    v = a[1:3]
    a[1:3] = v * 2.0

    # v *= 2.0
    da = 2.0 * a
    dv = 2.0 * da[1:3]
    da[1:3] = dv
    dx = 2.0 * (da * x)
    return dx


# --- forward
import numpy as np


def write_through_a_view_jvp(x, dx):
    """Value of write_through_a_view, and its tangent for dx."""
    a = x * x
    t = dx * x
    a_dot = t + t
    v = a[1:3]
    v_dot = a_dot[1:3]
    a[1:3] = v * 2.0
    a_dot[1:3] = 2.0 * v_dot
    t = a_dot * a
    sum_ = np.sum(t + t)
    return np.sum(a * a), sum_

"""A helper called twice is one function."""

import numpy as np


# arguments: x: float


def bump(t):
    s = np.sin(t)
    return s * t


def helper_twice(x):
    return bump(x) * bump(2.0 * x)


# --- reverse
import numpy as np


def helper_twice_grad(x):
    """Gradient of helper_twice with respect to x."""
    s = np.sin(x)
    t = s * x
    t2 = 2.0 * x
    s2 = np.sin(t2)
    t3 = s2 * t2

    # return s * t
    ds = 2.0 * (t * x)
    ds2 = t3 * x
    dx = float(2.0 * (t * s2 + ds * np.cos(t2)) + t3 * s + ds2 * np.cos(x))
    return dx


# --- forward
import numpy as np


def helper_twice_jvp(x, dx):
    """Value of helper_twice, and its tangent for dx."""
    s = np.sin(x)
    s_dot = dx * np.cos(x)
    t = s * x
    t2 = 2.0 * x
    s2 = np.sin(t2)
    s_dot2 = 2.0 * (dx * np.cos(t2))
    t2 = s2 * t2
    return t * t2, (s_dot * x + dx * s) * t2 + (2.0 * (s_dot2 * x) + 2.0 * (dx * s2)) * t

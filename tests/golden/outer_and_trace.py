"""Linear algebra."""

import numpy as np


# arguments: a: f8[3], m: f8[3,3]
def outer_and_trace(a, m):
    return np.trace(np.outer(a, a) @ m)


# --- reverse
import numpy as np


def outer_and_trace_grad(a, m):
    """Gradient of outer_and_trace with respect to a and m."""
    t = np.outer(a, a)
    z = t @ m

    # return np.trace(np.outer(a, a) @ m)
    g = np.eye(z.shape[0], z.shape[1])
    z = g @ m.T
    dm = t.T @ g
    da = z @ a + a @ z
    return da, dm


# --- forward
import numpy as np


def outer_and_trace_jvp(a, m, da, dm):
    """Value of outer_and_trace, and its tangent for da and dm."""
    t = np.outer(a, a)
    t2 = (np.outer(da, a) + np.outer(a, da)) @ m + t @ dm
    t = np.trace(t @ m)
    return t, np.trace(t2)

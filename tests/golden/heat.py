"""Two buffers swapped; linear, so nothing is kept."""

import numpy as np


# arguments: u0: f8[6], c: float, steps: int
# wrt: u0
def heat(u0, c, steps):
    u = u0.copy()
    v = u0.copy()
    for t in range(steps):
        g = u[1:-1]
        v[1:-1] = g + c * (u[2:] - 2.0 * g + u[:-2])
        u, v = v, u
    return np.sum(u * u)


# --- reverse
import numpy as np


def heat_grad(u0, c, steps):
    """Gradient of heat with respect to u0."""
    u = u0.copy()
    v = u0.copy()
    for t in range(steps):
        g = u[1:-1]
        v[1:-1] = g + c * (u[2:] - 2.0 * g + u[:-2])
        u, v = v, u

    # for t in range(steps):
    du = 2.0 * u
    dv = np.zeros_like(u0)
    for _ in range(steps):
        # v[1:-1] = g + c * (u[2:] - 2.0 * g + u[:-2])
        du_inner = du[1:-1]
        g = du_inner * c
        dv[:-2] += g
        dv[2:] += g
        dg = du_inner - 2.0 * g
        dv[1:-1] += dg
        du[1:-1] = 0.0
        du, dv = dv, du
    dv += du
    return dv


# --- forward
import numpy as np


def heat_jvp(u0, c, steps, du0):
    """Value of heat, and its tangent for du0."""
    u = u0.copy()
    u_dot = du0.copy()
    v = u0.copy()
    v_dot = du0.copy()
    for t in range(steps):
        g = u[1:-1]
        g_dot = u_dot[1:-1]
        v[1:-1] = g + c * (u[2:] - 2.0 * g + u[:-2])
        v_dot[1:-1] = g_dot + (u_dot[2:] - 2.0 * g_dot + u_dot[:-2]) * c
        u, v, u_dot, v_dot = v, u, v_dot, u_dot
    t = u_dot * u
    sum_ = np.sum(t + t)
    return np.sum(u * u), sum_

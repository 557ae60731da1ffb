"""Loops in loops."""

# arguments: m: f8[3,2]
def nested_loops(m):
    total = 0.0
    for i in range(m.shape[0]):
        p = 1.0
        for j in range(m.shape[1]):
            p = p * m[i, j]
        total += p
    return total


# --- reverse
import numpy as np


def nested_loops_grad(m):
    """Gradient of nested_loops with respect to m."""
    ps = np.empty((m.shape[0], m.shape[1]))
    for i in range(m.shape[0]):
        p = 1.0
        for j in range(m.shape[1]):
            ps[i, j] = p
            p = p * m[i, j]

    # for i in range(m.shape[0]):
    dm = np.zeros_like(m)
    for i in reversed(range(m.shape[0])):
        # for j in range(m.shape[1]):
        dp = 1.0
        for j in reversed(range(m.shape[1])):
            # p = p * m[i, j]
            p = ps[i, j]
            dm[i, j] += dp * p
            dp *= m[i, j]
    return dm


# --- forward
def nested_loops_jvp(m, dm):
    """Value of nested_loops, and its tangent for dm."""
    total = 0.0
    total_dot = 0.0
    for i in range(m.shape[0]):
        p = 1.0
        p_dot = 0.0
        for j in range(m.shape[1]):
            m_i_j = m[i, j]
            p_dot = p_dot * m_i_j + dm[i, j] * p
            p = p * m_i_j
        total += p
        total_dot += p_dot
    return total, total_dot

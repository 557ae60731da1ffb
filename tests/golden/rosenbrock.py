"""A scalar loop: all that the reverse sweep needs is computed again."""

# arguments: x: f8[5]
def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        a = x[i + 1] - x[i] * x[i]
        b = 1.0 - x[i]
        total += 100.0 * a * a + b * b
    return total


# --- reverse
import numpy as np


def rosenbrock_grad(x):
    """Gradient of rosenbrock with respect to x."""
    # for i in range(len(x) - 1):
    dx = np.zeros_like(x)
    for i in reversed(range(len(x) - 1)):
        # total += 100.0 * a * a + b * b
        x_i = x[i]
        b = 1.0 - x_i
        a = x[i + 1] - x_i * x_i
        g = 100.0 * a
        # b = 1.0 - x[i]
        db = 2.0 * b
        # a = x[i + 1] - x[i] * x[i]
        da = g + g
        dx[i] += -db - 2.0 * (da * x_i)
        dx[i + 1] += da
    return dx


# --- forward
def rosenbrock_jvp(x, dx):
    """Value of rosenbrock, and its tangent for dx."""
    total = 0.0
    total_dot = 0.0
    for i in range(len(x) - 1):
        x_i = x[i]
        dx_i = dx[i]
        t = dx_i * x_i
        a = x[i + 1] - x_i * x_i
        a_dot = dx[i + 1] - (t + t)
        b = 1.0 - x_i
        b_dot = -dx_i
        t = 100.0 * (a_dot * a)
        t2 = b_dot * b
        total += 100.0 * a * a + b * b
        total_dot += t + t + (t2 + t2)
    return total, total_dot

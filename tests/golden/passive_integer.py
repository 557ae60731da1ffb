"""An int is passive, and stays what it is."""

# arguments: x: float, n: int
# wrt: x
# sections: reverse, forward, second
def passive_integer(x, n):
    return x**n * n


# --- reverse
import numpy as np


def passive_integer_grad(x, n):
    """Gradient of passive_integer with respect to x."""
    # return x**n * n
    g = 1.0 * n * n
    dx = float(g * np.where(g == 0, 1, np.float64(x) ** (1.0 if n == 0 else n - 1)))
    return dx


# --- forward
import numpy as np


def passive_integer_jvp(x, n, dx):
    """Value of passive_integer, and its tangent for dx."""
    t = dx * n
    t = float(t * np.where(t == 0, 1, np.float64(x) ** (1.0 if n == 0 else n - 1)) * n)
    return x ** n * n, t


# --- second
import numpy as np


def passive_integer_grad_grad(x, n):
    """Gradient of passive_integer with respect to x."""
    # return x**n * n
    g = 1.0 if n == 0 else n - 1
    g2 = 1.0 * n * n * g
    dx = float(g2 * np.where(g2 == 0, 1, np.float64(x) ** (1.0 if g == 0 else g - 1)))
    return dx

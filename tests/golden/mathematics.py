"""Python numbers stay Python numbers."""

import math


# arguments: x: float, y: float
def mathematics(x, y):
    return math.sin(x) * math.exp(y) + math.sqrt(x)


# --- reverse
import math

import numpy as np


def mathematics_grad(x, y):
    """Gradient of mathematics with respect to x and y."""
    t = math.exp(y)
    t2 = math.sqrt(x)

    # return math.sin(x) * math.exp(y) + math.sqrt(x)
    dy = math.sin(x) * t
    dx = (0.5 / t2 if t2 else np.inf) + t * math.cos(x)
    return dx, dy


# --- forward
import math

import numpy as np


def mathematics_jvp(x, y, dx, dy):
    """Value of mathematics, and its tangent for dx and dy."""
    t = math.sin(x)
    t2 = math.exp(y)
    t3 = math.sqrt(x)
    t4 = 0.5 * dx
    return t * t2 + t3, dx * math.cos(x) * t2 + dy * t2 * t + (t4 / t3 if t3 else t4 and t4 * np.inf)

"""Python numbers stay Python numbers."""

import math


# arguments: x: float, y: float
def mathematics(x, y):
    return math.sin(x) * math.exp(y) + math.sqrt(x)

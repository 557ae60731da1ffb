"""Some trips contribute nothing."""

import numpy as np


# arguments: x: f8[4]
def continue_past(x):
    total = 0.0
    for v in x:
        if v < 0.0:
            continue
        total += np.sqrt(v)
    return total

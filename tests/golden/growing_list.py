"""A list of states that grows."""

import numpy as np


# arguments: x: f8[3], steps: int
# wrt: x
def growing_list(x, steps):
    states = [x]
    for t in range(steps):
        states.append(np.sin(states[t]))
    total = 0.0
    for state in states:
        total += np.sum(state)
    return total

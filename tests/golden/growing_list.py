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


# --- reverse
import numpy as np


def growing_list_grad(x, steps):
    """Gradient of growing_list with respect to x."""
    states = [x]
    for t in range(steps):
        states.append(np.sin(states[t]))

    # for state in states:
    dstates = [np.zeros_like(item) for item in states]
    for state in reversed(range(steps + 1)):
        # total += np.sum(state)
        dstate = np.broadcast_to(1.0, len(x))
        dstates[state] = dstates[state] + dstate
    # for t in range(steps):
    for t in reversed(range(steps)):
        # states.append(np.sin(states[t]))
        dstate = dstates.pop()
        g = dstate * np.cos(states[t])
        dstates[t] = dstates[t] + g
    dx = dstates[-1].copy()
    return dx


# --- forward
import numpy as np


def growing_list_jvp(x, steps, dx):
    """Value of growing_list, and its tangent for dx."""
    kept = []
    states = kept.copy()
    states.append(x)
    states_dot = [np.zeros_like(item) for item in kept]
    states_dot.append(dx)
    for t in range(steps):
        state = states[t]
        cos_state = np.cos(state)
        states.append(np.sin(state))
        states_dot.append(states_dot[t] * cos_state)
    total = 0.0
    total_dot = 0.0
    for state in range(steps + 1):
        state2 = states[state]
        state_dot = states_dot[state]
        total += np.sum(state2)
        total_dot += np.sum(state_dot)
    return total, total_dot

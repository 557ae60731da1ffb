"""A way out of a loop."""

# arguments: x: f8[4]
def return_in_loop(x):
    total = 0.0
    for v in x:
        total += v * v
        if total > 2.0:
            return total * v
    return total


# --- reverse
import numpy as np


def return_in_loop_grad(x):
    """Gradient of return_in_loop with respect to x."""
    total = 0.0
    totals = []
    flag = False
    count = 0
    for i in range(len(x)):
        v = x[i]
        total += v * v
        totals.append(total)
        if bool(total > 2.0):
            flag = True
            count += 1
            break
        flag = False
        count += 1
    if flag:
        # for v in x:
        total = np.float64(1.0)
        dtotal = 0.0
    else:
        total = 0.0
        dtotal = 1.0

    # for v in x:
    dx = np.zeros_like(x)
    for i in reversed(range(count)):
        # if total > 2.0:
        total2 = totals[i]
        if bool(total2 > 2.0):
            # return total * v
            v = x[i]
            dv = total * total2
            # if total > 2.0:
            dtotal += total * v
        else:
            dv = 0.0
        # total += v * v
        v = x[i]
        g = dtotal * v
        # for v in x:
        dv = dv + g + g
        dx[i] += dv
        total = 0.0
    return dx


# --- forward
def return_in_loop_jvp(x, dx):
    """Value of return_in_loop, and its tangent for dx."""
    total = 0.0
    s = 0.0
    s2 = 0.0
    flag = False
    total_dot = 0.0
    for i in range(len(x)):
        v = x[i]
        v_dot = dx[i]
        t = v_dot * v
        total += v * v
        total_dot += t + t
        mask = bool(total > 2.0)
        if mask:
            s = total * v
            s2 = total_dot * v + v_dot * total
        else:
            s = 0.0
            s2 = 0.0
        flag = mask
        if mask:
            break
    if flag:
        total = s
        total_dot = s2
    return total, total_dot

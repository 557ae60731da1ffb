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
    totals = []
    total = 0.0
    flag = False
    count = 0
    for i in range(len(x)):
        v = x[i]
        total += v * v
        totals.append(total)
        if total > 2.0:
            flag = True
            count += 1
            break
        flag = False
        count += 1
    if flag:
        dresult = np.float64(1.0)
        dtotal = 0.0
    else:
        dresult = 0.0
        dtotal = 1.0

    # for v in x:
    dx = np.zeros_like(x)
    for i in reversed(range(count)):
        # if total > 2.0:
        total = totals[i]
        if total > 2.0:
            # return total * v
            v = x[i]
            dv = dresult * total
            dtotal += dresult * v
            dresult = 0.0
        else:
            dv = 0.0
        # total += v * v
        v = x[i]
        g = dtotal * v
        dv = dv + g + g
        dx[i] += dv
    return dx


# --- forward
def return_in_loop_jvp(x, dx):
    """Value of return_in_loop, and its tangent for dx."""
    total = 0.0
    total_dot = 0.0
    for i in range(len(x)):
        v = x[i]
        v_dot = dx[i]
        t3 = v_dot * v
        total += v * v
        total_dot += t3 + t3
        if total > 2.0:
            t = total * v
            t2 = total_dot * v + v_dot * total
            return t, t2
    return total, total_dot

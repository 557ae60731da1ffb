"""The condition is computed again from what is kept."""

# arguments: x: f8[4]
def branch_in_loop(x):
    s = 0.5
    for i in range(len(x)):
        if s > 1.0:
            s = 0.5 * s * x[i]
        else:
            s = s + x[i] * x[i]
    return s

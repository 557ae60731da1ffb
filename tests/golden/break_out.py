"""The reverse sweep runs over the trips that ran."""

# arguments: x: f8[4]
def break_out(x):
    total = 0.0
    for v in x:
        if total > 2.0:
            break
        total += v * v
    return total

"""A power of a number."""

# arguments: x: float
# sections: reverse, forward, second
def square(x):
    return x**2

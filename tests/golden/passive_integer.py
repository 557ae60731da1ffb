"""An int is passive, and stays what it is."""

# arguments: x: float, n: int
# wrt: x
# sections: reverse, forward, second
def passive_integer(x, n):
    return x**n * n

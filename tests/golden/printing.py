"""What is printed is printed once."""

# arguments: x: float
def printing(x):
    y = x * x
    print("y computed")
    return y * x

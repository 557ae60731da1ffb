"""The square of a number."""

import s2sad


def square(x):
    return x * x


def solve(inputs, backend="numpy"):
    """Values and derivatives: at each of many numbers, or along a chain that starts at one."""
    derivative = s2sad.grad(s2sad.differentiate(square, backend=backend))
    x = inputs["x"]
    if isinstance(x, float):
        z, chain = 1.0, []
        for _ in range(4):
            z = square(z)
            chain.append(z)
            z = derivative(z)
            chain.append(z)
        return {"value": square(x), "grad": derivative(x), "chain": chain}
    points = x.tolist()
    return {"value": [square(point) for point in points], "grad": [derivative(point) for point in points]}

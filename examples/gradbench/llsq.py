"""Least squares: a polynomial fitted to the sign function."""

import numpy as np

import s2sad


def objective(x, n):
    t = np.linspace(-1.0, 1.0, n)
    fitted = np.zeros(n)
    power = np.ones(n)
    for j in range(len(x)):
        fitted += x[j] * power
        power = power * t
    return 0.5 * np.sum((np.sign(t) - fitted) ** 2)


def solve(inputs, backend="numpy"):
    """The value, and its gradient with respect to the coefficients."""
    function = s2sad.differentiate(objective, backend=backend)
    value, gradient = s2sad.value_and_grad(function)(**inputs)
    return {"value": value, "grad": gradient}

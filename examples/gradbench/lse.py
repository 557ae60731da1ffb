"""The logarithm of a sum of exponentials."""

import numpy as np

import s2sad


def objective(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def solve(inputs, backend="numpy"):
    """The value, and its gradient: the softmax."""
    function = s2sad.differentiate(objective, backend=backend)
    value, gradient = s2sad.value_and_grad(function)(**inputs)
    return {"value": value, "grad": gradient}

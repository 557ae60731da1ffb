"""An ordinary differential equation, solved by the classical Runge-Kutta method."""

import numpy as np

import s2sad


def runge_kutta(f, y, end, steps):
    h = end / steps
    for _ in range(steps):
        k1 = f(y)
        k2 = f(y + h * k1 / 2)
        k3 = f(y + h * k2 / 2)
        k4 = f(y + h * k3)
        y = y + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return y


def solution(x, s):
    def right_hand_side(y):
        slope = x.copy()
        slope[1:] *= y[:-1]
        return slope

    return runge_kutta(right_hand_side, np.zeros(len(x)), 2.0, s)


def solve(inputs, backend="numpy"):
    """The solution, the gradient of its last component, and of a weighted sum of all."""
    function = s2sad.differentiate(solution, backend=backend)
    y, pull_back = s2sad.vjp(function, inputs["x"], inputs["s"])
    last = np.zeros(len(y))
    last[-1] = 1.0
    return {"y": y, "grad_last": pull_back(last)[0], "vjp_ct": pull_back(inputs["ct"])[0]}

"""Gradient descent with a step that grows and shrinks: part of two problems."""

import numpy as np


def minimize(f, gradient, x):
    fx = f(x)
    g = gradient(x)
    eta = 1e-5
    i = 0
    while np.sqrt(np.sum(g * g)) > 1e-5:
        if i == 10:
            eta *= 2.0
            i = 0
            continue
        new = x - eta * g
        if np.sqrt(np.sum((x - new) ** 2)) <= 1e-5:
            return x
        value = f(new)
        if value < fx:
            x, fx, g = new, value, gradient(new)
            i += 1
        else:
            eta /= 2.0
            i = 0
    return x

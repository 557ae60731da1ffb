"""A saddle point, found by a descent whose objective is the result of another descent."""

import numpy as np
from descent import minimize

import s2sad


def height(p, q):
    return np.sum(p**2) - np.sum(q**2)


def derivative(f, mode):
    """The gradient of a function of a vector, by forward or by reverse mode."""
    return s2sad.grad(f) if mode == "r" else s2sad.jacfwd(f)


def maximize(f, gradient, x):
    return minimize(lambda y: -f(y), lambda y: -gradient(y), x)


def outer_in(mode):
    slope = derivative(lambda q, p: height(p, q), mode)

    def outer(p, start):
        q = maximize(lambda q: height(p, q), lambda q: slope(q, p), start)
        return height(p, q)

    return outer


def solve(inputs, backend="numpy", modes="rr"):
    """The saddle point; modes: of the outer and of the inner derivative, f forward, r reverse."""
    outer_mode, inner_mode = modes
    start = inputs["start"]
    outer = outer_in(inner_mode)
    slope = derivative(s2sad.differentiate(outer, backend=backend), outer_mode)
    x = minimize(lambda p: outer(p, start), lambda p: slope(p, start), start)
    inner = derivative(lambda q, p: height(p, q), outer_mode)
    y = maximize(lambda q: height(x, q), lambda q: inner(q, x), start)
    return {"x": x, "y": y}

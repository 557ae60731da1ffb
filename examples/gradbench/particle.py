"""A charged particle flies past two charges: the place of one of them for which it ends in the origin."""

import numpy as np
from descent import minimize

import s2sad


def potential(x, w):
    first = x - np.array([10.0, 10.0 - w])
    second = x - np.array([10.0, 0.0])
    return 1.0 / np.sqrt(np.sum(first**2)) + 1.0 / np.sqrt(np.sum(second**2))


def derivative(f, mode):
    """The gradient of a function of a vector or number, by forward or by reverse mode."""
    return s2sad.grad(f) if mode == "r" else s2sad.jacfwd(f)


def cost_in(mode):
    force = derivative(potential, mode)

    def cost(w, dt):
        x = np.array([0.0, 8.0])
        v = np.array([0.75, 0.0])
        while True:
            a = -force(x, w)
            new = x + dt * v
            if new[1] <= 0.0:
                end = new - new[1] / v[1] * v
                return end[0] ** 2
            x = new
            v = v + dt * a

    return cost


def solve(inputs, backend="numpy", modes="rr"):
    """The best place; modes: of the outer and of the inner derivative, f forward, r reverse."""
    outer, inner = modes
    cost = cost_in(inner)
    slope = derivative(s2sad.differentiate(cost, backend=backend), outer)
    dt = inputs["dt"]
    probes = inputs["probe_w"].tolist()
    return {
        "w": minimize(lambda w: cost(w, dt), lambda w: slope(w, dt), inputs["w"]),
        "probe_cost": [cost(w, dt) for w in probes],
        "probe_dcost": [slope(w, dt) for w in probes],
    }

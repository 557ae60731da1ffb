"""What `tools/bench.py` measures: programs, and their gradients as one would write them by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A program, its gradient by hand, and what the generated gradient is compared with."""

    name: str
    function: Callable[..., Any]
    hand: Callable[..., Any]
    arguments: Callable[[], tuple[Any, ...]]
    argnums: int | tuple[int, ...] = 0
    against: str = "hand"
    gate: bool = True


# ---------------------------------------------------------------- scalar loop


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        a = x[i + 1] - x[i] * x[i]
        b = 1.0 - x[i]
        total += 100.0 * a * a + b * b
    return total


def rosenbrock_by_hand(x):
    dx = np.zeros_like(x)
    for i in range(len(x) - 2, -1, -1):
        x_i = x[i]
        da = 200.0 * (x[i + 1] - x_i * x_i)
        dx[i] += -2.0 * (1.0 - x_i) - 2.0 * x_i * da
        dx[i + 1] += da
    return dx


# ---------------------------------------------------------------- arrays


def perceptron(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)
    error = h @ w2 + b2 - y
    return np.mean(error * error)


def perceptron_by_hand(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)
    error = h @ w2 + b2 - y
    d_error = (2.0 / error.size) * error
    dh = d_error @ w2.T
    dz = (1.0 - h * h) * dh
    return x.T @ dz, dz.sum(axis=0), h.T @ d_error, d_error.sum(axis=0)


def log_sum_exp(x):
    return np.sum(np.log(np.sum(np.exp(x), axis=1)))


def log_sum_exp_by_hand(x):
    e = np.exp(x)
    return e / np.sum(e, axis=1)[:, None]


def shifted_log_sum_exp(x):
    m = np.max(x, axis=1, keepdims=True)
    return np.sum(np.log(np.sum(np.exp(x - m), axis=1)) + m[:, 0])


def shifted_log_sum_exp_by_hand(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))  # a person knows that the shift has no influence on the result
    return e / np.sum(e, axis=1, keepdims=True)


def recurrent(w, u, b, xs, h0):
    h = h0
    for t in range(xs.shape[0]):
        h = np.tanh(w @ h + u @ xs[t] + b)
    return np.sum(h * h)


def recurrent_by_hand(w, u, b, xs, h0):
    steps = xs.shape[0]
    hs = np.empty((steps + 1, len(h0)))
    hs[0] = h0
    for t in range(steps):
        hs[t + 1] = np.tanh(w @ hs[t] + u @ xs[t] + b)
    dw, du, db = np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
    dh = 2.0 * hs[steps]
    for t in range(steps - 1, -1, -1):
        h = hs[t + 1]
        dz = (1.0 - h * h) * dh
        db += dz
        du += np.outer(dz, xs[t])
        dw += np.outer(dz, hs[t])
        dh = w.T @ dz
    return dw, du, db, dh


def heat(u0, c, steps):
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        g = u[1:-1, 1:-1]
        v[1:-1, 1:-1] = g + c * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * g)
        u, v = v, u
    return np.sum(u * u)


def heat_by_hand(u0, c, steps):
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        g = u[1:-1, 1:-1]
        v[1:-1, 1:-1] = g + c * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * g)
        u, v = v, u
    du = 2.0 * u
    dv = np.zeros_like(u0)
    for _ in range(steps):
        g = du[1:-1, 1:-1]
        cg = c * g
        dv[2:, 1:-1] += cg
        dv[:-2, 1:-1] += cg
        dv[1:-1, 2:] += cg
        dv[1:-1, :-2] += cg
        dv[1:-1, 1:-1] += g - 4.0 * cg
        du[1:-1, 1:-1] = 0.0
        du, dv = dv, du
    du += dv
    return du


def random(*shapes):
    draw = np.random.default_rng(0)
    return tuple(draw.normal(0.0, 0.3, shape) for shape in shapes)


CASES = (
    Case("Rosenbrock, 100 elements", rosenbrock, rosenbrock_by_hand, lambda: random((100,)), against="primal"),
    Case(
        "perceptron, 64 of 32-64-10", perceptron, perceptron_by_hand,
        lambda: random((32, 64), (64,), (64, 10), (10,), (64, 32), (64, 10)), argnums=(0, 1, 2, 3),
    ),
    Case("log-sum-exp, 200 by 50", log_sum_exp, log_sum_exp_by_hand, lambda: random((200, 50))),
    Case("log-sum-exp shifted by the maximum", shifted_log_sum_exp, shifted_log_sum_exp_by_hand, lambda: random((200, 50)), gate=False),
    Case(
        "tanh RNN, 50 steps of 32", recurrent, recurrent_by_hand,
        lambda: random((32, 32), (32, 16), (32,), (50, 16), (32,)), argnums=(0, 1, 2, 4),
    ),
    Case("heat stencil in place, 64 by 64, 20 steps", heat, heat_by_hand, lambda: (*random((64, 64)), 0.1, 20)),
)  # fmt: skip


# ---------------------------------------------------------------- small calls


def small1(a):
    return np.sum(a)


def small2(a, b):
    return np.sum(a) + np.sum(b)


def small3(a, b, c):
    return np.sum(a) + np.sum(b) + np.sum(c)


SMALL = (small1, small2, small3)


def total_of_first(values):
    return np.sum(values[0])


# ---------------------------------------------------------------- the first call


def long_function(x, w, steps):
    n = len(x)
    energy = 0.0
    u = np.zeros(n)
    v = x * 0.5
    for t in range(steps):
        h = np.tanh(w @ v + x)
        u[:] = h * h
        if energy > 10.0:
            v = v - 0.1 * u
            energy += np.sum(v * v)
        else:
            v = v + 0.1 * u
            energy += np.sum(u)
        for i in range(1, n - 1):
            a = x[i + 1] - x[i] * x[i]
            b = 1.0 - x[i - 1]
            energy += 0.01 * a * a + b * b
            if a > b:
                energy -= 0.5 * a
            elif a < -b:
                energy -= 0.25 * b
        v[1:] += 0.1 * u[:-1]
        v[0] = 0.5 * v[0]
    scale = 1.0
    for value in x:
        if value < 0.0:
            continue
        scale = scale * (1.0 + 0.01 * value)
        if scale > 5.0:
            break
    k = 0
    rest = np.sum(v)
    while k < 10:
        rest = 0.5 * rest + 0.1 * np.sin(rest)
        k += 1
    z = np.exp(-x * x)
    y = z / np.sum(z)
    spread = np.sum(y * (x - np.mean(x)) ** 2)
    m = np.outer(y, x)
    trace = 0.0
    for i in range(n):
        row = m[i]
        trace += row[i] * row[i]
    left, right = y[:-1], y[1:]
    joint = np.concatenate([left * right, np.sqrt(z)])
    smooth = np.sum(np.abs(joint)) + np.max(joint)
    if spread > 1.0:
        return energy * scale + rest
    return energy * scale + rest * spread + trace * smooth


def long_arguments():
    (x, w) = random((12,), (12, 12))
    return x, w, 5

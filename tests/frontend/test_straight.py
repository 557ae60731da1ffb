"""Straight-line programs: arithmetic, calls of NumPy, subscripts, writes in place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from frontend.support import check

X = np.array([0.5, 1.5, -2.0, 3.0])
Y = np.array([1.0, 2.0, 3.0, 4.0])
M = np.arange(12.0).reshape(3, 4) / 7.0


def p_square(x):
    return x**2


def p_mlp(W, x, b):
    h = np.tanh(W @ x + b)
    return np.sum(h * h)


def p_python_numbers(a, b):
    c = a / b
    return c * 2 + 3 - c**2 // 1


def p_math(a, b):
    return math.sin(a) + math.exp(b) * math.pi


def p_tuple(x, y):
    a, b = x * 2, y + 1
    a, b = b, a
    return a, [b, {"k": a - b}]


def p_element_write(x, y):
    z = np.zeros(4)
    z[0] = x[1]
    z[1:3] = y[:2] * 2
    z[-1] += 5.0
    return z


def p_alias(x, y):
    z = x * 1.0
    w = z
    w += y
    return z, w


def p_stale_view(x, y):
    a = x * 1.0
    v = a[1:3]
    s = (v * v).sum()
    a[1] = 0.0
    return s + a.sum() + v.sum()


def p_write_through_view(x, y):
    a = x.copy()
    v = a[1:]
    v[0] = 7.0
    v *= y[1:]
    return a


def p_view_of_view(x, y):
    a = np.zeros((3, 4))
    a.T[1:][0] = 5.0
    a[1][2:] = y[:2]
    a[:, 0] += 1.0
    return a


def p_argument_write(x, y):
    x[0] = 9.0
    x += y
    return x.sum() * 1.0


def p_fancy(x, y):
    idx = np.array([0, 2, 2])
    z = x[idx]
    z[0] = 100.0
    x[idx] += 1.0
    return x, z


def p_mask(x, y):
    x = x.copy()
    x[x < 1.0] = 0.0
    return x + np.where(y > 2, y, 0.0)


def p_chained_targets(x, y):
    a = b = x * 2
    b[0] = 1.0
    return a


def p_swap_elements(x, y):
    x[0], x[1] = x[1], x[0]
    return x


def p_index_then_value(x, y):
    i = 0
    i, x[i] = 2, 5.0
    return x, i


def p_shape(x, y):
    n = len(x)
    z = np.zeros((n, x.shape[0]))
    return z, n, x.size, x.ndim


def p_kinds(x, y):
    a = x[0]
    b = float(a)
    return a, b, a / 0.0, int(b), bool(b), -a, abs(a)


def p_methods(x, y):
    return x.sum(), x.mean(), x.max(), x.reshape(2, 2).T, x.dot(y), x.clip(0, 1), x.astype(np.float32)


def p_out(x, y):
    z = np.empty_like(x)
    np.multiply(x, y, out=z)
    np.add(z, 1.0, z)
    return z


def p_add_at(x, y):
    z = np.zeros(4)
    np.add.at(z, np.array([0, 0, 1]), y[:3])
    return z


def p_ternary_known(x, y):
    kind = "relu"
    return np.maximum(x, 0) if kind == "relu" else np.tanh(x)


def p_compare(a, b):
    return a < b, a == b, not a, (a < b) + 1, 1 < a < 3


def p_negative_constants(a, b):
    return -1.0 * a + -b + 2**-1


def p_float32(x, y):
    z = x.astype(np.float32)
    z *= 2.0
    return z * np.sqrt(2), z * 1.5


def p_concatenate(x, y):
    return np.concatenate([x, y]), np.stack((x, y), axis=1), np.vstack([x, y]), np.hstack([x, y])


def p_zero_d(x, y):
    a = np.array(3.0)
    b = a
    a += 1
    return b


def p_string(a, b):
    name = "a" + "b"
    return {"ab": a, "b": b}[name]


def p_star(x, y):
    first, *rest = (1.0, 2.0, 3.0)
    return first, rest


def p_reshape_view(x, y):
    z = np.zeros((2, 2))
    r = z.reshape(-1)
    r[0] = 5.0
    return z


def p_diagonal(x, y):
    z = np.zeros((3, 3))
    for_ = z[0, ...]
    for_[1] = 2.0
    z[1, 1] = 4.0
    return z, np.trace(z)


def p_full_slice(x, y):
    z = x * 0
    z[:] = y
    y2 = z
    z[...] = y2 * 2
    return z


PAIRS = [value for name, value in list(globals().items()) if name.startswith("p_")]
NUMBERS = {"p_python_numbers", "p_math", "p_compare", "p_negative_constants", "p_string"}


@pytest.mark.parametrize("program", PAIRS, ids=lambda p: p.__name__)
def test_program(program):
    if program is p_square:
        check(program, 2.0)
        check(program, X)
        check(program, np.float32(2.0))
        check(program, 3)
    elif program is p_mlp:
        check(program, M, Y, np.array([0.1, 0.2, 0.3]))
        check(program, M, Y, 0.25)
    elif program.__name__ in NUMBERS:
        check(program, 1.5, 2.5)
        check(program, 2.0, 3)
        check(program, np.float64(0.5), 2.0)
    else:
        check(program, X.copy(), Y.copy())

"""Branches, loops, exits and joins."""

from __future__ import annotations

import numpy as np
import pytest
from frontend.support import check

CASES = []


def case(*argument_lists):
    def register(function):
        CASES.extend(pytest.param(function, arguments, id=f"{function.__name__}-{k}") for k, arguments in enumerate(argument_lists))
        return function

    return register


X = np.array([0.5, 1.5, -2.0, 3.0])
Y = np.array([1.0, 2.0, 3.0, 4.0])
M = np.arange(12.0).reshape(3, 4) / 7.0
E = np.zeros(0)


@case((1.5,), (-1.5,))
def branch(a):
    if a > 0:
        b = a * 2
    else:
        b = -a
    return b


@case((1.5,), (-1.5,))
def early(a):
    if a > 0:
        return a * 2
    b = a + 1
    return b * b


@case((1.5,), (-1.5,), (20.0,))
def early_two(a):
    if a > 10:
        return 1.0
    if a > 0:
        if a < 2:
            return a * 2
        a = a + 1
    return a


@case((X,), (E,))
def total(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i]
    return s


@case((X,), (E,))
def total_from_int(x):
    s = 0
    for i in range(len(x)):
        s = s + x[i]
    return s


@case((X,))
def rosen(x):
    total = 0.0
    for i in range(len(x) - 1):
        a = x[i + 1] - x[i] * x[i]
        b = 1.0 - x[i]
        total += 100.0 * a * a + b * b
    return total


@case((X, 0.1, 5), (X, 0.1, 0))
def heat(u0, c, steps):
    u = u0.copy()
    v = u0.copy()
    for t in range(steps):
        v[1:-1] = u[1:-1] + c * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u, v = v, u
    return u


@case((M, X))
def rnn(W, x):
    h = np.zeros(3)
    hs = []
    for t in range(4):
        h = np.tanh(W @ x + h)
        hs.append(h)
    return h, np.array(hs)


@case((X,), (E,))
def cond_loop(x):
    s = 0.5
    for i in range(len(x)):
        if s > 1.0:
            s = 0.5 * s * x[i]
        else:
            s = s + x[i] * x[i]
    return s


@case((X,), (-X,), (E,))
def with_break(x):
    s = 0.0
    for v in x:
        if v < 0:
            break
        s += v
    return s


@case((X,), (-X,), (E,))
def with_continue(x):
    s = 0.0
    for v in x:
        if v < 0:
            continue
        s += v
    return s


@case((X,), (-X,), (E,))
def with_both(x):
    s = 0.0
    for i, v in enumerate(x):
        if v < 0:
            continue
        s += v * i
        if s > 2:
            break
        s += 1
    else:
        s = s * 10
    return s


@case((X,), (Y,), (E,))
def return_in_loop(x):
    s = 0.0
    for v in x:
        if v < 0:
            return v * s
        s += v
    return s


@case((X,), (Y,), (E,))
def return_and_break(x):
    s = 0.0
    for v in x:
        if v < 0:
            return v * s
        if v > 3:
            break
        s += v
    s = s * 2
    return s


@case((2.0,), (0.1,))
def newton(a):
    x = a
    while abs(x * x - a) > 1e-9:
        x = 0.5 * (x + a / x)
    return x


@case((2.0,), (0.1,))
def while_break(a):
    x = a
    k = 0
    while True:
        x = x * 0.5
        k += 1
        if x < 0.01:
            break
    return x, k


@case((2.0,), (100.0,))
def while_count(a):
    k = 0
    while k < 10:
        if a > 50:
            return a
        a = a * 1.5
        k = k + 1
    return a + k


@case((2.0,), (100.0,))
def while_walrus(a):
    n = 0
    while (a := a * 0.5) > 0.3:
        n += 1
    return a, n


@case((M,), (M[:0],))
def nested(A):
    s = 0.0
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            s += A[i, j] * (i + j)
    return s


@case((M,))
def rows(A):
    s = 0.0
    for row in A:
        s += row.sum() ** 2
    return s


@case((M,))
def rows_write(A):
    for row in A:
        row /= row.sum()
    return A


@case((X,))
def triangular(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            s += x[i] * x[j]
    return s


@case((X,), (E,))
def last_value(x):
    y = 0.0
    for i in range(len(x)):
        y = x[i]
    return y


@case((X,))
def bound_in_loop(x):
    for i in range(len(x)):
        y = x[i] * 2
    return y, i


@case((E,))
def unbound_after(x):
    for i in range(len(x)):
        y = x[i]
    return y


@case((1.0,), (-1.0,))
def unbound_branch(a):
    if a > 0:
        y = a
    return y


@case((X,))
def previous(x):
    for i in range(len(x)):
        if i > 0:
            d = x[i] - p
        p = x[i]
    return d


@case((X, 2.0), (X, -2.0))
def array_branch(x, a):
    if a > 0:
        y = x * 2
    else:
        y = x + 1
    y[0] = a
    return y


@case((X, Y, 2.0), (X, Y, -2.0))
def choose_array(a, b, c):
    a = a * 1.0
    b = b * 1.0
    v = a if c > 0 else b
    v[0] = 7.0
    return a[0] * b[0], v.sum()


@case((X, Y, 2.0), (X, Y, -2.0))
def choose_then_write_base(a, b, c):
    a = a * 1.0
    b = b * 1.0
    v = a if c > 0 else b
    a[0] = 7.0
    return a[0] * b[0], v.sum()


@case((M, 2.0), (M, -2.0))
def choose_row(A, c):
    A = A * 1.0
    r = A[0] if c > 0 else A[2]
    r[1] = 9.0
    r *= 2
    return A


@case((M, 2.0), (M, -2.0))
def choose_row_or_own(A, c):
    A = A * 1.0
    z = np.zeros(4)
    r = A[0] if c > 0 else z
    r[1] = 9.0
    A[0, 2] = -1.0
    return A, z, r


@case((X, 2.0), (X, -2.0))
def write_in_branch(x, c):
    x = x * 1.0
    if c > 0:
        x[0] = c
    return x


@case((X,))
def write_in_loop_branch(x):
    y = np.zeros_like(x)
    for i in range(len(x)):
        if x[i] > 0:
            y[i] = x[i] ** 2
    return y


@case((X,))
def cumulative(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] += y[i - 1] * 0.5
    return y


@case((X,))
def backwards(x):
    y = np.zeros(len(x))
    for i in range(len(x) - 1, -1, -1):
        y[i] = x[i] * i
    for i in reversed(range(len(x))):
        y[i] += 1
    return y


@case((X,))
def comprehension(x):
    return [v * 2 for v in x], sum(v for v in x), [a + b for a, b in zip(x, x[1:])]


@case((X,))
def comprehension_known(x):
    return [x[k] for k in range(3)], {k: x[k] for k in (0, 1)}, max(x[0], x[1], x[2])


@case((X,), (E,))
def grow(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v)
    return len(out)


@case((X,))
def counter(x):
    n = 0
    for v in x:
        n += 1
    return n / 2, n


@case((X,))
def flag(x):
    found = False
    for v in x:
        if v < 0:
            found = True
    return found


@case((X,), (-X,))
def best(x):
    best = None
    for v in x:
        if best is None or v < best:
            best = v
    return best


@case((X,), (Y,))
def raising(x):
    if x[2] < 0:
        raise ValueError("negative")
    return x * 2


@case((X,), (Y,))
def asserting(x):
    assert x[2] > 0, f"bad {x[2]}"
    return x * 2


@case((X,))
def printing(x):
    for v in x:
        print("value", v)
    print("end")
    return x


@case((2.0,), (-1.0,))
def chained(a):
    return a > 0 and a * 2, a < 0 or 5.0, 0 < a < 3


@case((2.0,), (-1.0,))
def function_choice(a):
    f = np.tanh if a > 0 else np.sin
    return f(a)


@case((2.0,), (-1.0,))
def string_choice(a):
    mode = "up" if a > 0 else "down"
    b = a * 2
    if mode == "up":
        b = b + 1
    return b


@case((M, X))
def first_trip_other(W, x):
    total = 0
    for k in range(3):
        total = total + W @ x * k
    return total


@case((M, X))
def first_trip_array(W, x):
    total = 0
    for k in range(W.shape[0]):
        total += W[k] * x
    return total


@case(([np.eye(2), np.ones((2, 3))], np.ones(3)))
def layers(params, x):
    for i in range(len(params)):
        W = params[len(params) - 1 - i]
        x = np.tanh(W @ x)
    return x


@case((X, 3))
def while_index(x, k):
    s = 0.0
    i = 0
    while i < k and x[i] > -1:
        s += x[i]
        i += 1
    return s, i


@case((5,), (0,))
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@case((X,))
def in_place_of_argument(u):
    for i in range(3):
        u += 1.0
        u[0] = u[1]
    return u


@case((X,))
def slices(x):
    s = 0.0
    for i in range(1, len(x)):
        s += x[:i].sum() * x[i:].prod()
    return s


@case((X,))
def collecting(x):
    hist = []
    u = np.zeros(4)
    for t in range(3):
        u = u + x
        hist.append(u)
    return sum(hist), hist[0], hist[-1]


@case((1.0,))
def elif_chain(a):
    if a < 0:
        b = 1.0
    elif a < 2:
        b = a * 3
    elif a < 4:
        b = a
    else:
        b = 0.0
    return b


@case((X, Y))
def zipped(x, y):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, y)):
        s += a * b * i
    return s


@pytest.mark.parametrize(("program", "arguments"), CASES)
def test_control(program, arguments):
    check(program, *arguments)

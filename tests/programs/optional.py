"""Names that are None at first, parameters that are None by default, functions that return None on some paths."""

from __future__ import annotations

import numpy as np
from harness import program


@program(lambda m, n: (m.signed(n + 1),))
def smallest(x):
    best = None
    for v in x:
        if best is None or v * v < best:
            best = v * v
    return best * 2


@program(lambda m, n: (m.signed(n + 1),))
def difference_to_the_one_before(x):
    prev = None
    s = 0.0
    for v in x:
        if prev is not None:
            s += (v - prev) ** 2
        prev = v
    return s


@program(lambda m, n: (m.signed(n + 1),))
def largest_and_its_place(x):
    best = None
    arg = None
    for i, v in enumerate(x):
        if best is None or v > best:
            best, arg = (v, i)
    return best * arg + x[arg]


@program(lambda m, n: (m.array(n + 1, 3),))
def sum_of_rows(m):
    acc = None
    for r in m:
        acc = r * r if acc is None else acc + r * r
    return np.sum(acc)


@program(lambda m, n: (m.array(n, 3),))
def rows_before(m):
    prev = None
    s = 0.0
    for r in m:
        if prev is not None:
            s += np.sum((r - prev) ** 2)
        prev = r
    return s


@program(lambda m, n: (m.array(n), None, None))
def defaults(x, w=None, b=None):
    if w is None:
        w = np.ones_like(x)
    if b is None:
        b = 0.5
    return np.sum(w * x * x) + b


@program(lambda m, n: (m.array(n + 5) * 2.0,))
def found_or_not(x):

    def find(t):
        for v in x:
            if v > t:
                return v * v
        return None

    a = find(1.0)
    b = find(5.0)
    if b is None:
        b = 0.3
    return a + b


@program(lambda m, n: (m.signed(n + 1),))
def range_of_values(x):
    lo = hi = None
    for v in x:
        if lo is None:
            lo = v
            hi = v
        else:
            lo = min(lo, v)
            hi = max(hi, v)
    return hi - lo * 2


@program(lambda m, n: (m.signed(n + 1),))
def largest_above_zero(x):
    best = None
    for v in x:
        if v > 0 and (best is None or v > best):
            best = v
    return 0.0 if best is None else best**2


@program(lambda m, n: (m.signed(n),))
def two_loops_over_a_name(x):
    last = None
    for v in x:
        if v < 0:
            last = v
    for v in x:
        if last is not None and v > last:
            last = v * 1.5
    return last * 2 if last is not None else 0.0


@program(lambda m, n: (m.array(n + 1, 3),))
def product_of_matrices(m):
    P = None
    for r in m:
        D = np.outer(r, r) + np.eye(3)
        P = D if P is None else P @ D
    return np.trace(P)


@program(lambda m, n: (m.signed(n + 1),))
def state_of_a_filter(x):
    state = None

    def step(v, s):
        if s is None:
            s = 0.1
        s = 0.9 * s + v * v
        return (s * v, s)

    t = 0.0
    for v in x:
        y, state = step(v, state)
        t += y
    return t * state


@program(lambda m, n: (m.array(n + 1),))
def smallest_with_place(x):
    best = None
    for i, v in enumerate(x):
        c = v * v - v
        if best is None or c < best[0]:
            best = (c, i)
    return best[0] * x[best[1]]


@program(lambda m, n: (m.signed(n + 1),))
def nothing_for_negative(x):

    def f(v):
        if v < 0:
            return None
        return v * v

    s = 0.0
    for v in x:
        r = f(v)
        if r is not None:
            s += r
    return s


@program(lambda m, n: (m.signed(n + 1),))
def pair_or_nothing(x):

    def hit(v):
        if v < 0:
            return None
        return (v, v * v)

    s = 0.0
    for v in x:
        h = hit(v)
        if h is None:
            continue
        a, b = h
        s += a * b
    return s

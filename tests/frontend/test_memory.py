"""Aliases, views, references at merges and round loops: right, or refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from frontend.support import check

from s2sad.errors import UnsupportedError

CASES = []


def case(*argument_lists, refused=None):
    def register(function):
        CASES.extend(
            pytest.param(function, arguments, refused, id=f"{function.__name__}-{k}") for k, arguments in enumerate(argument_lists)
        )
        return function

    return register


X = np.array([0.5, 1.5, -2.0, 3.0])
Y = np.array([1.0, 2.0, 3.0, 4.0])
M = np.arange(12.0).reshape(3, 4) / 7.0
E = np.zeros(0)


@case((X,))
def view_of_overwritten(x):
    a = x * 1.0
    v = a[1:3]
    s = (v * v).sum()
    a[1] = 0.0
    return s + a.sum()


@case((X,))
def same_array_twice_in_list(x):
    hist = []
    u = np.zeros(4)
    for t in range(3):
        u = u + x
        hist.append(u.copy())
        u *= 0.5
    return hist[0] + hist[2]


@case((X,))
def list_of_one_in_place_array(x):
    hist = []
    u = np.zeros(4)
    for t in range(3):
        u += x
        hist.append(u)
    return hist


@case((X, 3))
def growing_list_of_in_place_array(x, n):
    hist = []
    u = np.zeros(4)
    for t in range(n):
        u += x
        hist.append(u)
    total = 0.0
    for v in hist:
        total += v.sum()
    return total, hist[0], hist[-1], len(hist)


@case((X, 3), refused="S2S130")
def growing_list_of_two_in_place_arrays(x, n):
    hist = []
    u, v = np.zeros(4), np.zeros(4)
    for t in range(n):
        u += x
        hist.append(u)
        hist.append(v)
    return hist[0]


@case((X,))
def repeated_rows(x):
    g = [[0.0] * 2] * 2
    g[0][0] = x[0]
    return g


@case((M,))
def rows_in_list(A):
    A = A * 1.0
    rows = [A[i] for i in range(3)]
    A[0] = 0.0
    return rows[0].sum() + rows[1].sum()


@case((M, X), (M[:0], X))
def first_row_then_others(M, x):
    M = M * 1.0
    a = x * 1.0
    for i in range(len(M)):
        a *= 2
        a = M[i] * 1.0
    return a, M


@case((M,))
def row_round_a_loop(M):
    M = M * 1.0
    a = M[0]
    for i in range(len(M)):
        a *= 2
        a = M[i]
    return M


@case((X,))
def best_so_far(x):
    u = x * 1.0
    best = u * 1.0
    for i in range(3):
        u = u * 0.5
        if u[0] < best[0]:
            best = u
    return best


@case((X,))
def best_so_far_written(x):
    u = x * 1.0
    best = u * 1.0
    for i in range(3):
        if u[0] < best[0]:
            best = u
        u[0] -= 1
    return best


@case((X, 3))
def two_buffers_by_parity(x, n):
    bufs = [x * 1.0, x * 0.0]
    for t in range(3):
        src, dst = bufs[t % 2], bufs[(t + 1) % 2]
        dst[1:-1] = src[2:] + src[:-2]
    return bufs[1]


@case((np.ones((4, 2)),), (np.ones((4, 4))[:, :2],), refused="S2S130")
def reshape_of_argument_written(x):
    r = x.reshape(-1)
    r[0] = 5.0
    return x.sum()


@case((np.ones((4, 2)),), (np.ones((4, 4))[:, :2],))
def reshape_of_argument_read(x):
    r = x.reshape(-1)
    return r.sum() + x.sum()


@case((M,))
def reshape_of_fresh(A):
    B = np.zeros((3, 4))
    r = B.reshape(-1)
    r[5] = 2.0
    B.ravel()[0] = 1.0
    return B


@case((M,))
def lenses(A):
    A = A * 1.0
    A[:, 1:3][[0, 0, 2]] += 1
    A.T[1:][A.T[1:] == 0] = 2
    A[[0, 1]][0] = 5
    return A


@case((X,))
def helper_with_alias(x):
    def f(a, b):
        a += 2 * b
        return (a * b).sum()

    y = x * 1.0
    return f(y, y), f(y, y[:])


@case((X,), (E,))
def sizes(x):
    h = x[1:]
    g = x[:5]
    return h.sum() + g.sum(), x[::2] * 2, x[::-1], x[-2:], x[2:1]


@case((np.ones(4), np.ones(3)), (np.ones(2), np.ones(3)))
def accidental_broadcast(x, y):
    return (np.tanh(x[1:] * y)).sum()


@case((X,))
def masks_sized(x):
    y = x[x > 0]
    z = np.zeros(len(y))
    z[:] = y * 2
    return z, y.shape[0] * 2


@case((X,))
def halving(h):
    while len(h) > 1:
        h = h[::2]
    return h


@case((X,))
def slices_growing(x):
    h = x[:1]
    for i in range(2, 4):
        h = x[:i] * 2
    return h


@case((X,))
def scalar_alias(x):
    a = np.array(3.0)
    b = a
    a += 1
    c = x[0]
    d = c
    c += 1
    return b, d


@case((X,))
def swapped_three(x):
    a, b, c = x * 1.0, x * 2.0, x * 3.0
    for t in range(4):
        a[0] = b[1] + c[2]
        a, b, c = b, c, a
    return a, b, c


@case((X, 2.0), (X, -2.0))
def conditional_swap(x, c):
    u, v = x * 1.0, x * 2.0
    if c > 0:
        u, v = v, u
    u[0] = 9.0
    return u, v


@case((X,))
def swap_in_branch_in_loop(x):
    u, v = x * 1.0, x * 2.0
    for t in range(4):
        u[0] += v[1]
        if u[0] > 3:
            u, v = v, u
    return u, v


@case((X,))
def container_round_loop(x):
    params = [x * 1.0, x * 2.0]
    for t in range(3):
        params = [p - 0.1 * p**2 for p in params]
    return params


@case((X,))
def dict_round_loop(x):
    state = {"u": x * 1.0, "k": 0}
    for t in range(3):
        state["u"] = state["u"] * 0.5
        state["u"][0] = 1.0
        state["k"] += 1
    return state


@case((X,))
def nested_container_write(x):
    p = {"a": [x * 1.0, 2.0]}
    q = p["a"]
    for t in range(3):
        q[1] = q[1] * 2.0
        p["a"][0] *= 0.5
    return p, q[1]


@case((X, 2.0), (X, -2.0))
def container_in_branch(x, c):
    p = {"w": x * 1.0}
    if c > 0:
        p["w"] = x * 3.0
        p["new"] = 1.0
    else:
        p["w"][0] = 4.0
        p["new"] = 2.0
    return p


@case((X, 2.0), (X, -2.0))
def view_in_branch(x, c):
    a = x * 1.0
    if c > 0:
        v = a[:2]
    else:
        v = a[2:]
    v[0] = 100.0
    return a


@case((X, 2.0), (X, -2.0))
def append_in_branch(x, c):
    out = [x[0]]
    if c > 0:
        out.append(c)
    return len(out), sum(out)


@case((X,))
def element_of_growing_list(x):
    out = []
    for v in x:
        out.append(v * 2)
    out[0] = 5.0
    s = 0.0
    for v in out:
        s += v
    return s, out[-1], np.array(out)


@case((X,))
def stack_of_rows(x):
    rows = []
    for k in range(len(x)):
        rows.append(x * k)
    return np.array(rows), np.stack(rows) if False else len(rows)


@case((X,))
def pops(x):
    stack = []
    for v in x:
        stack.append(v)
    s = 0.0
    while stack:
        s = s * 0.5 + stack.pop()
    return s


@case((X,))
def evaluation_order(x):
    log = []

    def f(k):
        log.append(k)
        return k

    x = x * 1.0
    x[f(0)] += f(1)
    x[f(2)], x[f(3)] = f(1), f(0)
    return x, log


@case((np.ones((3, 3)),))
def swap_rows(A):
    A = A * np.arange(3.0)[:, None]
    A[0], A[1] = A[1], A[0]
    return A


@case((X,))
def closure_array(x):
    buf = np.zeros(4)

    def put(i, v):
        buf[i] = v

    for i in range(len(x)):
        put(i, x[i] * 2)
    return buf


@case((X, 3), (X, 0))
def loop_of_unknown_length(x, n):
    y = x
    for _ in range(n):
        y = y + x
    y[0] = 1.0
    return y


@case((X,))
def default_mutable(x):
    def f(a, acc=[]):
        acc.append(a)
        return len(acc)

    return f(x), f(x)


@case((X,))
def transposes(x):
    A = np.outer(x, x)
    B = A.T
    B[0, 1] = 7.0
    C = B.T[0]
    C[2] = 8.0
    return A


@case((X,))
def inner_loop_over_rows(x):
    A = np.zeros((4, 3))
    for i in range(4):
        r = A[i]
        for j in range(3):
            r[j] = x[i] * j
            r *= 1.5
    return A


@pytest.mark.parametrize(("program", "arguments", "refused"), CASES)
def test_memory(program, arguments, refused):
    if refused is None:
        check(program, *arguments)
        return
    with pytest.raises(UnsupportedError) as caught:
        check(program, *arguments)
    assert caught.value.code == refused
    assert caught.value.location is not None
    assert caught.value.remedy

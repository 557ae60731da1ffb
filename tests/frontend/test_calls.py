"""Helpers as graphs of their own: writes, views, aliases, captures, recursion, growth."""

from __future__ import annotations

import numpy as np
import pytest
from frontend.support import bound, check

import s2sad
from s2sad.frontend import lower
from s2sad.graph.core import CALL
from s2sad.structure import describe

CASES = []


def case(*argument_lists, calls=None):
    def register(function):
        CASES.extend(pytest.param(function, arguments, calls, id=f"{function.__name__}-{k}") for k, arguments in enumerate(argument_lists))
        return function

    return register


X = np.array([0.5, 1.5, -2.0, 3.0])
Y = np.array([1.0, 2.0, 3.0, 4.0])
M = np.arange(12.0).reshape(3, 4) / 7.0
BIAS = np.array([1.0, 2.0, 3.0, 4.0])
GAIN = 1.5


def smooth(u, steps):
    for _ in range(steps):
        u[1:-1] = 0.5 * (u[2:] + u[:-2])
    return u


def norm(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2
    return np.sqrt(s)


def biased(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * BIAS[i] * GAIN
    return s


def update(params, rate):
    for key in params:
        params[key] = params[key] * (1.0 - rate)
        params["count"] = params["count"] + 0.0
    for _ in range(2):
        params["w"] *= 0.5


def rows(A):
    for i in range(A.shape[0]):
        if A[i, 0] > 0.5:
            return A[i]
    return A[0]


def mixed(a, b):
    for _ in range(3):
        a += 2 * b
    return (a * b).sum()


def noisy(x, k):
    for i in range(k):
        print("step", i)
        x = x * 0.5
        if x < 0.01:
            raise ValueError("too small")
    return x


def collatz(n):
    if n <= 1:
        return 0
    if n % 2 == 0:
        return 1 + collatz(n // 2)
    return 1 + collatz(3 * n + 1)


def halves(x):
    n = len(x)
    if n <= 1:
        return x.sum() * 1.0
    return halves(x[: n // 2]) + 2.0 * halves(x[n // 2 :])


def fft(x):
    n = len(x)
    if n == 1:
        return x
    even = fft(x[::2])
    odd = fft(x[1::2])
    return np.concatenate([even + odd, even - odd])


def fibonacci(n):
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


def tree(node):
    if node is None:
        return 0.0
    value, left, right = node
    return np.tanh(value) + tree(left) + tree(right)


def depth(x, n):
    if n == 0:
        return x
    return depth(np.sin(x) + 1.0, n - 1)


def ack(x, n, log):
    log[n] = x
    if n == 0:
        return x
    return ack(x * 0.5, n - 1, log)


@case((X, Y), calls=2)
def called_twice(x, y):
    return norm(x) + norm(y)


@case((X, M), calls=2)
def two_kinds(x, A):
    return norm(x) + norm(A[0, :3])


@case((X,))
def helper_writes(x):
    u = x * 1.0
    v = smooth(u, 2)
    v[0] = 5.0
    return u


@case((X, Y))
def captures_globals(x, y):
    return biased(x) + biased(y)


@case((X,))
def helper_changes_container(x):
    p = {"w": x * 1.0, "count": 2.0}
    update(p, 0.1)
    update(p, 0.2)
    return p


@case((M,))
def helper_returns_view(A):
    A = A * 1.0
    r = rows(A)
    r[1] = 100.0
    return A, r


@case((X,))
def aliased_arguments(x):
    y = x * 1.0
    z = x * 2.0
    return mixed(y, y), mixed(z, z[::1]), mixed(y, z), y, z


@case((2.0, 3), (0.02, 3))
def effects(x, k):
    y = noisy(x, k)
    print("between")
    return noisy(y, 1)


@case((7,), (1,))
def recursive_ints(n):
    return collatz(n)


@case((np.arange(8.0),), (np.arange(5.0),), (np.arange(1.0),))
def recursive_arrays(x):
    return halves(x)


@case((np.arange(8.0),), (np.arange(1.0),))
def recursive_result(x):
    return fft(x)


@case((6,))
def double_recursion(n):
    return fibonacci(n)


@case(((1.0, (2.0, None, None), (3.0, None, (4.0, None, None))),))
def recursive_structure(t):
    return tree(t)


@case((0.5, 4), (0.5, 0))
def tail_recursion(x, n):
    return depth(x, n)


@case((0.5,))
def recursion_that_writes(x):
    log = np.zeros(4)
    return ack(x, 3, log), log


@case((X,))
def closure_with_loop(x):
    k = 2.0

    def weighted(v):
        s = 0.0
        for i in range(len(v)):
            s += v[i] * k
        return s

    a = weighted(x)
    k = 3.0
    return a + weighted(x)


@case((X,))
def closure_recursion(x):
    def go(i):
        if i == len(x):
            return 0.0
        return x[i] + 0.5 * go(i + 1)

    return go(0)


@case((X,))
def closure_that_counts(x):
    total = 0.0

    def add(v):
        nonlocal total
        for _ in range(2):
            total += v

    for v in x:
        add(v)
    add(1.0)
    return total


@case((X,))
def function_argument(x):
    def apply(f, v):
        for _ in range(2):
            v = f(v)
        return v

    return apply(np.sin, x) + apply(lambda v: v * GAIN, x)


@pytest.mark.parametrize(("program", "arguments", "calls"), CASES)
def test_calls(program, arguments, calls):
    check(program, *arguments)
    if calls is not None:
        lowered = lower(program, describe(bound(program, arguments)))
        assert sum(node.operation is CALL for node in lowered.graph.body.walk()) == calls


def chain(count):
    text = "def h0(v):\n    return 0.5 * v * v\n\n\n"
    for k in range(1, count + 1):
        text += f"def h{k}(v):\n    return 0.5 * h{k - 1}(v) + 0.4 * h{k - 1}(v * 0.9)\n\n\n"
    return text + f"def f(x):\n    return h{count}(x)\n"


def nodes(graph, seen):
    if graph in seen:
        return 0
    seen.add(graph)
    return sum(1 for _ in graph.body.walk()) + sum(nodes(callee, seen) for callee in graph.callees())


def test_chain_grows_linearly(tmp_path):
    import importlib.util

    counts = []
    for count in (6, 12):
        path = tmp_path / f"chain{count}.py"
        path.write_text(chain(count))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        lowered = lower(module.f, describe({"x": 0.5}))
        counts.append(nodes(lowered.graph, set()))
        check(module.f, 0.5)
    assert counts[1] < 2.5 * counts[0]


def endless(x):
    return endless(x + 1.0)


def test_endless_recursion_stays_endless():
    check(endless, 1.0)


def spiral(x):
    def grow(v):
        return v if v > 5 else grow(v * x[1] + 0.2)

    return grow(x[0]) * x[2]


def test_recursion_that_reads_a_captured_array():
    x = np.array([0.9, 1.3, 0.7])
    gradient = s2sad.grad(spiral)(x)
    differences = [(spiral(x + 1e-6 * unit) - spiral(x - 1e-6 * unit)) / 2e-6 for unit in np.eye(3)]
    np.testing.assert_allclose(gradient, differences, rtol=1e-7)
    np.testing.assert_allclose(s2sad.jvp(spiral, (x,), (np.ones(3),))[1], gradient.sum(), rtol=1e-12)

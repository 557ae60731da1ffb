"""More of the language: control flow in all combinations, functions, objects, containers, mutation."""

# ruff: noqa: B006, B007, B023, E731, F841, UP, SIM, C4, B028  (programs are written the way people write them)

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import math
import statistics
from dataclasses import dataclass, field
from typing import NamedTuple

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


@case((X, 5, 0, -2), (X, 0, 5, 1), (X, 3, 3, 1), (X, 3, -1, -1))
def ranges(x, a, b, c):
    s = 0.0
    for i in range(a, b, c):
        s += x[i % 4] * i
    return s


@case((X,), (-X,), (E,))
def for_else(x):
    for v in x:
        if v < -1:
            s = v
            break
    else:
        s = 100.0
    return s


@case((3.0,), (300.0,))
def while_else(a):
    k = 0
    while k < 4:
        if a > 100:
            break
        a = a * 2
        k += 1
    else:
        a = -a
    return a, k


@case((M,))
def break_inner_continue_outer(A):
    s = 0.0
    for i in range(3):
        for j in range(4):
            if j > i:
                break
            if (i + j) % 2:
                continue
            s += A[i, j]
        else:
            s += 10
        if i == 1:
            continue
        s += 1
    return s


@case((M,), (-M,))
def return_from_two_loops(A):
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            if A[i, j] > 1.0:
                return A[i, j] * i + j
    return 0.5


@case((X,))
def nested_ternary(x):
    a = x[0]
    return (1.0 if a > 1 else 2.0 if a > 0.6 else 3.0) * a


@case((2.0, 0.0), (0.0, 2.0))
def short_circuit_guards(a, b):
    return (b != 0 and a / b > 1) or (a != 0 and b / a > 1)


@case((1.0,), (5.0,), (-1.0,))
def chained_calls(a):
    return 0 < a < 2 < a + 3, not (a > 0) == False  # noqa: E712


@case((2.0,), (0.5,))
def raise_guard(a):
    if not a > 1:
        raise ValueError("too small", a)
    return math.log(a)


@case((2.0,))
def finally_runs(a):
    log = []
    try:
        a = a * 2
        log.append(a)
    finally:
        log.append(1.0)
    return a, log


class Scale:
    def __init__(self, k):
        self.k = k

    def __enter__(self):
        self.k *= 2
        return self

    def __exit__(self, *error):
        self.k = 0.0
        return False


@case((2.0,))
def user_manager(a):
    m = Scale(a)
    with m as s:
        b = s.k + 1
    return b, m.k


@case((2.0,))
def delete(a):
    b = a
    del b
    d = {"u": a, "v": 1.0}
    del d["v"]
    xs = [a, 2.0, 3.0]
    del xs[0]
    return d, xs


@case((2.0,))
def delete_then_read(a):
    b = a
    if a > 1:
        del b
    return b


@case((X,))
def position_and_keyword_only(x):
    def f(a, b=2.0, /, c=3.0, *, d=4.0, **rest):
        return a * b + c * d + sum(rest.values())

    return f(x[0]), f(x[0], 1.0, d=2.0), f(x[0], c=x[1], e=5.0)


@case((X,))
def functions_in_containers(x):
    ops = {"sin": np.sin, "double": lambda v: 2 * v}
    chain = [np.tanh, ops["double"]]
    for f in chain:
        x = f(x)
    return x + ops["sin"](x)


@case((2.0,))
def generators_of_all_kinds(a):
    def powers(n):
        p = 1.0
        for _ in range(n):
            yield p
            p *= a

    def both():
        yield from powers(2)
        yield 10.0

    return [v for v in both()], sum(powers(4)), {k: v for k, v in enumerate(powers(3))}, max(powers(3)), list(zip(powers(2), powers(3)))


@case((X,))
def lazy_generator_reads_late(x):
    x = x * 1.0
    g = (x[i] * 2 for i in range(3))
    x[0] = 5.0
    return sum(g)


@case((X,))
def comprehension_scopes(x):
    i = 7.0
    a = [i * v for i, v in enumerate(x)]
    b = [[r * c for c in range(2)] for r in (x[0], x[1])]
    return i, a, b, len([r * 2 for r in x if r > 0])


@case((3,))
def memo(n):
    table = {0: 0.0, 1: 1.0}
    for k in range(2, 6):
        table[k] = table[k - 1] + table[k - 2]
    return table[5] * n


class Base:
    gain = 2.0

    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return self.act(self.w * x)

    def act(self, z):
        return z

    def __getitem__(self, k):
        return self.w[k]

    def __len__(self):
        return len(self.w)

    def __eq__(self, other):
        return False

    def __neg__(self):
        return Base(-self.w)

    def __matmul__(self, v):
        return (self.w * v).sum()

    def __iadd__(self, other):
        self.w = self.w + other
        return self


class Tanh(Base):
    def act(self, z):
        return np.tanh(super().act(z)) * self.gain

    @classmethod
    def make(cls, k):
        return cls(np.ones(4) * k)

    @property
    def size(self):
        return len(self)

    @size.setter
    def size(self, n):
        self.w = self.w[:n]


@case((X,))
def classes(x):
    t = Tanh.make(0.5)
    u = -t
    t += 1.0
    s = t(x) + u(x)
    t.size = 2
    return s, t[0], t.size, len(t), u @ x, t == u


@dataclass(frozen=True)
class Pair:
    a: float
    b: float = 2.0
    tags: tuple = ()

    @property
    def total(self):
        return self.a + self.b


@dataclass
class Net:
    layers: list = field(default_factory=list)
    scale: float = 1.0

    def __post_init__(self):
        self.scale = self.scale * 2

    def forward(self, x):
        for W in self.layers:
            x = np.tanh(W * x)
        return x * self.scale


@case((2.0, X))
def dataclasses_in_use(a, x):
    p = Pair(a)
    q = dataclasses.replace(p, b=5.0) if False else Pair(p.total, tags=("k",))
    net = Net([x, x * 2], scale=q.total)
    net.layers.append(x * 0.5)
    return net.forward(x), p, q.total


class Move(NamedTuple):
    dx: float
    dy: float = 0.0

    def length(self):
        return math.hypot(self.dx, self.dy)


@case((3.0,))
def named_tuples(a):
    m = Move(a, 4.0)
    n = m._replace(dy=0.0)
    return m.length(), n, m + (1.0,), m == (a, 4.0)


@case((X,))
def list_slices(x):
    a = [x[0], x[1], x[2], x[3]]
    b = a[1:3]
    a[1:3] = [5.0]
    c = a + b * 2
    c[-1] += 1.0
    a *= 2
    first, *middle, last = c
    return a, b, c, middle, last, a[::-1], (1.0, 2.0)[::-1]


@case((X,))
def nested_containers(x):
    tree = {"left": {"v": x[0], "kids": [(x[1], None)]}, "right": None}
    tree["left"]["kids"][0] = (tree["left"]["kids"][0][0] * 2, tree["left"]["v"])
    total = 0.0
    for key, node in tree.items():
        if node is not None:
            for a, b in node["kids"]:
                total += a * b
    return total, tree


@case((X,))
def dict_views(x):
    d = {k: v for k, v in zip("abcd", x)}
    s = 0.0
    for k in sorted(d, reverse=True):
        s = s * 2 + d[k]
    e = {**d, "a": 9.0}
    e |= {"z": 1.0}
    keys = list(e.keys())
    return s, keys, sum(e.values()), [k for k, v in e.items() if k > "b"], max(d, key=lambda k: 1.0) if False else len(e), d.pop("a"), d


@case((X,))
def standard_library(x):
    q = collections.deque([1.0, 2.0])
    q.append(x[0])
    od = collections.OrderedDict(a=x[1])
    prod = [a * b for a, b in itertools.product([1.0, 2.0], [x[0], 3.0])]
    chained = list(itertools.chain([x[0]], (1.0, 2.0)))
    return (
        sum(q),
        od["a"],
        prod,
        chained,
        math.prod([1.0, x[0]]) if False else math.hypot(x[0], x[1]),
        statistics.mean([x[0], x[1]]) if False else 0,
    )


@case((X,))
def filters_and_maps(x):
    a = list(filter(lambda v: v > 1, [1.0, 2.0, 3.0]))
    b = [p * q for p, q in zip(map(np.sin, [x[0], x[1]]), [2.0, 3.0])]
    c = functools.reduce(lambda s, v: s * 0.5 + v, x, 0.0)
    return a, b, c, any(v > 2 for v in x), all(v > -5 for v in x), sum(1 for v in x if v > 0)


@case((7.5, 2.0), (-7.5, 2.0), (7, -2))
def number_functions(a, b):
    return a // b, a % b, divmod(a, b), abs(a), round(a), int(a), a**2, pow(a, 2), -a // b, max(a, b, 0), min(a, b), float(a), bool(a)


@case((X,))
def numpy_scalars(x):
    s = x[0]
    t = np.float32(s)
    return s.item(), t, t * 2.0, t * s, float(t), s.dtype == np.float64, x.dtype.name, int(x.argmax()), x[x.argmin()]


@case((M,))
def assignments_everywhere(A):
    A = A * 1.0
    A[:, 1] = A[:, 2]
    A[0] += 1.0
    A[1:, ::2] *= 2.0
    A[A > 2.0] -= 0.5
    A[[0, 2], [1, 3]] = 7.0
    A[..., -1] = 0.0
    A.T[0] = 5.0
    A[1][2:] = A[2][:2]
    np.copyto(A[2], 1.5)
    A[0].fill(2.5)
    (A[1])[0], A[1, 1] = 8.0, 9.0
    return A


@case((X, Y))
def out_arguments(x, y):
    z = np.zeros(4)
    np.add(x, y, out=z)
    np.multiply(z[1:], 2.0, out=z[1:])
    np.exp(z, z)
    w = np.empty((2, 4))
    np.tanh(x, out=w[0])
    w[1] = w[0]
    return z, w


@case((M,))
def views_of_views(A):
    A = A.copy()
    b = A[1:]
    c = b[:, 1:]
    d = c.T
    d[0] = 1.0
    e = np.diagonal(A)
    f = A.reshape(-1)
    c += f[0]
    g = A[:, None, 1]
    g[0] = -3.0
    return A, e, f.sum(), g.shape


@case((X,))
def types_that_change(x):
    total = 0
    count = 0
    flag = None
    for v in x:
        total = total + v
        count += 1
        if v < 0:
            flag = count
    return total / count, flag is None, count


@case((X,))
def shapes_that_grow(x):
    h = x[:1]
    for k in range(3):
        h = np.concatenate([h, x[k : k + 1]])
    return h, h.shape[0]


@case((X,), (E,))
def empty_reductions(x):
    return x.sum(), (x * 2).sum() + len(x), np.zeros(len(x)).sum()


@case((X,))
def strings(x):
    name = "layer" + str(3)
    parts = "a,b".split(",")
    text = f"{name}:{parts[1]!r:>5}"
    lookup = {"layer3:  'b'": x}
    return lookup[text], name.upper(), len(text), "yer" in name, name[0], [c for c in "ab"]


@case((X,))
def global_of_function(x):
    return helper_with_attribute(x)


def helper_with_attribute(x):
    return x * helper_with_attribute.factor


helper_with_attribute.factor = 3.0


@case((X,))
def inner_recursive_closure(x):
    def build(depth):
        if depth == 0:
            return lambda v: v
        inner = build(depth - 1)
        return lambda v: np.sin(inner(v)) + depth

    return build(3)(x)


@case((X, 3))
def power_method(x, n):
    A = np.outer(x, x) + np.eye(4)
    v = np.ones(4)
    for _ in range(n):
        v = A @ v
        v = v / np.sqrt(v @ v)
    return v @ A @ v


@case((X,))
def runge_kutta(y):
    def f(t, u):
        return -u * t

    t, h = 0.0, 0.1
    for _ in range(5):
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return y, t


@case((M,), (M[:, :0],))
def softmax_rows(A):
    if A.shape[1] == 0:
        return A
    e = np.exp(A - A.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(3), [0, 1, 2]]).mean()


@case((X,))
def adam(w):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t in range(1, 4):
        g = 2 * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


@case((M,))
def gauss_elimination(A):
    A = A[:, :3] + 3 * np.eye(3)
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k:] -= A[k, k:] * (A[i, k] / A[k, k])
    return A.diagonal().prod()


@case((X,))
def bubble_sort(x):
    x = x.copy()
    n = len(x)
    for i in range(n):
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return x


@case((X,))
def viterbi(x):
    score = np.zeros(3)
    back = []
    for v in x:
        cand = score[:, None] + np.arange(9.0).reshape(3, 3) * v
        back.append(cand.argmax(axis=0))
        score = cand.max(axis=0)
    best = int(score.argmax())
    path = [best]
    for b in reversed(back):
        best = int(b[best])
        path.append(best)
    return score, path[::-1] if False else len(path)


@pytest.mark.parametrize(("program", "arguments"), CASES)
def test_language(program, arguments):
    check(program, *arguments)

"""Helpers, closures, containers, classes, globals, generators, the standard library."""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import functools
import itertools
import math
import operator
import types
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
RATE = 0.25
COUNT = 3
WEIGHTS = np.array([1.0, -1.0, 2.0, 0.5])
CONFIG = {"scale": 2.0, "name": "relu", "layers": [1, 2]}


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def scale(x, by=2.0, *, shift=0.0):
    return x * by + shift


def fill(a, value):
    a[0] = value
    return a


def row(A, i):
    return A[i]


def fact(n):
    return 1 if n <= 1 else n * fact(n - 1)


def power_sum(x, n):
    if n == 0:
        return x * 0.0
    return x**n + power_sum(x, n - 1)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def twice(f):
    def g(x):
        return f(f(x))

    return g


def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs) * 1.0

    return wrapper


@logged
def decorated(x):
    return x * 3


def counting(n):
    for k in range(n):
        yield k * 1.5


@dataclasses.dataclass
class Model:
    W: np.ndarray
    b: float
    steps: int = 2

    def __call__(self, x):
        return np.tanh(self.W * x + self.b)

    @property
    def norm(self):
        return (self.W**2).sum()

    def run(self, x):
        for _ in range(self.steps):
            x = self(x)
        return x


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def norm(self):
        return math.sqrt(self.x**2 + self.y**2)

    @staticmethod
    def unit():
        return Vector(1.0, 0.0)

    @classmethod
    def of(cls, pair):
        return cls(*pair)


class Vector3(Vector):
    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z

    def norm(self):
        return math.sqrt(super().norm() ** 2 + self.z**2)


class Point(NamedTuple):
    x: float
    y: float


class Counter:
    def __init__(self):
        self.n = 0

    def tick(self, by):
        self.n += by
        return self.n


@case((X,))
def helper(x):
    return sigmoid(x) + sigmoid(-x)


@case((X,))
def keywords(x):
    return scale(x) + scale(x, 3.0) + scale(by=4.0, x=x, shift=1.0)


@case((X,))
def helper_writes(x):
    a = x * 1.0
    b = fill(a, 7.0)
    b[1] = 8.0
    return a


@case((M,))
def helper_view(A):
    A = A * 1.0
    row(A, 2)[:] = 0
    return A


@case((X, Y))
def closure(x, y):
    k = 2.0

    def f(z):
        return z * k + y

    k = 3.0
    return f(x)


@case((X,))
def nonlocal_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v

    for v in x:
        add(v)
    return total


@case((X,))
def lambdas(x):
    fs = [lambda v, k=k: v * k for k in range(3)]
    return sum(f(x) for f in fs)


@case((X,))
def late_binding(x):
    fs = [lambda v: v * k for k in range(3)]
    return fs[0](x)


@case((X,))
def higher(x):
    return twice(np.tanh)(x) + twice(lambda v: v + 1)(x)


@case((X,))
def decorator_call(x):
    return decorated(x)


@case((X,))
def global_number(x):
    return x * RATE + WEIGHTS + COUNT


@case((X,))
def global_container(x):
    return x * CONFIG["scale"] if CONFIG["name"] == "relu" else x


@case((X,))
def global_size(x):
    return np.zeros(COUNT)


@case((2.0,))
def recursion(x):
    return fact(5) * x + power_sum(x, 4)


@case((2.0,))
def mutual(x):
    return x if even(6) else -x


@case((X,))
def generator(x):
    s = 0.0
    for v in counting(4):
        s += v * x[0]
    return s


@case((X,))
def generator_list(x):
    return list(counting(3)), sum(v * v for v in x if v > 0)


@case(({"W": np.eye(3), "b": [1.0, 2.0]}, np.ones(3)))
def parameters(params, x):
    h = params["W"] @ x + params["b"][0]
    for k, v in params.items():
        if k == "b":
            for w in v:
                h = h * w
    return h


@case(([(np.eye(2), np.ones(2)), (np.ones((3, 2)), np.ones(3))], np.ones(2)))
def mlp(layers, x):
    for W, b in layers:
        x = np.maximum(W @ x + b, 0)
    return x


@case((Model(X, 0.5), Y))
def dataclass_argument(model, x):
    return model.run(x) * model.norm


@case((1.0, 2.0))
def vectors(a, b):
    v = Vector(a, b) + 2.0 * Vector.of((b, a)) * 3.0
    return v.norm() + Vector.unit().x


@case((1.0, 2.0))
def inherited(a, b):
    return Vector3(a, b, 3.0).norm()


@case((1.0, 2.0))
def named_tuple(a, b):
    p = Point(a, y=b)
    q = p._replace(x=5.0)
    x, y = q
    return p.x * x + p[1] * y, p


@case((1.0, 2.0))
def namespace(a, b):
    s = types.SimpleNamespace(u=a)
    s.v = b
    s.u += 1
    return s.u * s.v


@case((X,))
def counter_object(x):
    c = Counter()
    for v in x:
        c.tick(v)
    return c.n


@case((X, Y))
def shared_object(x, y):
    a = {"W": x * 1.0}
    b = [a["W"], a]
    b[0][0] = 9.0
    b[1]["W"][1] = 8.0
    return a["W"]


@case((X,))
def list_methods(x):
    out = [x[0]]
    out.extend([x[1], x[2]])
    out.insert(0, 5.0)
    last = out.pop()
    out[0] = out[1] + last
    out.reverse()
    return out, len(out), out.index(out[0]) if False else 0


@case((X,))
def dict_methods(x):
    d = {"a": x[0]}
    d["b"] = x[1]
    d.update(c=x[2])
    d.setdefault("e", 1.0)
    return d.get("a"), d.get("z", 3.0), list(d), sum(d.values()), {k: v * 2 for k, v in d.items()}, "a" in d


@case((X,))
def star_arguments(x):
    def f(a, *rest, **named):
        return a + sum(rest) + named.get("k", 0.0)

    args = (1.0, 2.0)
    return f(x, *args, k=3.0), f(*args)


@case((X,))
def library(x):
    add3 = functools.partial(scale, by=3.0)
    total = functools.reduce(operator.add, [x[0], x[1], x[2]])
    pairs = [a * b for a, b in itertools.combinations([1.0, 2.0, 3.0], 2)]
    return add3(x), total, pairs, list(itertools.accumulate([x[0], x[1]])), list(map(lambda v: v + 1, [1.0, 2.0]))


@case((2.0,))
def numbers(a):
    return round(a), round(a, 1), divmod(7, 2), pow(a, 2), max(a, 1.0), min([3.0, a]), abs(-a), int(a), float(3), bool(a), sum([a, 1])


@case((2.0, 3), (-2.0, 2))
def matching(a, k):
    match k:
        case 2:
            return a * 2
        case 3 | 4:
            return a * 3
        case _:
            return a


@case((X,))
def contexts(x):
    with np.errstate(divide="ignore"):
        y = 1.0 / (x - 0.5)
    with contextlib.nullcontext():
        y = y + 1
    return y


@case((X,))
def copies(x):
    a = [x * 1.0, {"k": x}]
    b = copy.copy(a)
    c = copy.deepcopy(a)
    a[0][0] = 100.0
    return b[0], c[0]


@case((X,))
def default_dict(x):
    d = collections.defaultdict(float)
    d["a"] += x[0]
    d["a"] += x[1]
    return d["a"]


@case((X,))
def text(x):
    name = f"w{1 + 1}"
    print(f"{x[0]:.3f} {name}", "%d" % 3)
    return {"w2": x}[name]


@case((M,))
def indices(A):
    s = 0.0
    for i, j in np.ndindex(3, 4):
        s += A[i, j] * i
    for (i, j), v in np.ndenumerate(A):
        s += v * j
    return s


@case((X,))
def sorting(x):
    return sorted([x[0], x[2], x[1]]), max([x[0], x[1]], key=lambda v: -v), sorted(["b", "a"])


@case((2.0,))
def deep_calls(x):
    def a(v):
        return v * 2

    def b(v):
        return a(v) + a(v + 1)

    def c(v):
        return b(v) * b(v - 1)

    return c(x) + c(x * 2)


@case((X, True), (X, False))
def flags(x, training):
    if training:
        x = x * 2
    return x


@case((X, None), (X, 2.0))
def optional_argument(x, w):
    if w is None:
        w = 1.0
    return x * w


@case((X, "mean"), (X, "sum"))
def option(x, how):
    return {"mean": np.mean, "sum": np.sum}[how](x)


@case((M, 0), (M, 1))
def axis_argument(A, axis):
    return A.sum(axis=axis)


@case((X, 3), (X, 0))
def repeated(x, k):
    for _ in range(k):
        x = np.sin(x)
    return x


@case((X,))
def unpack_array(x):
    a, b, *c = x
    return a * b + c[0]


@case((M,))
def unpack_rows(A):
    A = A * 1.0
    p, q, r = A
    p[0] = 100.0
    return A


@case((X, 2.0), (X, -2.0))
def one_sided(x, c):
    if c > 0:
        y = x
    if c > 0:
        return y * 2
    return x


@pytest.mark.parametrize(("program", "arguments"), CASES)
def test_everyday(program, arguments):
    check(program, *arguments)

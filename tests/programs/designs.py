"""Programs as they are designed: classes, generators and closures together."""

import abc
import enum
import functools
import math
import typing
from dataclasses import dataclass

import numpy as np
from harness import program


def one(make, size):
    return (make.array(size),)


def two(make, size):
    return make.number(), make.number()


def array_and_number(make, size):
    return make.array(size), make.number()


def matrix_and_vector(make, size):
    return make.array(size, size), make.array(size)


class System:
    def __init__(self, k, c):
        self.k, self.c = (k, c)

    def rhs(self, t, y):
        return np.array([y[1], -self.k * y[0] - self.c * y[1]])


class Integrator:
    order = 0

    def __init__(self, system):
        self.system = system
        self.steps = 0

    def step(self, t, y, h):
        raise NotImplementedError

    def solve(self, y0, t1, n):
        y, t, h = (y0, 0.0, t1 / n)
        for _ in range(n):
            y = self.step(t, y, h)
            t += h
            self.steps += 1
        return y


class Euler(Integrator):
    order = 1

    def step(self, t, y, h):
        return y + h * self.system.rhs(t, y)


class RK2(Integrator):
    order = 2

    def step(self, t, y, h):
        k1 = self.system.rhs(t, y)
        return y + h * self.system.rhs(t + h / 2, y + h / 2 * k1)


@program(two)
def ode_classes(k, c):
    out = 0.0
    for cls in (Euler, RK2):
        it = cls(System(k, c))
        y = it.solve(np.array([1.0, 0.0]), 1.0, 5)
        out += y[0] * it.order + y[1] / it.steps
    return out


class Kernel(abc.ABC):
    @abc.abstractmethod
    def __call__(self, r): ...

    def __add__(self, other):
        return Sum(self, other)

    def __mul__(self, s):
        return Scaled(self, s)

    __rmul__ = __mul__


class RBF(Kernel):
    def __init__(self, l):
        self.l = l

    def __call__(self, r):
        return np.exp(-0.5 * (r / self.l) ** 2)


class Linear(Kernel):
    def __call__(self, r):
        return 1.0 + r


class Sum(Kernel):
    def __init__(self, *ks):
        self.ks = ks

    def __call__(self, r):
        return sum((k(r) for k in self.ks))


class Scaled(Kernel):
    def __init__(self, k, s):
        self.k, self.s = (k, s)

    def __call__(self, r):
        return self.s * self.k(r)


@program(array_and_number)
def kernels(x, l):
    k = 2.0 * RBF(l) + Linear() * l
    K = k(np.abs(x[:, None] - x[None, :]))
    return np.sum(K)


REG = {}


def register(name):

    def deco(f):
        REG[name] = f
        return f

    return deco


@register("relu")
def relu(x):
    return np.maximum(x, 0.8)


@register("swish")
def swish(x):
    return x / (1 + np.exp(-x))


def memo(f):
    cache = {}

    @functools.wraps(f)
    def inner(n):
        if n not in cache:
            cache[n] = f(n)
        return cache[n]

    return inner


@memo
def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


@program(two)
def local_memo(a, b):
    memo = {}

    def fib(n):
        if n in memo:
            return memo[n]
        r = a if n == 0 else b if n == 1 else fib(n - 1) + fib(n - 2) * 0.5
        memo[n] = r
        return r

    return fib(8)


def chunks(x, n):
    for i in range(0, len(x), n):
        yield x[i : i + n]


def window(seq, n=2):
    it = list(seq)
    for i in range(len(it) - n + 1):
        yield tuple(it[i : i + n])


def ema(xs, alpha):
    s = None
    for x in xs:
        s = x if s is None else alpha * x + (1 - alpha) * s
        yield s


@program(array_and_number)
def ema_generator(x, alpha):
    return sum((v * v for v in ema(x, alpha))) + 0.0


@program(two)
def next_converged(a, b):

    def steps(x):
        for _ in range(30):
            x = math.cos(x) * a * 0.5
            yield x

    return next((x for x in steps(b) if x < 0.3), 0.25) * b


class Matrix:
    def __init__(self, rows):
        self.rows = [list(r) for r in rows]

    @classmethod
    def identity(cls, n):
        return cls([[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)])

    @property
    def shape(self):
        return (len(self.rows), len(self.rows[0]))

    @property
    def T(self):
        return Matrix(zip(*self.rows))

    def __getitem__(self, ij):
        i, j = ij
        return self.rows[i][j]

    def __setitem__(self, ij, v):
        i, j = ij
        self.rows[i][j] = v

    def __matmul__(self, o):
        n, m = self.shape
        _, k = o.shape
        return Matrix([[sum((self[i, l] * o[l, j] for l in range(m))) for j in range(k)] for i in range(n)])

    def __add__(self, o):
        return Matrix([[a + b for a, b in zip(r, s)] for r, s in zip(self.rows, o.rows)])

    def trace(self):
        return sum((self[i, i] for i in range(self.shape[0])))

    def __iter__(self):
        return iter(self.rows)

    def __eq__(self, o):
        return self.rows == o.rows


@dataclass
class Particle:
    pos: np.ndarray
    vel: np.ndarray
    mass: float = 1.0

    def kick(self, f, dt):
        self.vel = self.vel + f / self.mass * dt

    def drift(self, dt):
        self.pos = self.pos + self.vel * dt

    @property
    def energy(self):
        return 0.5 * self.mass * np.sum(self.vel**2)


class Layer(typing.NamedTuple):
    w: np.ndarray
    b: np.ndarray
    act: str = "tanh"

    def __call__(self, x):
        z = self.w @ x + self.b
        match self.act:
            case "tanh":
                return np.tanh(z)
            case "relu":
                return np.maximum(z, 0)
            case _:
                return z


@program(matrix_and_vector)
def layers_nt(W, b):
    h = b
    for layer in (Layer(W, b), Layer(W, b, "relu"), Layer(W.T, b, act="id")):
        h = layer(h)
    return np.sum(h)


class Op(enum.Enum):
    ADD = "+"
    MUL = "*"

    def apply(self, a, b):
        if self is Op.ADD:
            return a + b
        return a * b

    @property
    def sign(self):
        return 1.0 if self is Op.ADD else -1.0


class Graph:
    def __init__(self):
        self.edges = {}

    def add(self, u, v, w):
        self.edges.setdefault(u, []).append((v, w))
        return self

    def paths(self, u, goal, acc=1.0):
        if u == goal:
            yield acc
            return
        for v, w in self.edges.get(u, []):
            yield from self.paths(v, goal, acc * w)


@program(two)
def graph_paths(a, b):
    g = Graph().add("s", "a", a).add("s", "b", b).add("a", "t", b).add("b", "t", a * a).add("a", "b", 2.0)
    return sum(g.paths("s", "t"))


class Tree:
    def __init__(self, v, *kids):
        self.v, self.kids = (v, kids)

    def __iter__(self):
        yield self.v
        for k in self.kids:
            yield from k

    def depth(self):
        return 1 + max((k.depth() for k in self.kids), default=0)

    def fold(self, f):
        return f(self.v, [k.fold(f) for k in self.kids])


@program(two)
def tree_class(a, b):
    t = Tree(a, Tree(b, Tree(a * b)), Tree(2.0))
    return sum((v * v for v in t)) + t.depth() + t.fold(lambda v, ks: v + 0.5 * sum(ks))


class Meter:
    def __init__(self):
        self.total = 0.0
        self.n = 0

    def update(self, v, k=1):
        self.total += v * k
        self.n += k

    @property
    def avg(self):
        return self.total / self.n if self.n else 0.0


class Poly:
    def __init__(self, *c):
        self.c = list(c)

    def __call__(self, x):
        r = 0.0
        for c in reversed(self.c):
            r = r * x + c
        return r

    def __mul__(self, o):
        if not isinstance(o, Poly):
            return Poly(*(c * o for c in self.c))
        out = [0.0] * (len(self.c) + len(o.c) - 1)
        for i, a in enumerate(self.c):
            for j, b in enumerate(o.c):
                out[i + j] += a * b
        return Poly(*out)

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __len__(self):
        return len(self.c)


@program(two)
def poly_class(a, b):
    q = Poly(a, b) * Poly(1.0, a) * 2.0
    return q(b) + (-q)(a) * len(q) + (3 * q)(0.5)


class Chain:
    def __init__(self, v):
        self.v = v

    def then(self, f, *a, **k):
        self.v = f(self.v, *a, **k)
        return self


@program(one)
def fluent(x):
    return Chain(x).then(np.sin).then(np.power, 2).then(lambda v, s: v * s, s=3.0).then(np.sum).v


@program(one)
def break_nested(x):

    def g():
        for i in range(len(x)):
            for j in range(i, len(x)):
                yield (x[i] * x[j])

    s = 0.0
    for k, v in enumerate(g()):
        if s > 2.0:
            break
        if v < 0.5:
            continue
        s += v
    else:
        s *= 2
    return s

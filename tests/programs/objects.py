"""Objects: methods, operators, properties, dataclasses, named tuples, enumerations, descriptors."""

import abc
import copy
import dataclasses
import enum
import functools
import math
import typing
from collections import namedtuple
from dataclasses import asdict, astuple, dataclass, field, fields, replace
from types import SimpleNamespace

import numpy as np
from harness import program


def one(make, size):
    return (make.array(size),)


def two(make, size):
    return make.number(), make.number()


def array_and_number(make, size):
    return make.array(size), make.number()


class Vec:
    def __init__(self, x, y):
        self.x, self.y = (x, y)

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)

    def __sub__(self, o):
        return Vec(self.x - o.x, self.y - o.y)

    def __mul__(self, s):
        if isinstance(s, Vec):
            return self.x * s.x + self.y * s.y
        return Vec(self.x * s, self.y * s)

    def __rmul__(self, s):
        return self * s

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def __abs__(self):
        return math.sqrt(self.x**2 + self.y**2)

    def __iadd__(self, o):
        self.x += o.x
        self.y += o.y
        return self

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __iter__(self):
        yield self.x
        yield self.y

    def __len__(self):
        return 2

    def __eq__(self, o):
        return self.x == o.x and self.y == o.y

    def __lt__(self, o):
        return abs(self) < abs(o)

    def __contains__(self, v):
        return v == self.x or v == self.y

    def __truediv__(self, s):
        return Vec(self.x / s, self.y / s)

    def __rtruediv__(self, s):
        return Vec(s / self.x, s / self.y)

    def __pow__(self, n):
        return Vec(self.x**n, self.y**n)

    def __matmul__(self, o):
        return self.x * o.y - self.y * o.x

    def __bool__(self):
        return True

    def __call__(self, t):
        return self.x + self.y * t

    def __float__(self):
        return abs(self)


@program(two)
def vec_ops(a, b):
    u, v = (Vec(a, b), Vec(b, 2.0))
    w = 2.0 * u + v * 3.0 - -u
    w += v
    w = w / 2.0
    return w * v + abs(w) + w[0] + u @ v + w(0.5) + float(u) + (1.0 / v).x + (u**2)[1]


@program(two)
def vec_compare(a, b):
    u, v = (Vec(a, b), Vec(b, a * 2))
    big = v if u < v else u
    small = min(u, v)
    w = sorted([u, v])[0]
    if a in u:
        big += u
    return big * small + w.x


class Shape(abc.ABC):
    scale = 2.0

    @abc.abstractmethod
    def area(self): ...

    def weighted(self):
        return self.area() * self.scale

    @classmethod
    def unit(cls):
        return cls(1.0)

    @staticmethod
    def helper(x):
        return x * x


class Square(Shape):
    def __init__(self, s):
        self.s = s

    def area(self):
        return self.helper(self.s)


class Circle(Shape):
    scale = 3.0

    def __init__(self, r):
        self.r = r

    def area(self):
        return math.pi * self.r**2


class Ring(Circle):
    def __init__(self, r, w):
        super().__init__(r)
        self.w = w

    def area(self):
        return super().area() - math.pi * (self.r - self.w) ** 2


@program(two)
def inheritance(a, b):
    shapes = [Square(a), Circle(b), Ring(a + b, b / 2), Square.unit()]
    return sum((s.weighted() for s in shapes))


class Temp:
    def __init__(self, c):
        self._c = c

    @property
    def f(self):
        return self._c * 9 / 5 + 32

    @f.setter
    def f(self, v):
        self._c = (v - 32) * 5 / 9

    @functools.cached_property
    def k(self):
        return self._c + 273.15


@program(two)
def properties(a, b):
    t = Temp(a)
    t.f = t.f * b
    t.f += 1.0
    return t._c * t.k + t.k


@dataclass
class Params:
    w: np.ndarray
    b: float = 0.5
    tags: list = field(default_factory=list)
    n: int = 2

    def __post_init__(self):
        self.norm = np.sum(self.w**2)


@program(lambda make, size: (make.array(size), make.number()))
def dataclass_post_init(x, b):
    q = Params(x, b)
    q.tags.append(b * 2)
    r = replace(q, b=b * 3)
    return q.norm * r.b + sum(q.tags) + r.n


@program(lambda make, size: (Params(make.array(size), make.number()), make.number()))
def dataclass_arg(q, s):
    return np.sum(q.w) * q.b * s + q.n


@dataclass(frozen=True)
class P3:
    x: float
    y: float
    z: float = 0.0

    def dot(self, o):
        return self.x * o.x + self.y * o.y + self.z * o.z


@program(lambda make, size: (P3(make.number(), make.number()), make.number()))
def frozen_ops(q, s):
    d = asdict(q)
    t = astuple(q)
    return q.dot(replace(q, z=s)) + sum(d.values()) * t[0] + sum((getattr(q, f.name) for f in fields(q)))


@dataclass(slots=True)
class Slotted:
    a: float
    b: float

    def step(self, h):
        self.a += h * self.b
        self.b -= h * self.a


@dataclass(order=True)
class Ordered:
    key: float
    val: float


@program(two)
def dataclass_order(a, b):
    items = [Ordered(a, b), Ordered(b, a), Ordered(0.7, a * b)]
    m = min(items)
    if items[0] < items[1]:
        return m.val * 2
    return m.val


@dataclass
class KW:
    a: float
    _: dataclasses.KW_ONLY
    b: float = 2.0


@program(two)
def dataclass_kwonly(a, b):
    return KW(a, b=b).b * KW(a).b * KW(a).a


PT = namedtuple("PT", "x y z", defaults=[1.0])


class NT(typing.NamedTuple):
    u: float
    v: float = 2.0

    def total(self):
        return self.u * self.v


@program(two)
def simple_namespace(a, b):
    ns = SimpleNamespace(a=a, b=b)
    ns.c = ns.a * ns.b
    ns.a += 1.0
    setattr(ns, "d", 2.0)
    return ns.a * ns.c * getattr(ns, "d") + getattr(ns, "missing", 3.0) + (1.0 if hasattr(ns, "c") else 0.0) + sum(vars(ns).values())


class Mode(enum.Enum):
    FAST = 1
    SLOW = "slow"


class Color(enum.IntEnum):
    RED = 1
    BLUE = 3


class Perm(enum.Flag):
    R = 1
    W = 2


@program(two)
def enums(a, b):
    mode = Mode.FAST
    s = 0.0
    for c in Color:
        s += a * c
    if mode is Mode.FAST:
        s *= b
    if mode == Mode.SLOW:
        s *= 100
    if Perm.R in Perm.R | Perm.W:
        s += a
    return s + Color.BLUE * b + Mode.FAST.value + Color["RED"].value * a


@program(lambda make, size: (make.number(), Mode.SLOW))
def enum_arg(a, mode):
    match mode:
        case Mode.FAST:
            return a
        case Mode.SLOW:
            return a * a


@program(lambda make, size: (make.number(), make.number(), "slow"))
def enum_by_value(a, b, name):
    return a * b if Mode(name) is Mode.SLOW else a


class Linear:
    def __init__(self, w, b):
        self.w, self.b = (w, b)

    def __call__(self, x):
        return self.w @ x + self.b


class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)

    def __call__(self, x):
        for l in self.layers:
            x = l(x)
        return x


class Act:
    def __init__(self, f):
        self.f = f

    def __call__(self, x):
        return self.f(x)


@program(lambda make, size: (make.array(size, size), make.array(size), make.array(size)))
def network(W, b, x):
    net = Sequential(Linear(W, b), Act(np.tanh), Linear(W.T, b), Act(lambda v: v**2))
    return np.sum(net(x))


class Stack:
    def __init__(self):
        self.items = []

    def push(self, v):
        self.items.append(v)
        return self

    def pop(self):
        return self.items.pop()

    def __len__(self):
        return len(self.items)

    def __setitem__(self, i, v):
        self.items[i] = v

    def __getitem__(self, i):
        return self.items[i]

    def __delitem__(self, i):
        del self.items[i]


@program(two)
def stack_calculator(a, b):
    s = Stack()
    s.push(a).push(b).push(a * b)
    s[0] = s[0] * 3
    s[1] += 1.0
    x, y = (s.pop(), s.pop())
    s.push(x / y)
    n = len(s)
    del s[0]
    return s[0] * n


class Adam:
    def __init__(self, lr):
        self.lr, self.m, self.v, self.t = (lr, 0.0, 0.0, 0)

    def step(self, p, g):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.99 * self.v + 0.01 * g * g
        return p - self.lr * self.m / (np.sqrt(self.v) + 0.001)


@program(array_and_number)
def optimiser(x, lr):
    opt = Adam(lr)
    p_ = x
    for _ in range(3):
        p_ = opt.step(p_, 2 * p_)
    return np.sum(p_) * opt.t


class Node:
    def __init__(self, v, left=None, right=None):
        self.v, self.left, self.right = (v, left, right)


def depth_sum(n):
    if n is None:
        return 0.0
    return n.v + 2.0 * depth_sum(n.left) * depth_sum(n.right)


@program(two)
def binary_tree(a, b):
    return depth_sum(Node(a, Node(b), Node(a * b, Node(2.0), None)))


class LinkedList:
    def __init__(self):
        self.head = None

    def add(self, v):
        self.head = Node(v, self.head)

    def __iter__(self):
        n = self.head
        while n is not None:
            yield n.v
            n = n.left


class Dual:
    __slots__ = ("v", "d")

    def __init__(self, v, d=0.0):
        self.v, self.d = (v, d)

    def __add__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.v + o.v, self.d + o.d)

    __radd__ = __add__

    def __mul__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.v * o.v, self.v * o.d + self.d * o.v)

    __rmul__ = __mul__


@program(two)
def dual_numbers(a, b):
    x = Dual(a, 1.0)
    y = 3 * x * x + x * b + 2
    return y.v * y.d


@functools.total_ordering
class Money:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        return self.v == o.v

    def __lt__(self, o):
        return self.v < o.v


@program(two)
def total_order(a, b):
    u, v = (Money(a), Money(b))
    r = 1.0
    if u >= v:
        r *= a
    if u > v:
        r *= b
    if u <= v:
        r += a
    return r * max(u, v).v


class Scale:
    def __mul__(self, o):
        return NotImplemented

    def __rmul__(self, o):
        return o * 7


class LogMixin:
    def log(self):
        return math.log(self.value())


class ExpMixin:
    def exp(self):
        return math.exp(self.value())


class Val(LogMixin, ExpMixin):
    def __init__(self, v):
        self.v = v

    def value(self):
        return self.v * 2


@program(two)
def mixins(a, b):
    v = Val(a)
    return v.log() * v.exp() + b * Scale()


class HasArea(typing.Protocol):
    def area(self) -> float: ...


def total_area(items: typing.Iterable[HasArea]) -> float:
    return sum((i.area() for i in items))


@program(two)
def protocol(a, b):
    return total_area([Square(a), Circle(b)])


class Descr:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, typ=None):
        return obj.__dict__[self.name] * 2

    def __set__(self, obj, v):
        obj.__dict__[self.name] = v + 1


class UsesDescr:
    a = Descr()

    def __init__(self, a):
        self.a = a


@program(two)
def descriptor(a, b):
    u = UsesDescr(a)
    return u.a * b


class GetAttr:
    def __init__(self, d):
        self.d = d

    def __getattr__(self, name):
        if name.startswith("z"):
            return self.d[name]
        raise AttributeError(name)


@program(two)
def getattr_hook(a, b):
    g = GetAttr({"za": a, "zb": b})
    return g.za * g.zb + getattr(g, "nope", 1.0)


class Poly:
    def __init__(self, *c):
        self.c = c

    def __call__(self, x):
        return sum((c * x**k for k, c in enumerate(self.c)))

    def deriv(self):
        return Poly(*(k * c for k, c in enumerate(self.c) if k))


@program(two)
def polynomial(a, b):
    q = Poly(a, b, 2.0, a * b)
    return q(b) * q.deriv()(a)


@program(two)
def type_checks(a, b):
    v = Vec(a, b)
    r = 0.0
    if type(v) is Vec:
        r += a
    if type(v).__name__ == "Vec":
        r += b
    if v.__class__ is Vec:
        r += a
    if isinstance(v, (int, Vec)):
        r *= 2
    if issubclass(Ring, Shape):
        r *= 2
    if isinstance(a, (int, float)) and (not isinstance(a, bool)):
        r += 1
    if isinstance(a, float):
        r *= 1.5
    if callable(v):
        r += 1
    return r


class Singleton:
    count = 0
    rate = 0.5

    def __init__(self):
        self.rate2 = self.rate * 2

    def use(self, x):
        return x * self.rate * self.rate2 * type(self).rate


@program(two)
def class_attrs(a, b):
    s = Singleton()
    s.rate = b
    return s.use(a) * Singleton.rate


@program(two)
def copies(a, b):
    u = Vec(a, b)
    v = copy.copy(u)
    w = copy.deepcopy(u)
    z = u
    z.x = 3.0 * a
    v.y = 1.0
    d = {"k": [a, b]}
    e = copy.deepcopy(d)
    e["k"][0] = 5.0
    f = copy.copy(d)
    f["k"][1] = 7.0 * b
    return u.x * v.y + w.x + v.x + d["k"][0] * e["k"][1] + d["k"][1]


class Grid:
    def __init__(self, n):
        self.a = np.zeros((n, n))
        self.n = n

    def __getitem__(self, ij):
        return self.a[ij]

    def __setitem__(self, ij, v):
        self.a[ij] = v


@program(one)
def grid_object(x):
    g = Grid(3)
    for i in range(len(x)):
        g[i % 3, i * 2 % 3] = x[i] * 2
        g[0, 0] += x[i]
    return np.sum(g.a**2) + g[1, 2]


class Counter2:
    def __init__(self):
        self.n = 0
        self.hist = []

    def __enter__(self):
        self.n += 1
        return self

    def __exit__(self, *a):
        self.n += 10
        return False


@program(two)
def ctx(a, b):
    c = Counter2()
    with c as d:
        r = a * d.n
    return r * b * c.n

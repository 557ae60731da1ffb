"""`match`: every form of pattern."""

import math
from dataclasses import dataclass

import numpy as np
from harness import program


def one(make, size):
    return (make.array(size),)


def two(make, size):
    return make.number(), make.number()


@dataclass
class Num:
    v: float


@dataclass
class Bin:
    op: str
    l: object
    r: object


@dataclass
class Neg:
    e: object


def ev(e):
    match e:
        case Num(v):
            return v
        case Num(v=w):
            return w
        case Neg(e=inner):
            return -ev(inner)
        case Bin("+", l, r):
            return ev(l) + ev(r)
        case Bin(op="*", l=l, r=r):
            return ev(l) * ev(r)
        case Bin(op="-" | "/" as o, l=l, r=r) if o == "-":
            return ev(l) - ev(r)
        case _:
            raise ValueError("bad")


@program(two)
def expr_class(a, b):
    return ev(Bin("+", Bin("*", Num(a), Num(b)), Neg(Bin("-", Num(a), Num(2.0)))))


@program(lambda make, size: (Bin("*", Num(make.number()), Neg(Num(make.number()))),))
def expr_class_arg(e):
    return ev(e)


def evt(e):
    match e:
        case int() | float():
            return e
        case ["neg", x]:
            return -evt(x)
        case ["add", *args]:
            return sum((evt(q) for q in args))
        case ["mul", a, b]:
            return evt(a) * evt(b)
        case [head, *_] if head == "zero":
            return 0.0
        case []:
            return 1.0
        case _:
            return 2.0


@program(two)
def expr_seq(a, b):
    return evt(["add", a, ("mul", a, b), ["neg", b], ["zero", 1], [], "str"])


@program(two)
def mapping(a, b):

    def layer(cfg, x):
        match cfg:
            case {"type": "linear", "w": w, "b": c}:
                return w * x + c
            case {"type": "power", **rest}:
                return x ** rest["n"]
            case {"type": "act", "f": f} if callable(f):
                return f(x)
            case {}:
                return x

    for cfg in ({"type": "linear", "w": a, "b": b, "extra": 1}, {"type": "power", "n": 2}, {"type": "act", "f": math.sin}, {}):
        a = layer(cfg, a)
    return a


@program(two)
def values(a, b):
    s = 0.0
    for k in range(5):
        match k:
            case 0:
                s += a
            case 1 | 2:
                s += b
            case n if n > 3:
                s += a * b * n
            case _:
                s += 1.0
    return s


@program(two)
def data_guard(a, b):
    match (a, b):
        case [x, y] if x > y:
            return x * y
        case [x, y] if x > 0:
            return x - y
        case _:
            return a


@program(two)
def float_values(a, b):
    match a:
        case 0.0:
            return b
        case None:
            return 1.0
        case float(x):
            return x * b


@program(lambda make, size: ((make.number(), (make.number(), make.number())), "polar"))
def nested(t, kind):
    match (t, kind):
        case [[r, [a, b]], "polar"]:
            return r * math.cos(a) + b
        case _:
            return 0.0


@program(lambda make, size: ([make.number() for _ in range(4)],))
def star_middle(t):
    match t:
        case [first, *mid, last]:
            return first * last + sum(mid)


@program(one)
def np_shape(x):
    match x.shape:
        case [n]:
            return np.sum(x) * n
        case [n, m]:
            return np.sum(x)


@program(one)
def np_ndim(x):
    match x.ndim:
        case 1:
            y = np.sum(x)
        case 2:
            y = 0.0
        case _:
            raise ValueError
    return y


@program(one)
def in_loop(x):
    s = 0.0
    for v in x:
        match (v > 1.0, v < 0.7):
            case [True, _]:
                s += v * v
            case [_, True]:
                s -= v
            case _:
                s += 1
    return s


@program(two)
def class_or(a, b):

    def f(v):
        match v:
            case bool():
                return 1.0
            case int(n):
                return n * a
            case float() as z:
                return z * z
            case str(s):
                return len(s) * b
            case list(items):
                return sum(items)
            case None:
                return a
            case tuple([q, w]):
                return q * w
            case dict():
                return 2.0

    return f(True) + f(3) + f(b) + f("ab") + f([a, b]) + f(None) + f((a, b)) + f({})


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = (x, y)


class K:
    ZERO = 0
    ONE = 1


@program(two)
def match_args(a, b):
    pts = [Point(a, b), Point(0, b), Point(a, 0)]
    s = 0.0
    for q in pts:
        match q:
            case Point(0, y):
                s += y
            case Point(x, K.ZERO):
                s += x * 2
            case Point(x=x, y=y):
                s += x * y
    return s


@program(lambda make, size: (np.array([make.number(), make.number()]),))
def array_subject(x):
    match x:
        case [a, b]:
            return 0.0
        case _:
            return np.sum(x)

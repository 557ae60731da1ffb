"""Context managers: NumPy's, those of contextlib, and the user's own."""

import contextlib
import math
import warnings

import numpy as np
from harness import program


class Timer:
    def __init__(self):
        self.n = 0

    def __enter__(self):
        self.n += 1
        return self

    def __exit__(self, *args):
        self.n += 10
        return False


@program(lambda r, n: (r.number(),))
def manager(x):
    with Timer() as t:
        y = x * x
    return y * t.n


class Suppress:
    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        return kind is not None and issubclass(kind, self.kind)


@program(lambda r, n: (r.number(),))
def own_suppress(x):
    y = x
    with Suppress(ZeroDivisionError):
        y = x * x
        y = y / 0.0
    return y


@program(lambda r, n: (r.number(),))
def suppress(x):
    y = x
    with contextlib.suppress(ZeroDivisionError, ValueError):
        y = x * 2.0
        y = math.log(-x)
        y = 100.0
    return y * y


@contextlib.contextmanager
def scope(v):
    print("in")
    try:
        yield v * 2.0
    finally:
        print("out")


@program(lambda r, n: (r.number(),))
def generator_manager(x):
    with scope(x) as s:
        y = s * x
    return y


@program(lambda r, n: (r.number(),))
def generator_manager_return(x):
    with scope(x) as s:
        return s * x


@program(lambda r, n: (r.number(),))
def generator_manager_raise(x):
    try:
        with scope(x) as s:
            y = s / 0.0
    except ZeroDivisionError:
        y = x
    return y


@program(lambda r, n: (r.array(n),))
def errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = x / (x + 1.0)
    return np.sum(y)


@program(lambda r, n: (r.array(n),))
def warnings_caught(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = np.sqrt(x)
    return np.sum(y)


@program(lambda r, n: (r.number(),))
def two_managers(x):
    with Timer() as a, contextlib.nullcontext(x) as b:
        y = b * x * a.n
    return y


@contextlib.contextmanager
def catching(kind):
    try:
        yield
    except kind:
        print("caught")


@program(lambda r, n: (r.number(),))
def manager_catches(x):
    y = x
    with catching(ZeroDivisionError):
        y = x * x
        y = y / 0.0
    return y * 3.0


@contextlib.contextmanager
def temporarily(obj, value):
    old = obj.v
    obj.v = value
    try:
        yield obj
    finally:
        obj.v = old


class Box:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        return self

    def __exit__(self, t, e, tb):
        self.v = self.v * 0.5


@program(lambda r, n: (r.number(),))
def temporary_value(x):
    b = Box(x)
    with temporarily(b, x * 3.0) as c:
        y = c.v * c.v
    return y + b.v


@program(lambda r, n: (r.array(n),))
def with_in_loop(x):
    t = 0.0
    for v in x:
        with Box(v) as b:
            if v > 1.2:
                continue
            t += b.v * b.v
        t += b.v
    return t


@program(lambda r, n: (r.array(n),))
def suppress_loop(x):
    t = 0.0
    for k in range(6):
        with contextlib.suppress(IndexError):
            t += x[k]
            t += x[k + 1] * 0.5
    return t


class Tape:
    def __init__(self):
        self.items = []

    def __enter__(self):
        self.items.append("enter")
        return self

    def __exit__(self, kind, value, tb):
        if kind is not None:
            print("error", kind.__name__, value)
        self.items.append("exit")
        return kind is ValueError


@program(lambda r, n: (r.number(),))
def tape_manager(x):
    t = Tape()
    y = x
    with t:
        y = y * 2
        if y > 0:
            raise ValueError("stop")
        y = 0.0
    return y * len(t.items)


@contextlib.contextmanager
def guarded(scale):
    try:
        yield scale * 2
    except ZeroDivisionError as e:
        print("guard", e)
    else:
        print("fine")
    finally:
        print("left")


@program(lambda r, n: (r.number(),))
def guarded_manager(x):
    y = x
    for k in range(2):
        with guarded(x) as s:
            y = y * s
            y = y / (k - 1.0)
    return y


@program(lambda r, n: (r.array(n or 1),))
def errors_of_numpy_caught(x):
    try:
        with np.errstate(all="raise"):
            y = np.log(x - x)
    except FloatingPointError:
        y = x * 2.0
    return np.sum(y * x)


@program(lambda r, n: (r.array(n or 1),))
def errors_of_numpy_not_raised(x):
    with np.errstate(divide="raise", invalid="raise"):
        try:
            y = np.log(x) / x
            z = np.sqrt(y + 5.0)
        except FloatingPointError as error:
            print(error)
            z = x
    return np.sum(z * x)


@program(lambda r, n: (r.array(n or 1),))
def errors_of_numpy_uncaught(x):
    with np.errstate(all="raise"):
        y = x / (x - x)
    return np.sum(y)

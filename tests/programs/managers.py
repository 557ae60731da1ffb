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

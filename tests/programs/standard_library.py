"""Functions of the standard library, draws, and texts that are only shown."""

import math
import operator
import statistics

import numpy as np
from harness import program


def one(make, size):
    return (make.array(size),)


def two(make, size):
    return make.number(), make.number()


def four(make, size):
    return ([make.number() for _ in range(4)],)


@program(two)
def math_checks(a, b):
    s = a if math.isfinite(a) and (not math.isnan(b)) and (not math.isinf(b)) else b
    s += a * math.comb(5, 2) + b * math.factorial(4) + a * math.gcd(12, 18) + math.perm(4, 2) * b + math.isqrt(17) * a
    return s * (2.0 if math.isclose(a, b, rel_tol=0.001) else 3.0) + math.trunc(a * 3) * b


@program(two)
def math_exact(a, b):
    return (
        math.ldexp(a, 3) + math.modf(a * 3)[0] + math.remainder(a * 5, b) + math.dist((a, b), (1.0, 2.0)) + math.prod([a, b, 2.0], start=3)
    )


@program(one)
def fsum_of_things(x):
    return math.fsum(x) * math.fsum((v * v for v in x)) + math.fsum([1.5, 2.5])


@program(four)
def statistics_of_a_list(l):
    return (
        statistics.fmean(l)
        + statistics.median(l) * statistics.median_low(l)
        + statistics.median_high(l[1:])
        + statistics.fmean(l, weights=[1.0, 2.0, 3.0, 4.0])
    )


@program(two)
def operator_getters(a, b):
    f = operator.itemgetter(0, 2)((a, b, a * b))
    return f[0] * f[1] + operator.iadd(a, b) + operator.itemgetter(1)([a, b]) + pow(2, 5, 7) * a


class Box:
    def __init__(self, v):
        self.v = v

    def scaled(self, k, *, shift=0.0):
        return self.v * k + shift


KEY = operator.itemgetter(1)


@program(two)
def object_getters(a, b):
    box = Box(a)
    best = max([(1, a), (2, b)], key=KEY)
    return operator.attrgetter("v")(box) * operator.methodcaller("scaled", b, shift=2.0)(box) + best[1]


@program(two)
def functions_in_a_list_chosen_by_data(a, b):
    f = [math.exp, math.sqrt, lambda v: v * b][int(a > 1.0) + int(b > 1.0)]
    return f(a) * f(b)


@program(two)
def texts(a, b):
    print("{:>10.3f}".format(a), "%.2f" % b, str(a) + " and " + repr(b), f"a={a!r}", "{} {k:.2f}".format(a, k=b), ", ".join([str(a), "c"]))
    return a * b


@program(one)
def draws(x):
    np.random.seed(3)
    rng = np.random.default_rng(5)
    s = np.random.rand() * np.sum(x) + np.random.normal(1.0, 0.1)
    return s * rng.normal(size=3).sum() + rng.uniform(0.5, 1.0) * np.sum(x)

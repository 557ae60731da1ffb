"""Iterators as objects: consumed once, taken up again, handed on."""

import itertools
import math

import numpy as np
from harness import program


def one(make, size):
    return (make.array(size),)


def four(make, size):
    return ([make.number() for _ in range(4)],)


@program(one)
def reuse_genexpr(x):
    g = (v * v for v in x)
    return sum(g) + sum(g) * 2.0 + 0.0


@program(one)
def reuse_map(x):
    g = map(lambda v: v * v, x)
    return sum(g) + sum(g) * 2.0 + 0.0


@program(four)
def reuse_zip(l):
    z = zip(l, l[1:])
    a = sum((u * v for u, v in z))
    return a + sum((1.0 for _ in z))


@program(four)
def reuse_enumerate_break(l):
    e = enumerate(l)
    s = 0.0
    for i, v in e:
        s += v
        if i == 1:
            break
    for i, v in e:
        s += 10 * v * i
    return s


@program(one)
def reuse_iter_array(x):
    it = iter(x)
    s = 0.0
    for v in it:
        s += v
        if s > 1.0:
            break
    for v in it:
        s += 10 * v
    return s


@program(one)
def reuse_generator(x):

    def gen():
        for v in x:
            yield v

    g = gen()
    return sum(g) + sum(g) + len(list(g)) + 0.0


@program(four)
def passed_iterator(l):

    def total(it):
        return sum(it)

    it = iter(l)
    a = next(it)
    b = total(it)
    return a * b + total(it)


@program(four)
def late_genexpr(l):
    k = 2.0
    g = (v * k for v in l)
    k = 3.0
    return sum(g)


@program(one)
def next_in_loop(x):
    it = iter(x)
    s = 1.0
    for i in range(len(x) // 2):
        s += next(it) * next(it)
    return s


@program(four)
def next_raises(l):
    it = iter(l)
    s = 0.0
    for _ in range(5):
        s += next(it)
    return s


@program(one)
def reversed_twice(x):
    r = reversed(list(x))
    a = sum(r)
    return a + sum(r) + np.sum(x)


@program(four)
def dict_views(l):
    d = dict(enumerate(l))
    v = d.values()
    return sum(v) + sum(v)


@program(four)
def map_unpack(l):
    a, b, c, d = map(lambda v: v * 2, l)
    m = map(math.sin, l)
    e, *r = m
    return a * b + c * d + e + sum(r) + sum(m)


@program(four)
def islice_shared(l):
    it = iter(l)
    a = list(itertools.islice(it, 2))
    b = list(it)
    return a[0] * b[0] + a[1] * b[1]


@program(four)
def iter_sentinel_consume(l):
    it = iter(l)
    return max(it) + sum(it)

"""`itertools`, over things of known and of unknown length."""

import math
import operator
from itertools import (
    accumulate,
    chain,
    combinations,
    combinations_with_replacement,
    compress,
    count,
    cycle,
    dropwhile,
    filterfalse,
    groupby,
    islice,
    pairwise,
    permutations,
    repeat,
    starmap,
    takewhile,
    tee,
    zip_longest,
)

from harness import program


def one(make, size):
    return (make.array(size),)


def array_and_number(make, size):
    return make.array(size), make.number()


def four(make, size):
    return ([make.number() for _ in range(4)],)


@program(one)
def it_accumulate(x):
    return sum(accumulate(x)) + sum(accumulate(x, operator.mul))


@program(one)
def it_accumulate_loop(x):
    s = 0.0
    for t in accumulate((v * v for v in x), lambda a, b: a * b + 1):
        s += t
    return s


@program(four)
def it_accumulate_list(l):
    return list(accumulate(l, max))[-1] + list(accumulate(l, initial=1.0))[2] * list(accumulate(l, func=lambda a, b: a * 0.5 + b))[-1]


@program(array_and_number)
def it_chain(x, s):
    t = 0.0
    for v in chain(x, [s, 2.0], x * s):
        t += v * v
    return t + sum(chain.from_iterable([[s, s * 2], [s * s]]))


@program(one)
def it_combinations(x):
    return sum((a * b for a, b in combinations(x, 2))) + 0.0


@program(four)
def it_combi_list(l):
    return (
        sum((a * b * c for a, b, c in combinations(l, 3)))
        + sum((a / b for a, b in permutations(l, 2)))
        + sum((a * b for a, b in combinations_with_replacement(l, 2)))
    )


@program(one)
def it_pairwise(x):
    return sum(((b - a) ** 2 for a, b in pairwise(x))) + 0.0


@program(four)
def it_zip_longest(l):
    return sum((a * b for a, b in zip_longest(l, l[:2], fillvalue=1.0)))


@program(one)
def it_count(x):
    s = 0.0
    for i, v in zip(count(1), x):
        s += i * v
    for i in count():
        if i > 3:
            break
        s += i * s
    return s


@program(four)
def it_cycle(l):
    s = 0.0
    for w, v in zip(cycle([1.0, -1.0]), l):
        s += w * v * v
    for v in islice(cycle(l), 6):
        s *= v
    return s


@program(one)
def it_cycle_array(x):
    s = 0.0
    for w, v in zip(cycle([1.0, -1.0]), x):
        s += w * v * v
    return s


@program(array_and_number)
def it_repeat(x, s):
    t = 0.0
    for v, w in zip(x, repeat(s)):
        t += v * w
    for u in repeat(s, 3):
        t *= u
    for _ in repeat(None, 2):
        t += s
    return t + sum(map(pow, x, repeat(2)))


@program(one)
def it_islice(x):
    return sum(islice(x, 2)) + sum(islice(x, 1, None, 2)) * 2.0


@program(four)
def it_starmap(l):
    return sum(starmap(lambda a, b: a**b, zip(l, l[::-1]))) + sum(starmap(pow, [(l[0], 2), (l[1], 3)]))


@program(one)
def it_takedrop(x):
    return sum(takewhile(lambda v: v < 1.2, x)) + sum(dropwhile(lambda v: v < 1.0, x)) * 2.0 + sum(filterfalse(lambda v: v > 1.0, x))


@program(four)
def it_groupby(l):
    keys = [0, 0, 1, 1]
    s = 0.0
    for k, g in groupby(zip(keys, l), key=lambda t: t[0]):
        s += (k + 1) * math.prod((v for _, v in g))
    return s


@program(four)
def it_tee(l):
    a, b = tee(l)
    next(b, None)
    return sum((u * v for u, v in zip(a, b)))


@program(four)
def it_compress(l):
    return sum(compress(l, [1, 0, 1, 0]))


@program(one)
def it_compress_data(x):
    return sum(compress(x, x > 1.0)) + 0.0


@program(one)
def zip_strict(x):
    return sum((a * b for a, b in zip(x, x * 2, strict=True))) + 0.0

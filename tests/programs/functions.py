"""Functions as values: closures, decorators, defaults, recursion, generators."""

import functools
import itertools
import math
import operator

import numpy as np
from harness import program


def one(make, size):
    return (make.array(size),)


def two(make, size):
    return make.number(), make.number()


def array_and_number(make, size):
    return make.array(size), make.number()


@program(one)
def counter_closure(x):
    count = 0

    def tick(v):
        nonlocal count
        count += 1
        return v * count

    s = 0.0
    for v in x:
        s += tick(v)
    return s * count


@program(one)
def accumulator_factory(x):

    def make():
        total = 0.0

        def add(v):
            nonlocal total
            total += v * v
            return total

        return add

    acc = make()
    other = make()
    r = 0.0
    for v in x:
        r += acc(v)
    return r + other(2.0) + acc(0.0)


@program(one)
def late_binding(x):
    fs = []
    for i in range(3):
        fs.append(lambda v: v * i)
    return sum((f(np.sum(x)) for f in fs))


@program(one)
def default_binding(x):
    fs = []
    for i in range(3):
        fs.append(lambda v, i=i: v**i)
    return sum((f(np.sum(x)) for f in fs))


def mutable_default(v, cache=[]):
    return v * 2 + len(cache)


@program(one)
def mutable_default_read(x):
    return np.sum(mutable_default(x))


def kwonly(x, *, scale, offset=1.0):
    return x * scale + offset


def posonly(a, b, /, c=2.0):
    return a * b**c


@program(two)
def keyword_forms(a, b):
    return kwonly(a, scale=b) + posonly(a, b) + posonly(a, b, c=3.0) + posonly(*(a, b), **{"c": 1.0})


def collect(*args, **kw):
    out = 0.0
    for a in args:
        out = out + a
    for k, v in kw.items():
        out = out + len(k) * v
    return out


@program(two)
def star_forwarding(a, b):

    def wrapper(*args, **kwargs):
        return collect(*args, **kwargs)

    return wrapper(a, b, a * b, alpha=a, be=b)


def tree_sum(t):
    if isinstance(t, (list, tuple)):
        return sum((tree_sum(c) for c in t))
    if isinstance(t, dict):
        return sum((tree_sum(c) for c in t.values()))
    return np.sum(np.sin(t))


@program(lambda make, size: ([make.array(size), (make.number(), {"a": make.array(size), "b": [make.number()]})],))
def tree_recursion(t):
    return tree_sum(t)


def even(n, x):
    return x if n == 0 else odd(n - 1, x * 1.1)


def odd(n, x):
    return -x if n == 0 else even(n - 1, np.sin(x))


@program(two)
def mutual_recursion(a, b):
    return even(5, a) * odd(4, b)


def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half * (x if n % 2 else 1.0)


@program(two)
def fast_power(a, b):
    return power(a, 13) * b


def compose(*fs):

    def run(x):
        for f in fs:
            x = f(x)
        return x

    return run


@program(one)
def composition(x):
    return np.sum(compose(np.sin, lambda v: v * v, np.exp)(x))


@program(one)
def dispatch_dict(x):
    table = {"sin": np.sin, "sq": lambda v: v**2, "id": lambda v: v}
    s = 0.0
    for name in ("sin", "sq", "id"):
        s = s + np.sum(table[name](x))
    return s


@program(one)
def partials(x):

    def affine(a, b, v):
        return a * v + b

    f = functools.partial(affine, 2.0, b=1.0)
    g = functools.partial(f, v=x)
    return np.sum(g())


@program(one)
def reduce_forms(x):
    a = functools.reduce(lambda p, q: p * q, [x[0], x[1], x[-1]]) if len(x) > 1 else 1.0
    b = functools.reduce(operator.add, [v * v for v in x], 0.0)
    return a + b


@program(one)
def reduce_without_start(x):
    return functools.reduce(lambda p, q: p * q + 1.0, x)


@program(one)
def reduce_comprehension_no_start(x):
    return functools.reduce(operator.mul, (v + 1.0 for v in x))


@functools.lru_cache(maxsize=None)
def binom(n, k):
    if k == 0 or k == n:
        return 1
    return binom(n - 1, k - 1) + binom(n - 1, k)


@program(two)
def bernstein(t, s):
    n = 4
    return sum((binom(n, i) * t**i * (1 - t) ** (n - i) * s**i for i in range(n + 1)))


@functools.cache
def table(n):
    return [1.0 / (k + 1) for k in range(n)]


@program(one)
def cached_table(x):
    return np.sum(np.array(table(3)) * np.sum(x))


def scaled(factor):

    def deco(f):

        @functools.wraps(f)
        def inner(*args, **kw):
            return factor * f(*args, **kw)

        return inner

    return deco


@scaled(2.5)
def deco_helper(x, y=1.0):
    return np.sum(x) * y


@program(one)
def decorator_with_args(x):
    return deco_helper(x) + deco_helper(x, y=3.0)


class CountCalls:
    def __init__(self, f):
        self.f = f
        functools.update_wrapper(self, f)

    def __call__(self, *a):
        return self.f(*a) * 2.0


@CountCalls
def class_decorated(x):
    return np.sum(x**2)


@program(one)
def class_decorator(x):
    return class_decorated(x)


@functools.singledispatch
def norm(v):
    return abs(v)


@norm.register
def _(v: list):
    return sum((norm(c) for c in v))


@norm.register(np.ndarray)
def _(v):
    return np.sqrt(np.sum(v * v))


@program(one)
def map_filter(x):
    a = sum(map(lambda v: v * v, x))
    b = sum(filter(lambda v: v > 1.0, x))
    c = list(map(math.sin, x))
    return a + b + sum(c)


@program(one)
def map_two(x):
    return sum(map(operator.mul, x, x[::-1]))


@program(one)
def any_all(x):
    if any((v > 1.2 for v in x)):
        s = np.sum(x)
    else:
        s = np.prod(x)
    if all([v > 0 for v in x]):
        s = s * 2
    return s


def squares(x):
    for v in x:
        yield (v * v)


@program(one)
def generator_loop(x):
    s = 0.0
    for v in squares(x):
        s += v
    return s


@program(one)
def generator_sum_max(x):
    return sum(squares(x)) + max(squares(x)) + min((v + 1 for v in x))


@program(one)
def generator_break(x):
    s = 0.0
    for v in squares(x):
        if v > 1.5:
            break
        s += v
    return s


@program(one)
def generator_return(x):
    for v in squares(x):
        if v > 1.0:
            return v * 2
    return np.sum(x)


def newton(a):
    x = a
    while True:
        yield x
        x = 0.5 * (x + a / x)


@program(two)
def infinite_generator(a, b):
    prev = None
    for x in newton(a + b):
        if prev is not None and abs(prev - x) < 1e-09:
            break
        prev = x
    return x


@program(two)
def islice_generator(a, b):
    return sum(itertools.islice(newton(a * b + 2), 5))


@program(two)
def takewhile_generator(a, b):

    def powers(r):
        t = 1.0
        while True:
            yield t
            t *= r

    return sum(itertools.takewhile(lambda t: t > 0.01, powers(a / (a + b + 1))))


@program(one)
def next_default(x):
    first = next((v for v in x if v > 1.0), 0.5)
    return first * np.sum(x)


@program(one)
def next_iter(x):
    it = iter(x)
    a = next(it)
    s = a
    for v in it:
        s = s * v + a
    return s


def chained(x):
    yield from squares(x)
    yield np.sum(x)
    yield from [1.0, 2.0]


@program(one)
def yield_from(x):
    return sum(chained(x)) + sum((1 for _ in chained(x)))


def running(x):
    total, n = (0.0, 0)
    for v in x:
        total += v
        n += 1
        yield (total / n)


@program(one)
def generator_zip(x):
    return sum((a * b for a, b in zip(running(x), squares(x))))


@program(one)
def generator_enumerate(x):
    return sum((i * v for i, v in enumerate(squares(x), 1)))


@program(two)
def walrus(a, b):
    if (y := (a * b)) > 0.5:
        return y**2
    return y


@program(two)
def chained_cmp(a, b):
    if 0 < a < b < 10:
        return a * b
    return a - b


@program(lambda make, size: (make.number(), None))
def or_value(a, b):
    c = b or a
    d = a and a * 2
    return c * d


@program(array_and_number)
def or_number(x, s):
    k = 0.0 or s
    t = s > 100 or 2.0
    return np.sum(x) * k * t


@program(one)
def for_else(x):
    for v in x:
        if v > 5:
            r = v
            break
    else:
        r = np.sum(x)
    return r


@program(one)
def while_else(x):
    i = 0
    s = 0.0
    while i < len(x):
        s += x[i]
        i += 1
        if s > 100:
            break
    else:
        s *= 2
    return s


@program(two)
def nested_defs(a, b):

    def outer(u):

        def inner(w):
            return u * w + a

        return inner

    return outer(a)(b) + outer(b)(a)


@program(two)
def recursion_nested(a, b):

    def fib(n):
        return a if n < 2 else fib(n - 1) + b * fib(n - 2)

    return fib(6)


@program(lambda make, size: (make.array(4),))
def recursive_halving(x):

    def total(v):
        if len(v) == 1:
            return v[0] ** 2
        m = len(v) // 2
        return total(v[:m]) * total(v[m:])

    return total(x)

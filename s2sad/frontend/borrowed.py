"""Functions of the standard library as plain Python: lowered like the user's, in the place of the ones that are written in C.

They do what the documentation of Python says that those do, in the same order.
"""

# ruff: noqa: UP028, D103
# mypy: ignore-errors

import math


def accumulate(pool, func=None, *, initial=None):
    if initial is not None:
        total = initial
        yield total
        for element in pool:
            total = total + element if func is None else func(total, element)
            yield total
    elif len(pool) > 0:
        total = pool[0]
        yield total
        for position in range(1, len(pool)):
            total = total + pool[position] if func is None else func(total, pool[position])
            yield total


def chain(*iterables):
    for iterable in iterables:
        for element in iterable:
            yield element


def chain_from_iterable(iterables):
    for iterable in iterables:
        for element in iterable:
            yield element


def compress(data, selectors):
    for element, wanted in zip(data, selectors):
        if wanted:
            yield element


def count(start=0, step=1):
    while True:
        yield start
        start += step


def cycle(iterable):
    pool = list(iterable)
    while len(pool) > 0:
        for element in pool:
            yield element


def dropwhile(predicate, iterable):
    dropping = True
    for element in iterable:
        if dropping:
            dropping = bool(predicate(element))
        if not dropping:
            yield element


def filterfalse(predicate, iterable):
    for element in iterable:
        if not (element if predicate is None else predicate(element)):
            yield element


def islice(iterable, start, stop, step):
    wanted = 0 if start is None else start
    stride = 1 if step is None else step
    position = 0
    if stop is None or stop > 0:
        for element in iterable:
            if position == wanted:
                wanted += stride
                yield element
            position += 1
            if stop is not None and position >= stop:
                break


def starmap(function, iterable):
    for arguments in iterable:
        yield function(*arguments)


def takewhile(predicate, iterable):
    for element in iterable:
        if not predicate(element):
            break
        yield element


def zip_longest(*iterables, fillvalue=None):
    pools = [list(iterable) for iterable in iterables]
    for position in range(max([len(pool) for pool in pools])):
        yield tuple([pool[position] if position < len(pool) else fillvalue for pool in pools])


def reduce(function, pool):
    if len(pool) == 0:
        raise TypeError("reduce() of empty iterable with no initial value")
    total = pool[0]
    for position in range(1, len(pool)):
        total = function(total, pool[position])
    return total


def prod(iterable, *, start=1):
    for element in iterable:
        start = start * element
    return start


def dist(p, q):
    return math.hypot(*[a - b for a, b in zip(p, q, strict=True)])


def modf(x):
    fraction = math.fmod(x, 1.0)
    return fraction, math.copysign(x - fraction, x)


def itemgetter(*keys):
    def get(thing):
        return thing[keys[0]] if len(keys) == 1 else tuple([thing[key] for key in keys])

    return get


def attrgetter(*names):
    def reach(thing, name):
        for part in name.split("."):
            thing = getattr(thing, part)
        return thing

    def get(thing):
        return reach(thing, names[0]) if len(names) == 1 else tuple([reach(thing, name) for name in names])

    return get


def methodcaller(name, /, *arguments, **keywords):
    def run(thing):
        return getattr(thing, name)(*arguments, **keywords)

    return run


def iadd(a, b):
    a += b
    return a


def isub(a, b):
    a -= b
    return a


def imul(a, b):
    a *= b
    return a


def itruediv(a, b):
    a /= b
    return a


def truth(a):
    return bool(a)


def contains(a, b):
    return b in a


def setitem(a, b, c):
    a[b] = c


def concat(a, b):
    return a + b


def median(data):
    values = sorted(data)
    count = len(values)
    if count == 0:
        from statistics import StatisticsError

        raise StatisticsError("no median for empty data")
    if count % 2 == 1:
        return values[count // 2]
    return (values[count // 2 - 1] + values[count // 2]) / 2


def median_low(data):
    values = sorted(data)
    count = len(values)
    if count == 0:
        from statistics import StatisticsError

        raise StatisticsError("no median for empty data")
    return values[(count - 1) // 2]


def median_high(data):
    values = sorted(data)
    count = len(values)
    if count == 0:
        from statistics import StatisticsError

        raise StatisticsError("no median for empty data")
    return values[count // 2]


def fmean(data, weights=None):
    from statistics import StatisticsError

    values = list(data)
    count = len(values)
    if weights is None:
        if count == 0:
            raise StatisticsError("fmean requires at least one data point")
        return math.fsum(values) / count
    factors = list(weights)
    if count != len(factors):
        raise StatisticsError("data and weights must be the same length")
    return math.fsum([a * b for a, b in zip(values, factors)]) / math.fsum(factors)

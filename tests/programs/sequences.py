"""Lists of unknown length: parts, changes in the middle, order, search, and lists of tuples, lists, dicts and instances."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from harness import program

Pair = namedtuple("Pair", "x y")


@dataclass
class Body:
    position: float
    speed: float

    def energy(self):
        return 0.5 * self.speed**2 + self.position

    def move(self, dt):
        self.position += dt * self.speed


@program(lambda m, n: (m.array(n + 2),))
def slices(x):
    out = []
    for v in x:
        out.append(np.sin(v))
    return sum(out[1:3]) + sum(out[::2]) * 2.0 + sum(out[:-1])


@program(lambda m, n: (m.array(n + 2),))
def backwards(x):
    out = []
    for v in x:
        out.append(v * v)
    s = 0.0
    for k, v in enumerate(out[::-1]):
        s += (k + 1) * v
    for k, v in enumerate(reversed(out)):
        s += k * v * v
    out.reverse()
    return s + out[0]


@program(lambda m, n: (m.array(n + 2),))
def inserted_in_front(x):
    out = []
    for v in x:
        out.insert(0, v * v)
    s = 0.0
    for k in range(len(out)):
        s += out[k] * k
    return s


@program(lambda m, n: (m.array(n + 2),))
def taken_from_the_front(x):
    q = [v * v for v in x]
    s = 0.0
    while q:
        a = q.pop(0)
        s = s * 0.5 + a
    return s


@program(lambda m, n: (m.array(n + 2),))
def taken_from_the_middle(x):
    q = [v * v for v in x]
    a = q.pop(1)
    b = q.pop(-2)
    return a * b + sum(q)


@program(lambda m, n: (m.array(n + 2),))
def extended_and_added(x):
    q = [v * v for v in x]
    r = [np.sin(v) for v in x]
    q.extend(r)
    q += r
    z = q + r
    return sum((a * b for a, b in zip(z, z[::-1])))


@program(lambda m, n: (m.array(n + 2),))
def sorted_both_ways(x):
    q = [v * v for v in x]
    s = sorted(q)
    t = 0.0
    for k, v in enumerate(s):
        t += k * v
    q.sort(reverse=True)
    return t + q[0] * 3


@program(lambda m, n: (m.array(n + 2),))
def sorted_by_key(x):
    q = [v for v in x]
    s = sorted(q, key=lambda v: -abs(v))
    return sum((v * k for k, v in enumerate(s)))


@program(lambda m, n: (m.array(n + 2),))
def tuples_unzipped(x):
    q = []
    for v in x:
        q.append((v, v * v))
    a, b = zip(*q)
    return sum(a) * sum(b)


@program(lambda m, n: (m.array(n + 2, 3),))
def rows_of_numbers(m):
    rows = []
    for r in m:
        row = []
        for v in r:
            row.append(v * v)
        rows.append(row)
    s = 0.0
    for row in rows:
        for v in row:
            s += v
    return s * rows[0][1]


@program(lambda m, n: (m.array(n + 2, 3),))
def rows_made_an_array(m):
    rows = [[v * v for v in r] for r in m]
    a = np.array(rows)
    return np.sum(a * m)


@program(lambda m, n: (m.array(n + 2, 3),))
def dicts_in_a_list(m):
    items = []
    for r in m:
        items.append({"a": r[0], "b": r[1:]})
    return sum((d["a"] * np.sum(d["b"]) for d in items))


@program(lambda m, n: (m.array(n + 2),))
def prefix_sums(x):
    a = [0.0] * len(x)
    for i in range(len(x)):
        a[i] = x[i] ** 2
    for i in range(1, len(x)):
        a[i] += a[i - 1]
    return a[-1] * a[0]


@program(lambda m, n: (m.array(n + 2),))
def slice_replaced(x):
    a = [v for v in x]
    a[1:3] = [x[0] * 2, x[1] * 3]
    return sum((v * v for v in a))


@program(lambda m, n: (m.array(n + 2),))
def entry_deleted(x):
    a = [v * v for v in x]
    del a[1]
    return sum(a)


@program(lambda m, n: (m.array(n + 1), m.array(n)))
def time_warping(a, b):
    n, m = (len(a), len(b))
    D = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        D[i][0] = 1000.0
    for j in range(1, m + 1):
        D[0][j] = 1000.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            c = (a[i - 1] - b[j - 1]) ** 2
            D[i][j] = c + min(D[i - 1][j], D[i][j - 1], D[i - 1][j - 1])
    return D[n][m]


@program(lambda m, n: (m.array(n + 2),))
def table_of_one_row(x):
    n = len(x)
    f = [0.0 for _ in range(n + 1)]
    f[0] = 1.0
    for i in range(1, n + 1):
        f[i] = f[i - 1] * x[i - 1] + (f[i - 2] if i > 1 else 0.0)
    return f[n]


@program(lambda m, n: (m.array(n + 2),))
def tournament(x):
    q = [v for v in x]
    while len(q) > 1:
        a = q.pop(0)
        b = q.pop(0)
        q.append(a * b + a)
    return q[0]


@program(lambda m, n: (m.array(n + 2),))
def named_tuples(x):
    ps = []
    for i in range(len(x) - 1):
        ps.append(Pair(x[i], x[i + 1]))
    s = 0.0
    for q in ps:
        s += q.x * q.y
    return s


@program(lambda m, n: (m.array(n + 2),))
def instances(x):
    bs = []
    for i in range(len(x) - 1):
        bs.append(Body(x[i], x[i + 1]))
    return sum((b.energy() for b in bs))


@program(lambda m, n: (m.array(n + 2, 3),))
def row_written_after_it_was_appended(m):
    rows = []
    for i in range(len(m)):
        r = m[i].copy()
        rows.append(r)
        r *= 2.0
    return np.sum(rows[0] * rows[1])


@program(lambda m, n: (m.array(n + 2, 3),))
def rows_written_in_a_loop(m):
    rows = [r.copy() for r in m]
    for r in rows:
        r *= 2.0
    return sum((np.sum(r * r) for r in rows))


@program(lambda m, n: (m.array(n + 2),))
def copied_and_cleared(x):
    a = [v for v in x]
    b = a.copy()
    c = list(a)
    a.clear()
    a.append(x[0])
    return sum(b) * len(a) + a[0] + c[-1]


@program(lambda m, n: (m.array(n + 6),))
def repeated_list(x):
    a = [v * v for v in x]
    b = a * 2
    return sum(b) + b[7]


@program(lambda m, n: (m.array(n + 2),))
def shoelace(x):
    pts = [(x[i], x[i + 1]) for i in range(len(x) - 1)]
    s = 0.0
    for (a, b), (c, d) in zip(pts[:-1], pts[1:]):
        s += a * d - b * c
    return s


@program(lambda m, n: (m.array(n + 3),))
def place_of_the_largest(x):
    a = [v * v for v in x]
    i = a.index(max(a))
    j = max(range(len(a)), key=lambda k: a[k])
    return x[i] * 3 + a[j]


@program(lambda m, n: (m.array(n + 3),))
def counted_and_found(x):
    k = []
    for i in range(len(x)):
        k.append(i % 2)
    return x[k.index(1)] * k.count(0) * (2.0 if 1 in k else 1.0)

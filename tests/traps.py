"""Small programs that break naive compilers: swaps round loops, aliases, views, late reads, exits, containers, closures.

Most answer a report of a wrong gradient in some other tool.  Each takes a vector of three numbers and returns a number.
"""

import collections
import dataclasses
import functools
import itertools
import math

import numpy as np

import s2sad


def trap_swap3(x):
    a, b, c = x[0], x[1], x[2]
    for _i in range(5):
        a, b, c = b * 1.1, c + a * a, a
    return a + 2 * b + 3 * c


def trap_activity(x):
    a = b = c = 1.0
    for _i in range(4):
        c = b * x[0]
        b = a + x[1]
        a = x[2] * a
    return c


def trap_idx_overwritten(x):
    idx = np.array([0, 1, 2])
    s = 0.0
    for i in range(3):
        j = idx[i]
        s += x[j] * x[j] * (i + 1)
        idx[i] = 0
    return s + x[idx[1]]


def trap_identical_inplace(x):
    y = np.zeros(3)
    y += x
    y += x
    return np.sum(y * y)


def trap_repeat_read(x):
    return np.sum(x[[0, 0, 1]] ** 2)


def trap_repeat_write(x):
    y = np.zeros(3)
    y[[0, 0, 1]] = x * x
    return np.sum(y * np.array([1.0, 2.0, 3.0]))


def trap_fancy_aug(x):
    y = x.copy()
    y[[0, 0, 1]] += x * x
    return np.sum(y**2)


def trap_addat(x):
    y = x.copy()
    np.add.at(y, [0, 0, 1], x * x)
    return np.sum(y**2)


def trap_view_alias(x):
    y = x * 1.0
    v = y[1:3]
    v *= x[0]
    return np.sum(y * y)


def trap_two_names(x):
    y = x * 1.0
    z = y
    z *= x
    return np.sum(y)


def trap_row_views(x):
    A = np.outer(x, x)
    r = A[0]
    r += x
    A[1] = r * 2
    return np.sum(A * A)


def trap_swap_rows(x):
    A = np.outer(x, x + 1)
    A[0], A[1] = A[1], A[0]
    return np.sum(A[0] * x) + np.sum(A[1])


def trap_transpose_write(x):
    A = np.outer(x, x)
    A.T[0] = x
    B = A.T[1:]
    B[B > 0.5] = 2.0
    return np.sum(A * A)


def trap_diag(x):
    A = np.zeros((3, 3))
    for i in range(3):
        A[i, i] = x[i] * x[i]
    return np.sum(A @ x)


def trap_while_walrus(x):
    s = x[0]
    n = 0
    while (s := s * x[1]) < 5.0:
        n += 1
        if n > 10:
            break
    return s


def trap_forelse(x):
    for i in range(3):
        if x[i] > 10:
            s = x[i]
            break
    else:
        s = np.sum(x)
    return s * s


def trap_whileelse(x):
    s = x[0]
    while s < 3:
        s = s * 1.5
    else:
        s = s + x[1]
    return s * s


def trap_break_nested(x):
    t = 0.0
    for i in range(3):
        for j in range(3):
            if x[j] * x[i] > 1.5:
                break
            t += x[i] * x[j]
        else:
            t += 1
        if t > 4:
            continue
        t *= 1.1
    return t


def trap_return_deep(x):
    for i in range(3):
        for j in range(3):
            if x[i] * x[j] > 1.2:
                return x[i] * x[j] ** 2
    return x[0]


def trap_comprehension(x):
    return sum([v * v for v in x]) + max([v * 2 for v in x])


def trap_gen(x):
    return sum(v**3 for v in x if v > 0.6)


def trap_dict(x):
    d = {"a": x[0], "b": x[1]}
    d["c"] = d["a"] * d["b"]
    s = 0.0
    for _k, v in d.items():
        s += v * v
    return s


def trap_closure(x):
    k = x[0]

    def g(v):
        return v * k

    return g(x[1]) + g(x[2]) * g(k)


def trap_nonlocal(x):
    s = 0.0

    def add(v):
        nonlocal s
        s += v * v

    for v in x:
        add(v)
    return s


def trap_recursion(x):
    def f(n, v):
        return v if n == 0 else f(n - 1, v * x[0] + 1)

    return f(4, x[1])


def fact(v, n):
    if n <= 0:
        return v
    return fact(v * 1.1 + 0.1 * v * v, n - 1)


def trap_rec_global(x):
    return fact(x[0], 3) * x[1]


def trap_partial(x):
    g = functools.partial(lambda a, b: a * b * b, x[0])
    return g(x[1])


def trap_reduce(x):
    return functools.reduce(lambda a, b: a * b, [x[0], x[1], x[2]])


def trap_kwargs(x):
    def g(a, *r, k=2.0, **kw):
        return a * k + sum(r) + kw["z"]

    return g(x[0], x[1], x[2], k=x[1], z=x[0] * x[0])


@dataclasses.dataclass
class P:
    a: float
    b: float

    def norm(self):
        return self.a**2 + self.b * self.a

    def __add__(self, o):
        return P(self.a + o.a, self.b + o.b)


def trap_dataclass(x):
    p = P(x[0], x[1]) + P(x[2], 1.0)
    p.a *= 2
    return p.norm()


class M:
    def __init__(self, w):
        self.w = w
        self.c = 0

    @property
    def d(self):
        return self.w * 2

    def __call__(self, v):
        self.c += 1
        return self.d * v + self.c


def trap_obj(x):
    m = M(x[0])
    return m(x[1]) * m(x[2])


def trap_match(x):
    s = 0.0
    for i in range(3):
        match i:
            case 0:
                s += x[0]
            case 1:
                s *= x[1]
            case _:
                s += x[2] ** 2
    return s


def trap_with(x):
    with np.errstate(all="ignore"):
        y = np.log(x)
    return np.sum(y * y)


def trap_ternary(x):
    return (x[0] if x[1] > x[2] else x[2]) * x[1]


def trap_chain(x):
    return x[0] * x[1] if 0 < x[0] < x[1] < 5 else x[2]


def trap_boolops(x):
    y = x[0] and x[1]
    z = 0.0 or x[2]
    return y * z


def trap_math(x):
    return math.sin(x[0]) * math.exp(float(x[1])) + math.hypot(x[0], x[2])


def trap_item(x):
    return x[0].item() * float(x[1]) + int(x[2]) * x[0]


def trap_where_nan(x):
    return np.sum(np.where(x > 0.8, np.sqrt(np.abs(x - 0.8)), 0.0))


def trap_prod(x):
    y = x.copy()
    y[1] = 0.0
    return np.prod(y) + np.prod(x)


def trap_cumsum(x):
    return np.sum(np.cumsum(x) ** 2) + np.cumprod(x)[-1]


def trap_minmax(x):
    return np.max(x) * np.min(x) + max(x[0], x[1]) * min(x[1], x[2], 0.5)


def trap_einsum(x):
    A = np.outer(x, x)
    return np.einsum("ij,j->", A, x) + np.einsum("ii->", A)


def trap_norm(x):
    return np.linalg.norm(x) + np.linalg.norm(np.outer(x, x))


def trap_solve(x):
    A = np.eye(3) * 2 + np.outer(x, x)
    return np.sum(np.linalg.solve(A, x)) + np.linalg.det(A) + np.sum(np.linalg.inv(A))


def trap_stack(x):
    a = np.stack([x, x * x])
    b = np.concatenate([a[0], a[1][::-1]])
    return np.sum(b[::2] * b[1::2])


def trap_reshape(x):
    A = np.outer(x, x).reshape(-1)
    B = A[::-1].reshape(3, 3)
    return np.sum(B[:, 0] * x)


def trap_bcast(x):
    A = x[:, None] * x[None, :] + x
    return np.sum(A.mean(axis=0) * A.std(axis=1))


def trap_stencil(x):
    y = np.concatenate([x, x * 2, x * 3])
    for _t in range(3):
        y[1:-1] = 0.5 * (y[:-2] + y[2:]) * y[1:-1]
    return np.sum(y * y)


def trap_outerr(x):
    out = np.empty(3)
    np.multiply(x, x, out=out)
    np.add(out, x, out=out)
    return np.sum(out**2)


def trap_enum(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, x[::-1])):
        s += i * a * b
    return s


def trap_unpack(x):
    a, *r = x
    b, c = r
    return a * b + c * c


def trap_int_loop(x):
    n = 0
    s = x[0]
    while n < 3:
        s *= x[n]
        n += 1
    return s / n


def trap_state(x):
    state = "a"
    s = 0.0
    for v in x:
        if state == "a":
            s += v
            state = "b"
        else:
            s *= v
            state = "a"
    return s


def trap_fnchoice(x):
    f = np.sin if x[0] > 0.5 else np.cos
    return f(x[1]) * x[2]


def trap_total0(x):
    total = 0
    W = np.outer(x, x)
    for i in range(3):
        total = total + W[i] @ x
    return total


def trap_total1(x):
    total = 0
    for i in range(3):
        total += x * x[i]
    return np.sum(total * total)


def trap_hist(x):
    hist = []
    u = np.zeros(3)
    for _t in range(3):
        u = u + x * u + x
        hist.append(u)
    return sum(np.sum(h * h) for h in hist)


def trap_hist_alias(x):
    hist = []
    u = np.zeros(3)
    for _t in range(3):
        u += x
        hist.append(u)
    return np.sum(hist[0]) + np.sum(hist[2] * hist[1])


def trap_bufs(x):
    bufs = [x.copy(), x.copy()]
    for t in range(3):
        src, dst = bufs[t % 2], bufs[(t + 1) % 2]
        dst[1:] = src[:-1] * src[1:]
    return np.sum(bufs[1] * bufs[0])


def trap_augattr(x):
    m = M(x.copy())
    m.w += x
    m.w[0] *= 2
    return np.sum(m.w * m.w)


def trap_mask(x):
    y = x * 1
    m = y > 0.8
    y[m] *= 2
    z = y[~m]
    return np.sum(y * y) + np.sum(z)


def trap_clip(x):
    return np.sum(np.clip(x * 2, 1.0, 2.0) * x)


def trap_complex(x):
    z = x + 1j * x[::-1]
    return np.sum(np.abs(z) ** 2) + np.real(z[0] * z[1])


def trap_late(x):
    fs = [lambda v: v * i for i in range(3)]
    return sum(f(x[0]) for f in fs)


def trap_genlate(x):
    y = x.copy()
    g = (y[i] * 2 for i in range(3))
    y[0] = 5.0
    return sum(g) * x[1]


def trap_memo(x):
    memo = {}

    def fib(n):
        if n < 2:
            return x[n]
        if n in memo:
            return memo[n]
        memo[n] = fib(n - 1) + fib(n - 2) * x[2]
        return memo[n]

    return fib(6)


def trap_itertools(x):
    return sum(a * b for a, b in itertools.combinations([x[0], x[1], x[2]], 2))


def trap_defaultdict(x):
    d = collections.defaultdict(float)
    for i, v in enumerate(x):
        d[i % 2] += v * v
    return d[0] * d[1]


def trap_pert(x):
    return s2sad.grad(lambda t: t * s2sad.grad(lambda y: t * y * y)(3.0))(x[0]) * x[1]


def trap_pert2(x):
    g = s2sad.grad(lambda y: x[0] * y)
    return x[0] * g(x[1]) + x[2]


def inner(w, c):
    return np.sum(np.tanh(w * c))


def trap_inner(x):
    w = x * 1.0
    for _i in range(3):
        w = w - 0.1 * s2sad.grad(inner)(w, x[0])
    return np.sum(w * w)


def trap_vg(x):
    v, g = s2sad.value_and_grad(inner, (0, 1))(x, x[1])
    return v * np.sum(g[0]) + g[1]


def trap_jvp(x):
    out, t = s2sad.jvp(inner, (x, 2.0), (x * x, 1.0))
    return out * t


dec = s2sad.differentiate(lambda z: np.sum(z**3))


def trap_dec(x):
    return np.sum(dec.grad(x) * x)


def trap_bound_on_some_trips(x):
    s = 0.0
    for i in range(3):
        if x[i] > 1.0:
            h = x * x[i]
            s += 1.0
        if s > 0.0:
            s += np.sum(h * h)
    return s


def trap_bound_on_the_first_trip(x):
    s = 0.0
    for i in range(3):
        if i == 0:
            h = x[1]
        if i > 0:
            s = s + h * x[i]
    return s


def trap_bound_in_a_while(x):
    s = 0.0
    k = 0
    while k < 3:
        if x[k] > 0.8:
            h = x[k] * 2
        if k > 0:
            s = s * h + x[k]
        k += 1
    return s


def trap_bound_by_different_trips(x):
    for i in range(3):
        if x[i] > 1.0:
            y = x[i]
        else:
            z = x[i]
    return y * z


def scale(v, c):
    v *= c
    if c > 0.9:
        v[0] = v[1] * c
    return np.sum(v * v)


def trap_result_of_a_helper_written_on_a_later_trip(x):
    x = x * 1.0
    t = 0.0
    for i in range(4):
        if np.sin(t + i) > 0.5:
            x[:-1] += x[1:]
        else:
            t += scale(x, np.cos(x @ x * 0.3))
    return np.sum(x) + scale(x, np.cos(t))

"""Numerical methods, graphs, finance and puzzles as people write them."""

import math
from typing import Callable

import numpy as np
from harness import program


@program(lambda r, n: (r.array(n + 1, n + 1), r.array(n + 1)))
def conjugate_gradient(M, b):
    A = M @ M.T + np.eye(len(b))
    x = np.zeros_like(b)
    r_ = b - A @ x
    p = r_.copy()
    rs = r_ @ r_
    for k in range(len(b)):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x += alpha * p
        r_ -= alpha * Ap
        rs_new = r_ @ r_
        if np.sqrt(rs_new) < 1e-12:
            break
        p = r_ + (rs_new / rs) * p
        rs = rs_new
    return x.sum()


@program(lambda r, n: (r.signed(n + 1, 3),))
def gram_schmidt(A):
    A = A + 3 * np.eye(len(A), 3)
    m, k = A.shape
    Q = np.zeros((m, min(m, k)))
    for j in range(min(m, k)):
        v = A[:, j].copy()
        for i in range(j):
            v -= (Q[:, i] @ A[:, j]) * Q[:, i]
        Q[:, j] = v / np.linalg.norm(v)
    return np.sum(Q * np.arange(1, Q.size + 1).reshape(Q.shape))


@program(lambda r, n: (r.array(n, n), r.array(n)))
def gauss_seidel(A, b):
    n = A.shape[0]
    x = [0.0 for _ in range(n)]
    for it in range(6):
        for i in range(n):
            s = sum(A[i][j] * x[j] for j in range(n) if j != i)
            x[i] = (b[i] - s) / (A[i][i] + 10)
    return sum(xi**2 for xi in x)


@program(lambda r, n: (r.array(n, n),))
def lu_doolittle(A):
    n = len(A)
    A = A + 5 * np.eye(n)
    L = np.eye(n)
    U = np.zeros((n, n))
    for i in range(n):
        for k in range(i, n):
            U[i, k] = A[i, k] - sum(L[i, j] * U[j, k] for j in range(i))
        for k in range(i + 1, n):
            L[k, i] = (A[k, i] - sum(L[k, j] * U[j, i] for j in range(i))) / U[i, i]
    return np.log(np.abs(np.prod(np.diag(U)))) + np.sum(L)


@program(lambda r, n: (r.array(n, n), r.array(n)))
def gauss_pivot(A, b):
    A = A.copy()
    b = b.copy()
    n = len(b)
    for k in range(n - 1):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k:] -= m * A[k, k:]
            b[i] -= m * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return np.sum(np.tanh(x))


@program(lambda r, n: (r.array(n, n),))
def cholesky_loops(B):
    A = B @ B.T + np.eye(len(B))
    L = [[0.0] * len(A) for _ in range(len(A))]
    for i in range(len(A)):
        for j in range(i + 1):
            s = 0.0
            for k in range(j):
                s += L[i][k] * L[j][k]
            if i == j:
                L[i][j] = math.sqrt(A[i][i] - s)
            else:
                L[i][j] = 1.0 / L[j][j] * (A[i][j] - s)
    return 2 * sum(math.log(L[i][i]) for i in range(len(A)))


@program(lambda r, n: (r.array(n, n),))
def cholesky_np(B):
    A = B.dot(B.T) + np.eye(len(B))
    n = A.shape[0]
    L = np.zeros_like(A)
    for j in range(n):
        L[j, j] = np.sqrt(A[j, j] - L[j, :j] @ L[j, :j])
        for i in range(j + 1, n):
            L[i, j] = (A[i, j] - np.dot(L[i, :j], L[j, :j])) / L[j, j]
    return np.sum(L**3)


@program(lambda r, n: (r.array(n + 1, n + 1),))
def givens_qr(A):
    R = A + 2 * np.eye(len(A))
    m, n = R.shape
    Q = np.eye(m)
    for j in range(n):
        for i in range(m - 1, j, -1):
            a, b = R[i - 1, j], R[i, j]
            h = np.hypot(a, b)
            c, s = a / h, -b / h
            G = np.array([[c, -s], [s, c]])
            R[i - 1 : i + 1, j:] = G @ R[i - 1 : i + 1, j:]
            Q[:, i - 1 : i + 1] = Q[:, i - 1 : i + 1] @ G.T
    return np.sum(np.diag(R) ** 3) + Q[0, -1]


@program(lambda r, n: (r.array(n + 1, n + 1),))
def householder(A):
    R = np.array(A, dtype=float) + 2 * np.eye(len(A))
    n = R.shape[0]
    for k in range(n - 1):
        x = R[k:, k]
        e = np.zeros_like(x)
        e[0] = np.copysign(np.linalg.norm(x), -x[0])
        u = x - e
        v = u / np.linalg.norm(u)
        R[k:, k:] = R[k:, k:] - 2.0 * np.outer(v, v @ R[k:, k:])
    return np.abs(np.diagonal(R)).sum() + R[0, -1]


@program(lambda r, n: (r.number(), r.number()))
def secant(a, b):
    def f(x):
        return math.exp(a * x) - 2 - b

    x0, x1 = 0.0, 1.0
    f0, f1 = f(x0), f(x1)
    n_iter = 0
    while abs(f1) > 1e-10 and n_iter < 50:
        x0, x1 = x1, x1 - f1 * (x1 - x0) / (f1 - f0)
        f0, f1 = f1, f(x1)
        n_iter += 1
    return x1


def newton(f: Callable[[float], float], df, x0: float, tol: float = 1e-12, maxiter: int = 50) -> float:
    """Newton's method."""
    x = x0
    for _ in range(maxiter):
        step = f(x) / df(x)
        x -= step
        if abs(step) < tol:
            return x
    raise RuntimeError("no convergence")


@program(lambda r, n: (r.array(3), r.number()))
def bond_yield(cashflows, price):
    def pv(y):
        return sum(c / (1 + y) ** (t + 1) for t, c in enumerate(cashflows))

    def dpv(y):
        return sum(-(t + 1) * c / (1 + y) ** (t + 2) for t, c in enumerate(cashflows))

    return newton(lambda y: pv(y) - price, dpv, 0.5)


@program(lambda r, n: (r.number(), r.number(), r.number()))
def kepler(M, e, a):
    e = 0.3 * e
    E = M
    while True:
        dE = (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
        E -= dE
        if abs(dE) < 1e-12:
            break
    return a * (np.cos(E) - e) + a * np.sqrt(1 - e**2) * np.sin(E)


def fft_np(x):
    n = x.shape[0]
    if n == 1:
        return x
    even = fft_np(x[::2])
    odd = fft_np(x[1::2])
    w = np.exp(-2j * np.pi * np.arange(n // 2) / n)
    return np.concatenate([even + w * odd, even - w * odd])


@program(lambda r, n: (r.signed(8),), size=8)
def numpy_fft_recursive(x):
    X = fft_np(x.astype(complex))
    return np.sum(np.abs(X) ** 2 * np.arange(8))


def simpson_rec(f, a, fa, b, fb, m, fm, whole, eps, depth=0):
    lm, rm = (a + m) / 2, (m + b) / 2
    flm, frm = f(lm), f(rm)
    left = (m - a) / 6 * (fa + 4 * flm + fm)
    right = (b - m) / 6 * (fm + 4 * frm + fb)
    if abs(left + right - whole) <= 15 * eps or depth > 12:
        return left + right + (left + right - whole) / 15
    first = simpson_rec(f, a, fa, m, fm, lm, flm, left, eps / 2, depth + 1)
    return first + simpson_rec(f, m, fm, b, fb, rm, frm, right, eps / 2, depth + 1)


@program(lambda r, n: (r.number(), r.number()))
def adaptive_simpson(a, w):
    f = lambda x: math.exp(-a * x * x) * math.cos(w * x)
    lo, hi = 0.0, 1.0
    m = (lo + hi) / 2
    whole = (hi - lo) / 6 * (f(lo) + 4 * f(m) + f(hi))
    return simpson_rec(f, lo, f(lo), hi, f(hi), m, f(m), whole, 1e-6)


@program(lambda r, n: (r.signed(n), r.number()))
def chebyshev_clenshaw(c, x):
    b1 = b2 = 0.0
    for ck in c[:0:-1]:
        b1, b2 = ck + 2 * x * b1 - b2, b1
    return (c[0] if len(c) else 0.0) + x * b1 - b2


@program(lambda r, n: (r.array(n),))
def continued_fraction(a):
    value = 0.0
    for ai in reversed(a):
        value = 1.0 / (ai + value)
    h, k = [0.0, 1.0], [1.0, 0.0]
    for ai in a:
        h.append(ai * h[-1] + h[-2])
        k.append(ai * k[-1] + k[-2])
    return value + h[-1] / (k[-1] + 1)


@program(lambda r, n: (r.signed(4, 2), r.number()))
def de_casteljau_inplace(P, t):
    t *= 0.5
    B = P.copy()
    n = len(B)
    for k in range(1, n):
        for i in range(n - k):
            B[i] = B[i] * (1 - t) + B[i + 1] * t
    return np.prod(B[0])


@program(lambda r, n: (r.array(n + 3), r.array(n + 3)))
def natural_spline(h, y):
    n = len(h)
    x = np.cumsum(h)
    hh = x[1:] - x[:-1]
    alpha = [0.0] * n
    for i in range(1, n - 1):
        alpha[i] = 3 / hh[i] * (y[i + 1] - y[i]) - 3 / hh[i - 1] * (y[i] - y[i - 1])
    l, mu, z = [1.0] * n, [0.0] * n, [0.0] * n
    for i in range(1, n - 1):
        l[i] = 2 * (x[i + 1] - x[i - 1]) - hh[i - 1] * mu[i - 1]
        mu[i] = hh[i] / l[i]
        z[i] = (alpha[i] - hh[i - 1] * z[i - 1]) / l[i]
    c = [0.0] * n
    for j in range(n - 2, -1, -1):
        c[j] = z[j] - mu[j] * c[j + 1]
    return sum(ci * ci for ci in c)


@program(lambda r, n: (r.array(n + 1), r.number()))
def fem_add_at(k, f):
    ne = k.size
    conn = np.stack([np.arange(ne), np.arange(1, ne + 1)], axis=1)
    K = np.zeros((ne + 1, ne + 1))
    np.add.at(K, (conn[:, :, None], conn[:, None, :]), k[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]]))
    load = np.zeros(ne + 1)
    np.add.at(load, conn.ravel(), f / 2)
    u = np.linalg.solve(K[1:, 1:], load[1:])
    return u @ u


@program(lambda r, n: (r.array(n, n),))
def floyd_warshall(W):
    d = W.copy()
    n = len(d)
    for i in range(n):
        d[i, i] = 0
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
    return d.sum()


@program(lambda r, n: (r.array(n, n),))
def floyd_vectorised(W):
    d = W * (1 - np.eye(len(W)))
    for k in range(len(W)):
        d = np.minimum(d, d[:, k, None] + d[None, k, :])
    return np.sum(d**2)


@program(lambda r, n: (r.array(6),))
def bellman_ford(w):
    edges = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 0)]
    dist = [float("inf")] * 4
    dist[0] = 0.0
    for _ in range(3):
        for (u, v), c in zip(edges, w):
            dist[v] = min(dist[v], dist[u] + c)
    return sum(dist)


GRAPH = {"a": {"b": 0, "c": 1}, "b": {"d": 2}, "c": {"d": 3}, "d": {}}


@program(lambda r, n: (r.number(), r.number(), r.number(), r.number(), r.number()))
def black_scholes_math(S, K, T, r_, sigma):
    def norm_cdf(x):
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    d1 = (math.log(S / K) + (0.05 * r_ + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)
    call = S * norm_cdf(d1) - K * math.exp(-0.05 * r_ * T) * norm_cdf(d2)
    put = call - S + K * math.exp(-0.05 * r_ * T)
    return max(call, 0) + 0.5 * put


@program(lambda r, n: (r.array(3), r.array(3, 3), r.number()))
def markowitz(mu, B, gamma):
    Sigma = B @ B.T + np.eye(3)
    ones = np.ones_like(mu)
    inv = np.linalg.inv(Sigma)
    w = inv @ mu / gamma
    w += (1 - w.sum()) / (ones @ inv @ ones) * (inv @ ones)
    return mu @ w - 0.5 * gamma * w @ Sigma @ w


@program(lambda r, n: (r.signed(n, n),))
def spiral_sum(A):
    n = len(A)
    out = []
    top, bottom, left, right = 0, n - 1, 0, n - 1
    while top <= bottom and left <= right:
        for j in range(left, right + 1):
            out.append(A[top][j])
        top += 1
        for i in range(top, bottom + 1):
            out.append(A[i][right])
        right -= 1
        if top <= bottom:
            for j in range(right, left - 1, -1):
                out.append(A[bottom][j])
            bottom -= 1
        if left <= right:
            for i in range(bottom, top - 1, -1):
                out.append(A[i][left])
            left += 1
    return sum(v * v / (k + 1) for k, v in enumerate(out))


@program(lambda r, n: (r.signed(n), r.number()))
def matrix_power(x, a):
    M = np.array([[a, 1.0], [1.0, 0.0]])

    def power(M, n):
        if n == 0:
            return np.eye(2)
        if n % 2:
            return M @ power(M, n - 1)
        half = power(M, n // 2)
        return half @ half

    return power(M, 7)[0, 1] + x.sum()


@program(lambda r, n: (r.signed(n + 2),))
def simpson_rule(f):
    n = len(f) - 1
    if n % 2:
        f = f[:-1]
        n -= 1
    h = 1 / max(n, 1)
    return h / 3 * (f[0] + 4 * f[1:-1:2].sum() + 2 * f[2:-1:2].sum() + f[-1])


@program(lambda r, n: (r.array(n + 1), r.array(n + 1)))
def lagrange(dx, y):
    x = np.cumsum(dx)
    xp = 1.5
    total = 0
    for i in range(len(x)):
        term = y[i]
        for j in range(len(x)):
            if i != j:
                term = term * (xp - x[j]) / (x[i] - x[j])
        total += term
    return total


@program(lambda r, n: (r.array(n + 1), r.array(n + 1)))
def newton_divided(dx, y):
    x = np.cumsum(dx)
    n = len(x)
    coef = y.copy()
    for j in range(1, n):
        coef[j:] = (coef[j:] - coef[j - 1 : -1]) / (x[j:] - x[:-j])
    p = coef[-1]
    for k in range(n - 2, -1, -1):
        p = p * (0.7 - x[k]) + coef[k]
    return p


@program(lambda r, n: (r.array(n + 2), r.number()))
def thomas(b, f):
    n = len(b)
    a = -np.ones(n - 1)
    c = -np.ones(n - 1)
    d = np.full(n, f)
    b = b + 3
    for i in range(1, n):
        w = a[i - 1] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    x = np.empty(n)
    x[-1] = d[-1] / b[-1]
    for i in range(n - 2, -1, -1):
        x[i] = (d[i] - c[i] * x[i + 1]) / b[i]
    return np.sum(x**2)


@program(lambda r, n: (r.array(n + 1, n + 1),))
def power_method(B):
    A = B + B.T
    v = np.ones(len(A))
    lam = 0.0
    for i in range(200):
        w = A @ v
        lam_new = v @ w / (v @ v)
        v = w / np.sqrt(np.sum(w * w))
        if abs(lam_new - lam) < 1e-13 * abs(lam_new):
            break
        lam = lam_new
    return lam_new


@program(lambda r, n: (r.array(n), r.number()))
def ema_and_drawdown(prices, alpha):
    alpha = alpha / 2
    ema = []
    for p in prices:
        ema.append(p if not ema else alpha * p + (1 - alpha) * ema[-1])
    peak, dd = -np.inf, 0.0
    for e in ema:
        peak = max(peak, e)
        dd = max(dd, (peak - e) / peak)
    return dd + sum(ema)

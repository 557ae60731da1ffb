"""Sampled functions, polynomials, convolutions, norms and products of all shapes."""

import numpy as np
from harness import program


@program(lambda r, n: (r.signed(n + 3), r.number()), size=3)
def slopes(y, h):
    return np.sum(np.gradient(y, h) ** 2) + np.sum(np.gradient(y, edge_order=2) ** 3) + np.trapezoid(y * y, dx=h)


@program(lambda r, n: (r.signed(3, 4),))
def slopes_of_a_field(u):
    du, dv = np.gradient(u, 0.5, 0.25)
    return np.sum(du * dv) + np.sum(np.gradient(u, axis=1) ** 2)


@program(lambda r, n: (r.signed(5), np.array([0.0, 0.5, 0.7, 1.5, 2.0])))
def uneven_samples(y, x):
    return np.sum(np.gradient(y, x, edge_order=2) ** 2) + np.trapezoid(y, x) ** 2 + np.trapezoid(y**2, x=x)


@program(lambda r, n: (r.signed(n + 1),), size=4)
def differences(x):
    total = np.sum(np.diff(x, n=2) ** 2) + np.sum(np.diff(x, prepend=0.0) ** 3)
    return total + np.sum(np.diff(x[None, :] * x[:, None], axis=0, append=x[None, :]) ** 2) + np.sum(np.ediff1d(x) ** 3)


@program(lambda r, n: (r.array(n) + 0.3, r.signed(5)), size=3)
def interpolated(x, values):
    knots = np.array([0.0, 0.5, 0.9, 1.2, 1.4])
    return np.sum(np.interp(x, knots, values) ** 2) + np.interp(0.55, knots, values, left=0.0)


@program(lambda r, n: (r.signed(4), r.array(n)), size=3)
def polynomial_values(c, x):
    total = np.sum(np.polyval(c, x) ** 2) + np.polyval(np.polyder(c), 0.7) + np.sum(np.polyint(c) ** 2)
    return total + np.sum(np.polynomial.polynomial.polyval(x, c)) + np.sum(np.polynomial.chebyshev.chebval(x, c) ** 2)


@program(lambda r, n: (np.arange(5.0), r.signed(5)))
def fitted_line(x, y):
    slope, intercept = np.polyfit(x, y, 1)
    return slope**2 + intercept * np.sum(np.vander(y, 3)) + np.sum(np.polymul(y[:2], y[2:]) ** 2) + np.sum(np.polyadd(y, y[:2]) ** 3)


@program(lambda r, n: (r.signed(6), r.signed(3)))
def filters(x, h):
    total = np.sum(np.convolve(x, h) ** 2) + np.sum(np.convolve(x, h, mode="same") ** 3)
    return total + np.sum(np.correlate(x, h, "full") ** 3) + np.sum(np.convolve(h, x, "valid") ** 2) + np.correlate(x, x)[0]


@program(lambda r, n: (r.signed(n + 1, n + 1) + 2 * np.eye(n + 1), r.signed(n + 1)), size=2)
def norms(A, x):
    total = np.linalg.norm(A, 2) + np.linalg.norm(A, "nuc") + np.linalg.norm(A, 1) + np.linalg.norm(A, -np.inf)
    total += np.linalg.norm(x, 3) + np.linalg.norm(x, np.inf) + np.linalg.vector_norm(A) + np.linalg.matrix_norm(A, ord=1)
    return total + np.linalg.cond(A) + np.sum(np.linalg.norm(A, axis=1, ord=1, keepdims=True) ** 2)


@program(lambda r, n: (r.signed(n + 2, n), r.signed(n + 2)), size=2)
def least_squares(A, b):
    x, residuals, rank, s = np.linalg.lstsq(A, b, rcond=None)
    return np.sum(x**2) + residuals[0] + rank * s[0] + np.sum(np.linalg.pinv(A) ** 3)


@program(lambda r, n: (r.signed(n, n) + 2 * np.eye(n), r.signed(n, n)), size=2)
def products(A, B):
    total = np.sum(np.kron(A, B) ** 2) + np.sum(np.linalg.matrix_power(A, 3)) + np.sum(np.linalg.matrix_power(A, -2) ** 2)
    total += np.sum(np.linalg.multi_dot([A, B, A]) * B) + np.linalg.trace(A @ B) + np.sum(np.linalg.vecdot(A, B) ** 2)
    return total + np.sum(np.einsum(A, [0, 1], B, [1, 2], [0, 2]) ** 2)


@program(lambda r, n: (r.signed(4, 3), r.signed(3)))
def cross_products(a, b):
    return np.sum(np.cross(a, b) ** 2) + np.sum(np.cross(b, a[0]) * a[1]) + np.sum(np.cross(a.T, a[::-1].T, axis=0) ** 3)


@program(lambda r, n: (r.signed(n, 3, 3), r.signed(3, n)), size=2)
def sums_of_products(a, b):
    total = np.sum(np.einsum("bii->b", a) ** 2) + np.sum(np.einsum("...ij,jb->...ib", a, b) ** 2) + np.einsum("bij,ib,jb->", a, b, b)
    return total + np.sum(np.einsum("bij,jk,kl->il", a, b, b.T, optimize=True) ** 2)


@program(lambda r, n: (r.signed(n, n), r.signed(n)), size=3)
def power_iteration(A, x):
    S = A @ A.T + np.eye(len(x))
    for _ in range(5):
        x = S @ x
        x = x / np.linalg.norm(x)
    return x @ S @ x


@program(lambda r, n: (r.array(n, n), 4), size=3)
def sinkhorn(cost, rounds):
    K = np.exp(-cost)
    u, v = np.ones(len(K)), np.ones(len(K))
    for _ in range(rounds):
        u = 1.0 / (K @ v)
        v = 1.0 / (K.T @ u)
    return np.sum(u[:, None] * K * v[None, :] * cost)

"""Factorisations, linear systems and what is built from them."""

import numpy as np
from harness import program


@program(lambda r, n: (r.array(n, 2), r.array(n), r.number(), r.number()), size=3)
def gaussian_process(X, y, length, noise):
    distance = np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=-1)
    K = np.exp(-distance / (2 * length**2)) + (noise**2 + 0.5) * np.eye(len(X))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(L))) + 0.5 * len(y) * np.log(2 * np.pi)


@program(lambda r, n: (r.signed(n, n),), size=3)
def triangle_of_cholesky(a):
    L = np.linalg.cholesky(a @ a.T + np.eye(len(a)))
    return np.sum(L * np.arange(L.size).reshape(L.shape))


@program(lambda r, n: (r.signed(n + 1, n),), size=3)
def explained_variance(X):
    centred = X - X.mean(axis=0)
    w, v = np.linalg.eigh(centred.T @ centred / len(X))
    return w[-1] / np.sum(w) + np.sum(v[:, -1] ** 4)


@program(lambda r, n: (r.signed(n, n),), size=3)
def eigenvalues_by_name(a):
    result = np.linalg.eigh(a + a.T)
    return np.sum(np.exp(0.1 * result.eigenvalues)) + np.linalg.eigvalsh(a @ a.T)[-1]


@program(lambda r, n: (r.signed(n, n + 1),), size=3)
def nuclear_norm_and_subspace(a):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return np.sum(s) + np.sum((u[:, 0] * s[0]) ** 3) + vt[0, 0] ** 2


@program(lambda r, n: (r.signed(n, n),), size=3)
def full_singular_value_decomposition(a):
    return np.log(np.linalg.svd(a).S[0]) + np.sum(np.linalg.svd(a, compute_uv=False) ** 3)


@program(lambda r, n: (r.signed(n + 2, n), r.array(n + 2)), size=2)
def least_squares_by_qr(A, b):
    q, r = np.linalg.qr(A)
    x = np.linalg.solve(r, q.T @ b)
    return np.sum((A @ x - b) ** 2) + np.sum(x**3) + np.abs(np.linalg.qr(A, mode="r")[0, 0])


@program(lambda r, n: (r.signed(n, n), r.array(n)), size=3)
def log_determinant_barrier(A, x):
    S = A @ np.diag(x) @ A.T + np.eye(len(x))
    sign, value = np.linalg.slogdet(S)
    return -sign * value


@program(lambda r, n: (0.1 * r.signed(n, n), r.array(n)), size=3)
def spectral_radius(A, d):
    return np.max(np.abs(np.linalg.eigvals(A + np.diag(d * np.arange(1, len(d) + 1)))))


@program(lambda r, n: (r.signed(2, 2), r.signed(2), 4), size=2)
def kalman_filter(A, x, steps):
    P, Q, R = np.eye(2), 0.1 * np.eye(2), np.array([[0.5]])
    H = np.array([[1.0, 0.0]])
    total = 0.0
    for k in range(steps):
        x, P = A @ x, A @ P @ A.T + Q
        innovation = np.array([np.sin(k)]) - H @ x
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        x = x + K @ innovation
        P = (np.eye(2) - K @ H) @ P
        total = total + 0.5 * innovation @ np.linalg.solve(S, innovation) + 0.5 * np.linalg.slogdet(S)[1]
    return total


@program(lambda r, n: (r.array(n, n), r.number()), size=3)
def eigenvectors_in_a_loop(a, x):
    total = 0.0
    for k in range(3):
        w, v = np.linalg.eigh(a + a.T + x * k * np.diag(np.arange(float(len(a)))))
        total += np.sum(w**2) + np.abs(v[0, -1])
    return total


@program(lambda r, n: (r.array(3, n, n),), size=2)
def diagonals_of_a_stack(a):
    return np.sum(np.diagonal(a, axis1=1, axis2=2) ** 2) + np.sum(np.trace(a, axis1=-2, axis2=-1) ** 3)

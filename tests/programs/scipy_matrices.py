"""Functions of `scipy.linalg`, where SciPy is installed."""

import numpy as np
import pytest
from harness import program

scipy_linalg = pytest.importorskip("scipy.linalg")


@program(lambda r, n: (0.3 * r.signed(3, 3), r.signed(3)))
def linear_dynamics(A, x):
    return np.sum((scipy_linalg.expm(A) @ x) ** 2)


@program(lambda r, n: (r.signed(3, 3), r.signed(3)))
def triangular_systems(A, b):
    S = A @ A.T + np.eye(3)
    L = scipy_linalg.cholesky(S, lower=True)
    z = scipy_linalg.solve_triangular(L, b, lower=True)
    x = scipy_linalg.solve_triangular(L, z, lower=True, trans="T")
    return np.sum(x**2) + scipy_linalg.solve(S, b, assume_a="pos") @ z + scipy_linalg.det(S)


@program(lambda r, n: (r.signed(3, 3), r.array(3)))
def equations_and_special_matrices(A, c):
    X = scipy_linalg.solve_sylvester(A @ A.T + np.eye(3), np.diag(c), A)
    T = scipy_linalg.toeplitz(c) + scipy_linalg.circulant(c)
    return np.sum(X**2) + np.sum(T @ X) + np.sum(scipy_linalg.inv(T + 3 * np.eye(3)) ** 2)

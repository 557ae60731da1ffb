"""Log posterior of a mixture of normal distributions with a Wishart prior on their precisions."""

import math

import numpy as np

import s2sad


def log_sum_exp(a, axis):
    top = np.max(a, axis=axis, keepdims=True)
    return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(a - top), axis=axis))


def log_gamma_of_dimension(a, d):
    total = d * (d - 1) / 4 * math.log(math.pi)
    for j in range(1, d + 1):
        total += math.lgamma(a + (1 - j) / 2)
    return total


def lower_triangular(q, l):
    """Put exp(q) on the diagonals, and l below them, column by column."""
    k, d = q.shape
    columns, rows = np.triu_indices(d, 1)
    Q = np.zeros((k, d, d))
    Q[:, np.arange(d), np.arange(d)] = np.exp(q)
    Q[:, rows, columns] = l
    return Q


def objective(alpha, mu, q, l, x, m, gamma):
    n, d = x.shape
    k = alpha.shape[0]
    nu = d + m + 1
    Q = lower_triangular(q, l)
    sum_q = np.sum(q, axis=1)
    centred = x[:, np.newaxis, :] - mu
    turned = np.einsum("kab,nkb->nka", Q, centred)
    beta = alpha + sum_q - 0.5 * np.sum(turned**2, axis=2)
    likelihood = np.sum(log_sum_exp(beta, 1)) - n * (d / 2 * np.log(2 * np.pi) + log_sum_exp(alpha, 0))
    prior = k * (nu * d * math.log(gamma / math.sqrt(2)) - log_gamma_of_dimension(nu / 2, d))
    prior += -0.5 * gamma**2 * np.sum(Q**2) + m * np.sum(sum_q)
    return likelihood + prior


def solve(inputs, backend="numpy"):
    """The objective, and its gradient with respect to the weights and the shapes of the components."""
    function = s2sad.differentiate(objective, backend=backend)
    value, gradient = s2sad.value_and_grad(function, wrt=("alpha", "mu", "q", "l"))(**inputs)
    return {"objective": value, **{f"grad_{name}": part for name, part in gradient.items()}}

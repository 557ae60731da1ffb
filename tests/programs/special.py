"""Functions of `scipy.special`, under the names by which programs call them."""

import math

import numpy as np
import scipy.special
import scipy.special as sc
from harness import program
from scipy import special
from scipy.special import erf, gammaln, log_softmax, logsumexp, xlogy


@program(lambda r, n: (r.signed(n), r.signed(n, 3)))
def nll(w, X):
    z = X.T @ w if len(w) else np.zeros(3)
    return -np.sum(special.log_expit(z)) + 0.1 * w @ w


@program(lambda r, n: (r.array(n), r.array(n), r.number()))
def gamma_logpdf(x, a, b):
    return np.sum(a * np.log(b) - gammaln(a) + (a - 1) * np.log(x) - b * x)


@program(lambda r, n: (r.signed(n + 1, 3),))
def mixture(x):
    return logsumexp(x) + np.sum(logsumexp(x, axis=1)) + np.sum(sc.softmax(x, axis=0)[0] ** 2) + log_softmax(x, axis=-1)[0, 0]


def black_scholes(S, K, T, r, sigma):
    """European call."""
    N = lambda d: 0.5 * (1 + erf(d / math.sqrt(2)))
    d1 = (np.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    return S * N(d1) - K * np.exp(-r * T) * N(d2)


@program(lambda r, n: (r.number(), r.number(), r.number(), r.number()))
def bs(S, K, T, s):
    return black_scholes(S, K, T, 0.05, s) + scipy.special.ndtr(S - K)


@program(lambda r, n: (r.array(n), r.number()))
def bessels(x, a):
    return np.sum(sc.j0(x) * sc.iv(2, x) + sc.kv(1, a * x)) + sc.y0(a) + sc.polygamma(1, a)[()] + sc.j1(a)


@program(lambda r, n: (r.array(n), r.array(n)))
def divergences(p, q):
    p = p / p.sum()
    q = q / np.sum(q)
    return special.rel_entr(p, q).sum() + np.sum(special.kl_div(q, p)) + np.sum(special.entr(p)) + np.sum(xlogy(p, q))


@program(lambda r, n: (r.array(n), r.number()))
def boxcox_lik(x, lam):
    y = special.boxcox(x, lam)
    return -0.5 * len(x) * np.log(np.var(y) + 0.1) + (lam - 1) * np.log(x).sum() + special.inv_boxcox(lam, 2)


@program(lambda r, n: (r.array(n), r.number()))
def dirichlet_multinomial(alpha, c):
    counts = np.arange(len(alpha))
    n = counts.sum()
    return (
        gammaln(alpha.sum())
        - gammaln(n + alpha.sum())
        + np.sum(gammaln(counts + alpha) - gammaln(alpha))
        + special.gammainc(2, c)
        + special.betainc(2, 3, c / 3)
        + special.comb(4, 2) * c
        + special.factorial(3) * c
    )


@program(lambda r, n: (r.signed(n), r.number()))
def robust(x, d):
    return (
        np.sum(special.huber(d, x))
        + np.mean(special.pseudo_huber(d, x))
        + np.sum(special.erfinv(0.5 * np.tanh(x)))
        + float(special.ellipk(d / 2))
        + special.erfc(x[:1]).sum()
    )

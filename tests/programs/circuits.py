"""Complex Python numbers and `cmath`."""

import cmath

import numpy as np
from harness import program


@program(lambda r, n: (r.signed(n), r.signed(n + 1)))
def shapes_of_the_smaller(x, y):
    n = min(len(x), len(y))
    z = np.zeros(min(len(x), 3))
    for i in range(min(3, len(x))):
        z[i] = x[i] * y[i]
    m = max(len(x), 2)
    w = np.ones((n, max(n, 2)))
    return np.sum(z**2) * m + x[:n].sum() * y[:n].sum() + np.sum(w * 2)


@program(lambda r, n: (r.number(), r.number(), r.number()))
def impedance(R, L, C):
    w = 1.5
    Z = R + 1j * w * L + 1 / (1j * w * C)
    gamma = cmath.sqrt(Z * (0.1 + 0.2j))
    t = cmath.tanh(gamma) * cmath.exp(-gamma) + cmath.log(Z) * cmath.cos(R)
    return abs(t) + t.real * t.imag


@program(lambda r, n: ([r.number() for _ in range(4)],))
def recursive_fft(xs):
    return sum(abs(c) ** 2 * (k + 1) for k, c in enumerate(fft(xs)))


def fft(x):
    N = len(x)
    if N <= 1:
        return x
    even, odd = fft(x[0::2]), fft(x[1::2])
    T = [cmath.exp(-2j * cmath.pi * k / N) * odd[k] for k in range(N // 2)]
    return [even[k] + T[k] for k in range(N // 2)] + [even[k] - T[k] for k in range(N // 2)]

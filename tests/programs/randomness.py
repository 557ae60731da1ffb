"""Random numbers drawn inside: seeded generators, the functions of `np.random` and `random`, draws that move with parameters."""

import random

import numpy as np
from harness import program


@program(lambda r, n: (r.number(), r.number(), r.number()))
def monte_carlo_asian(S0, sigma, K):
    rng = np.random.default_rng(42)
    steps, paths = 5, 40
    S = np.full(paths, S0)
    avg = np.zeros(paths)
    for _ in range(steps):
        z = rng.standard_normal(paths)
        S = S * np.exp((0.02 - 0.5 * sigma**2) / steps + sigma * np.sqrt(1 / steps) * z)
        avg += S / steps
    payoff = np.log1p(np.exp(10 * (avg - K)))
    return np.exp(-0.02) * payoff.mean()


@program(lambda r, n: (r.signed(n), r.array(n)))
def vae_reparameterised(mu, logvar):
    np.random.seed(0)
    eps = np.random.randn(*mu.shape)
    z = mu + np.exp(0.5 * logvar) * eps
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return np.sum(np.tanh(z)) + kl


@program(lambda r, n: (r.signed(n), r.number(), r.number()))
def moving_draws(mu, a, b):
    rng = np.random.RandomState(7)
    x = rng.normal(mu, a)
    y = rng.normal(loc=a, scale=b, size=3)
    u = rng.uniform(-b, b, size=(2, 2))
    e = rng.exponential(b) + rng.normal(a, 1.0) * rng.uniform(a)
    return np.sum(x**2) + np.sum(y * 2) + np.sum(u**3) + e


@program(lambda r, n: (r.number(), r.number()))
def python_random(a, b):
    random.seed(5)
    total = 0.0
    for _ in range(4):
        total += a * random.random() + b * random.gauss(0, 1) + random.uniform(-1, 1)
    gen = random.Random(3)
    return total**2 + gen.random() * a


@program(lambda r, n: (r.signed(n), r.signed(n, 3)))
def dropout_in_layers(b, W):
    rng = np.random.default_rng(seed=1)
    h = np.tanh(W.T @ b)
    for layer in range(2):
        mask = rng.random(h.shape) < 0.7
        h = np.where(mask, h / 0.7, 0.0)
        h = h + rng.integers(0, 2, size=3) * h
    idx = rng.permutation(3)
    return np.sum(h[idx] * np.arange(3))


@program(lambda r, n: (r.signed(6), r.number()), size=6)
def minibatch_sgd(data, w):
    rng = np.random.default_rng(0)
    order = np.arange(6)
    for epoch in range(2):
        rng.shuffle(order)
        for k in range(0, 6, 2):
            batch = data[order[k : k + 2]]
            w = w - 0.1 * np.mean(2 * (w - batch))
    return w * w

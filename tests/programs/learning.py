"""Learning and statistics as people write them: networks in every style, sequences, mixtures, optimisers, configurations."""

import math
from collections import namedtuple
from dataclasses import dataclass, field

import numpy as np
from harness import program
from numpy.linalg import norm


@program(lambda r, n: ({"W1": r.signed(3, n), "b1": r.signed(3), "W2": r.signed(1, 3), "b2": r.signed(1)}, r.signed(n, 4), r.signed(1, 4)))
def mlp_dict(params, X, Y):
    """Two-layer network, column examples (Coursera style)."""

    def forward(X, params):
        Z1 = np.dot(params["W1"], X) + params["b1"].reshape(-1, 1)
        A1 = np.tanh(Z1)
        Z2 = np.dot(params["W2"], A1) + params["b2"][:, np.newaxis]
        A2 = 1 / (1 + np.exp(-Z2))
        cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
        return A2, cache

    A2, cache = forward(X, params)
    m = Y.shape[1]
    targets = (Y > 0).astype(float)
    cost = -np.sum(targets * np.log(A2) + (1 - targets) * np.log(1 - A2)) / m
    return np.squeeze(cost)


class Layer:
    def __init__(self, W, b, activation="relu"):
        self.W, self.b = W, b
        self.activation = activation

    def __call__(self, x):
        z = x @ self.W + self.b
        if self.activation == "relu":
            return np.maximum(z, 0)
        elif self.activation == "tanh":
            return np.tanh(z)
        elif self.activation == "softmax":
            z = z - z.max(axis=1, keepdims=True)
            e = np.exp(z)
            return e / e.sum(axis=1, keepdims=True)
        else:
            return z


class Network:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)
        return self

    def predict(self, x):
        out = x
        for layer in self.layers:
            out = layer(out)
        return out


@program(lambda r, n: (r.signed(n, 3), r.signed(3, 4), r.signed(4), r.signed(4, 2), r.signed(2)))
def network_class(X, W1, b1, W2, b2):
    net = Network()
    net.add(Layer(W1, b1, "tanh")).add(Layer(W2, b2, activation="softmax"))
    p = net.predict(X)
    labels = np.arange(len(X)) % 2
    return -np.mean(np.log(p[np.arange(len(X)), labels]))


@program(lambda r, n: ([(r.signed(2, 3), r.signed(3)), (r.signed(3, 3), r.signed(3)), (r.signed(3, 1), r.signed(1))], r.signed(n, 2)))
def mlp_zip(params, inputs):
    *hidden, last = params
    h = inputs
    for W, b in hidden:
        h = np.tanh(h @ W + b)
    W, b = last
    out = h @ W + b
    return 0.5 * np.mean(np.square(out - 1.0)) + 1e-3 * sum(np.sum(w**2) for w, _ in params)


@program(lambda r, n: (r.signed(n, 2), r.signed(3, 3), r.signed(3, 2), r.signed(3)))
def rnn_forward(xs, Whh, Wxh, bh):
    h = np.zeros((3, 1))
    hs = {}
    hs[-1] = np.copy(h)
    loss = 0
    for t in range(len(xs)):
        x = xs[t].reshape(2, 1)
        hs[t] = np.tanh(np.dot(Wxh, x) + np.dot(Whh, hs[t - 1]) + bh[:, None])
        p = np.exp(hs[t]) / np.sum(np.exp(hs[t]))
        loss += -np.log(p[t % 3, 0])
    return loss


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


@program(lambda r, n: (r.signed(n, 2), r.signed(12, 5), r.array(12)))
def lstm_slices(x, W, b):
    H = 3
    h = c = np.zeros(H)
    for t in range(x.shape[0]):
        z = W @ np.concatenate([h, x[t]]) + b
        i, f, o = sigmoid(z[:H]), sigmoid(z[H : 2 * H]), sigmoid(z[2 * H : 3 * H])
        g = np.tanh(z[3 * H :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return (h**2).sum()


@program(lambda r, n: (r.signed(n, 4), r.signed(4, 4), r.signed(4, 4), r.signed(4, 4)))
def attention(X, Wq, Wk, Wv):
    heads = 2
    T, D = X.shape
    d = D // heads
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    out = []
    for h in range(heads):
        s = slice(h * d, (h + 1) * d)
        scores = Q[:, s] @ K[:, s].T / np.sqrt(d)
        mask = np.triu(np.ones((T, T)), k=1).astype(bool)
        scores = np.where(mask, -1e9, scores)
        A = np.exp(scores - scores.max(-1, keepdims=True))
        A /= A.sum(-1, keepdims=True)
        out.append(A @ V[:, s])
    return np.mean(np.concatenate(out, axis=-1) ** 2)


@program(lambda r, n: (r.signed(n, 2), r.signed(2, 2)))
def kmeans_soft(X, centers):
    for it in range(3):
        d2 = ((X[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
        resp = np.exp(-d2)
        resp /= resp.sum(axis=1, keepdims=True)
        centers = (resp.T @ X) / resp.sum(axis=0)[:, None]
    return np.sum(centers[0] * centers[1])


@program(lambda r, n: (r.signed(n), r.signed(2), r.array(2), r.array(2)))
def gmm_em(x, mu, sigma, w):
    pi = w / w.sum()
    for _ in range(2):
        dens = pi * np.exp(-0.5 * ((x[:, None] - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)
        gamma = dens / dens.sum(axis=1, keepdims=True)
        Nk = gamma.sum(axis=0)
        mu = (gamma * x[:, None]).sum(0) / Nk
        sigma = np.sqrt((gamma * (x[:, None] - mu) ** 2).sum(0) / Nk + 0.1)
        pi = Nk / len(x)
    return np.log(dens.sum(axis=1)).sum()


@program(lambda r, n: (r.array(3), r.array(3, 3), r.array(3, 2)))
def hmm_forward(pi, A, B):
    obs = [0, 1, 1, 0]
    pi = pi / pi.sum()
    A = A / A.sum(axis=1, keepdims=True)
    B = B / B.sum(axis=1)[:, None]
    alpha = pi * B[:, obs[0]]
    scale = []
    for o in obs[1:]:
        s = alpha.sum()
        scale.append(s)
        alpha = (alpha / s) @ A * B[:, o]
    return np.log(alpha.sum()) + np.sum(np.log(scale))


@program(lambda r, n: (r.signed(n), r.signed(n + 1)))
def dtw(s, t):
    n, m = len(s), len(t)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = abs(s[i - 1] - t[j - 1])
            D[i, j] = cost + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[n, m]


@program(lambda r, n: (r.array(4, 3),))
def ctc_loss(probs):
    probs = probs / probs.sum(axis=1, keepdims=True)
    label = [1, 2]
    ext = [0]
    for l in label:
        ext += [l, 0]
    T, L = probs.shape[0], len(ext)
    alpha = np.zeros((T, L))
    alpha[0, 0] = probs[0, ext[0]]
    alpha[0, 1] = probs[0, ext[1]]
    for t in range(1, T):
        for s in range(L):
            a = alpha[t - 1, s]
            if s >= 1:
                a += alpha[t - 1, s - 1]
            if s >= 2 and ext[s] != 0 and ext[s] != ext[s - 2]:
                a += alpha[t - 1, s - 2]
            alpha[t, s] = a * probs[t, ext[s]]
    return -np.log(alpha[T - 1, L - 1] + alpha[T - 1, L - 2])


@program(lambda r, n: (r.number(), r.number(), r.number()))
def soft_edit_distance(ci, cd, cs):
    a, b = "kitten", "sit"
    d = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        d[i][0] = d[i - 1][0] + cd
    for j in range(1, len(b) + 1):
        d[0][j] = d[0][j - 1] + ci
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            sub = 0.0 if x == y else cs
            d[i][j] = min(d[i - 1][j] + cd, d[i][j - 1] + ci, d[i - 1][j - 1] + sub)
    return d[-1][-1]


@program(lambda r, n: (r.signed(n, 2), r.signed(n), r.number()))
def sgd_inside(X, y, lr):
    w = np.zeros(2)
    b = 0.0
    losses = []
    for epoch in range(3):
        for xi, yi in zip(X, y):
            err = xi @ w + b - yi
            w -= 0.1 * lr * err * xi
            b -= 0.1 * lr * err
        losses.append(np.mean((X @ w + b - y) ** 2))
    return losses[-1]


@program(lambda r, n: (r.signed(n), r.number()))
def adam_inside(x0, lr):
    def grad_f(x):
        return 2 * (x - 1) + np.cos(x)

    x = x0
    m, v = np.zeros_like(x), np.zeros_like(x)
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    for t in range(1, 6):
        g = grad_f(x)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        x = x - 0.1 * lr * m_hat / (np.sqrt(v_hat) + eps)
    return np.sum(x**2)


@program(lambda r, n: (r.signed(n, 3), r.signed(n), r.number()))
def early_stopping_ridge(X, y, lam):
    w = np.ones(3) * 0.1
    best, patience, wait = float("inf"), 2, 0
    best_w = w
    for it in range(8):
        g = X.T @ (X @ w - y) + lam * w
        w = w - 0.02 * g
        loss = np.sum((X @ w - y) ** 2) + lam * np.dot(w, w)
        if loss < best - 1e-3:
            best = loss
            best_w = w.copy()
            wait = 0
        else:
            wait += 1
            if wait >= patience:
                print("stop at", it)
                break
    return np.sum(best_w**2) + best


@program(lambda r, n: (r.signed(n, 2), r.signed(n), r.signed(2)))
def logistic_newton(X, t, w):
    """IRLS."""
    y01 = np.where(t > 0, 1.0, 0.0)
    for _ in range(3):
        p = sigmoid(X @ w)
        R = np.diag(p * (1 - p))
        H = X.T @ R @ X + 0.5 * np.eye(2)
        w = w - np.linalg.solve(H, X.T @ (p - y01) + 0.5 * w)
    return w @ w


@program(lambda r, n: (r.array(n, n), r.number()))
def pagerank(M, d):
    d = 0.5 * d
    n = M.shape[1]
    M = M / M.sum(axis=0)
    v = np.ones(n) / n if n else np.ones(n)
    M_hat = d * M + (1 - d) / max(n, 1)
    last_v = np.full(n, 100.0)
    while norm(v - last_v, 2) > 1e-10:
        last_v = v
        v = M_hat @ v
    return np.sum(v**2) + (v[0] if n else 0)


Config = namedtuple("Config", "hidden activation dropout", defaults=(0.0,))


ACT = {"tanh": np.tanh, "sin": np.sin, "id": lambda z: z}


@program(lambda r, n: (r.signed(n), r.signed(3)))
def string_configured(x, w):
    cfg = Config(hidden=3, activation="sin")
    act = ACT[cfg.activation]
    h = act(np.outer(x, w))
    assert h.shape == (len(x), cfg.hidden), f"bad shape {h.shape}"
    if cfg.dropout > 0:
        raise NotImplementedError
    return {"sum": np.sum, "mean": np.mean}["sum"](h**2)


@dataclass
class TrainConfig:
    lr: float = 0.1
    steps: int = 3
    schedule: str = "cosine"
    extra: dict = field(default_factory=dict)


@program(lambda r, n: (r.signed(n), r.number()))
def config_dataclass(theta, a):
    cfg = TrainConfig(steps=4, extra={"decay": 0.9})
    for i in range(cfg.steps):
        if cfg.schedule == "cosine":
            lr = cfg.lr * 0.5 * (1 + math.cos(math.pi * i / cfg.steps))
        else:
            lr = cfg.lr * cfg.extra["decay"] ** i
        theta = theta - lr * (a * theta**3 - theta)
    return float((theta**2).sum())


@program(lambda r, n: (r.signed(n, 3), r.array(3), r.array(3)))
def batch_norm_loops(x, gamma, beta):
    N, D = x.shape
    y = np.zeros_like(x)
    for d in range(D):
        mu = 0.0
        for i in range(N):
            mu += x[i, d]
        mu /= max(N, 1)
        var = 0.0
        for i in range(N):
            var += (x[i, d] - mu) ** 2
        var /= max(N, 1)
        for i in range(N):
            y[i, d] = gamma[d] * (x[i, d] - mu) / math.sqrt(var + 1e-5) + beta[d]
    return np.sum(np.sin(y))

"""The state of a loop is kept in rows of one array."""

import numpy as np


# arguments: W: f8[3,3], U: f8[3,2], b: f8[3], xs: f8[4,2], h0: f8[3]
# wrt: W, U, b, h0
def recurrent(W, U, b, xs, h0):
    h = h0
    for t in range(xs.shape[0]):
        h = np.tanh(W @ h + U @ xs[t] + b)
    return np.sum(h * h)


# --- reverse
import numpy as np


def recurrent_grad(W, U, b, xs, h0):
    """Gradient of recurrent with respect to W, U, b and h0."""
    hs = np.empty((xs.shape[0] + 1, W.shape[0]))
    hs[0] = h0
    h = h0
    for t in range(xs.shape[0]):
        h = np.tanh(W @ h + U @ xs[t] + b)
        hs[t + 1] = h

    # for t in range(xs.shape[0]):
    dh = 2.0 * h
    db = np.zeros_like(b)
    dU = np.zeros_like(U)
    dW = np.zeros_like(W)
    for t in reversed(range(xs.shape[0])):
        # h = np.tanh(W @ h + U @ xs[t] + b)
        h = hs[t + 1]
        g = dh * (1 - h * h)
        h = hs[t]
        dh = W.T @ g
        db += g
        dU += np.outer(g, xs[t])
        dW += np.outer(g, h)
    return dW, dU, db, dh


# --- forward
import numpy as np


def recurrent_jvp(W, U, b, xs, h0, dW, dU, db, dh0):
    """Value of recurrent, and its tangent for dW, dU, db and dh0."""
    h = h0
    h_dot = dh0
    for t in range(xs.shape[0]):
        xs_t = xs[t]
        h2 = np.tanh(W @ h + U @ xs_t + b)
        h_dot = (dW @ h + W @ h_dot + dU @ xs_t + db) * (1 - h2 * h2)
        h = h2
    t = h_dot * h
    sum_ = np.sum(t + t)
    return np.sum(h * h), sum_

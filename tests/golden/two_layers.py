"""Bias summed over the batch only where it was broadcast."""

import numpy as np


# arguments: W1: f8[3,4], b1: f8[4], W2: f8[4,2], b2: f8[2], x: f8[5,3]
# wrt: W1, b1, W2, b2
def two_layers(W1, b1, W2, b2, x):
    h = np.tanh(x @ W1 + b1)
    y = h @ W2 + b2
    return np.mean(y * y)


# --- reverse
import numpy as np


def two_layers_grad(W1, b1, W2, b2, x):
    """Gradient of two_layers with respect to W1, b1, W2 and b2."""
    h = np.tanh(x @ W1 + b1)
    y = h @ W2 + b2

    # y = h @ W2 + b2
    dy = 2.0 / (W2.shape[1] * x.shape[0]) * y
    db2 = np.sum(dy, axis=0)
    dh = dy @ W2.T
    dW2 = h.T @ dy
    # h = np.tanh(x @ W1 + b1)
    g = dh * (1 - h * h)
    db1 = np.sum(g, axis=0)
    dW1 = x.T @ g
    return dW1, db1, dW2, db2


# --- forward
import numpy as np


def two_layers_jvp(W1, b1, W2, b2, x, dW1, db1, dW2, db2):
    """Value of two_layers, and its tangent for dW1, db1, dW2 and db2."""
    h = np.tanh(x @ W1 + b1)
    h_dot = (x @ dW1 + db1) * (1 - h * h)
    y = h @ W2 + b2
    y_dot = h_dot @ W2 + h @ dW2 + db2
    t = y_dot * y
    mean = np.mean(t + t)
    return (np.mean(y * y), mean)

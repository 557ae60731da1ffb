"""One line a cotangent."""

import numpy as np


# arguments: W: f8[3,2], b: f8[3], x: f8[2]
def tanh_layer(W, b, x):
    h = np.tanh(W @ x + b)
    return np.sum(h * h)


# --- reverse
import numpy as np


def tanh_layer_grad(W, b, x):
    """Gradient of tanh_layer with respect to W, b and x."""
    h = np.tanh(W @ x + b)

    # h = np.tanh(W @ x + b)
    dh = 2.0 * h
    db = dh * (1 - h * h)
    dW = np.outer(db, x)
    dx = W.T @ db
    return dW, db, dx


# --- forward
import numpy as np


def tanh_layer_jvp(W, b, x, dW, db, dx):
    """Value of tanh_layer, and its tangent for dW, db and dx."""
    h = np.tanh(W @ x + b)
    h_squared = h * h
    h_dot = (dW @ x + W @ dx + db) * (1 - h_squared)
    t = h_dot * h
    sum_ = np.sum(t + t)
    return np.sum(h_squared), sum_

"""A list of layers is unrolled."""

import numpy as np


# arguments: params: [(f8[3,4], f8[4]), (f8[4,2], f8[2])], x: f8[5,3]
# wrt: params
def layers(params, x):
    h = x
    for W, b in params[:-1]:
        h = np.tanh(h @ W + b)
    W, b = params[-1]
    return np.mean((h @ W + b) ** 2)


# --- reverse
import numpy as np


def layers_grad(params, x):
    """Gradient of layers with respect to params."""
    params_1_0 = params[1][0]
    h = np.tanh(x @ params[0][0] + params[0][1])

    # return np.mean((h @ W + b) ** 2)
    g = 2.0 * (h @ params_1_0 + params[1][1]) * (1.0 / (params_1_0.shape[1] * x.shape[0]))
    dparams_1_1 = np.sum(g, axis=0)
    dh = g @ params_1_0.T
    dparams_1_0 = h.T @ g
    # h = np.tanh(h @ W + b)
    g = dh * (1 - h * h)
    dparams_0_1 = np.sum(g, axis=0)
    dparams_0_0 = x.T @ g
    return [(dparams_0_0, dparams_0_1), (dparams_1_0, dparams_1_1)]


# --- forward
import numpy as np


def layers_jvp(params, x, dparams):
    """Value of layers, and its tangent for dparams."""
    params_1_0 = params[1][0]
    h = np.tanh(x @ params[0][0] + params[0][1])
    h_dot = (x @ dparams[0][0] + dparams[0][1]) * (1 - h * h)
    t = h @ params_1_0 + params[1][1]
    t2 = 2.0 * (t * (h_dot @ params_1_0 + h @ dparams[1][0] + dparams[1][1]))
    mean = np.mean(t ** 2)
    return mean, np.mean(t2)

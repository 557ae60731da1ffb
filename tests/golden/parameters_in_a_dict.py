"""A dict of parameters comes back as a dict."""

import numpy as np


# arguments: p: {"w": f8[3], "b": float}, x: f8[3]
# wrt: p
def parameters_in_a_dict(p, x):
    return np.tanh(np.dot(p["w"], x) + p["b"])


# --- reverse
import numpy as np


def parameters_in_a_dict_grad(p, x):
    """Gradient of parameters_in_a_dict with respect to p."""
    tanh = np.tanh(np.dot(p['w'], x) + p['b'])

    # return np.tanh(np.dot(p["w"], x) + p["b"])
    dp_b = 1 - tanh * tanh
    dp_w = dp_b * x
    return {'w': dp_w, 'b': float(dp_b)}


# --- forward
import numpy as np


def parameters_in_a_dict_jvp(p, x, dp):
    """Value of parameters_in_a_dict, and its tangent for dp."""
    tanh = np.tanh(np.dot(p['w'], x) + p['b'])
    return tanh, (np.dot(dp['w'], x) + dp['b']) * (1 - tanh * tanh)

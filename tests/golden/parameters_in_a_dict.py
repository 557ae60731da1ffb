"""A dict of parameters comes back as a dict."""

import numpy as np


# arguments: p: {"w": f8[3], "b": float}, x: f8[3]
# wrt: p
def parameters_in_a_dict(p, x):
    return np.tanh(np.dot(p["w"], x) + p["b"])

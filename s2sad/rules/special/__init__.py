"""Functions of `scipy.special`; loaded with the first use of it."""

from s2sad.rules.special import bessel, elliptic, functions, softmax

__all__ = ["bessel", "elliptic", "functions", "softmax"]

"""Functions of `scipy.special`: gamma and beta functions, error functions, sigmoids, entropies, losses.

Derivatives are those of the NIST Digital Library of Mathematical Functions (dlmf.nist.gov), chapters 5 to 8.  In a parameter whose
derivative has no closed form (the shape of an incomplete gamma function) none is given: it is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
import scipy.special

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Type, dtype_of
from s2sad.rules.choices import divide_unless_zero, multiply_unless_zero, select
from s2sad.rules.declare import Point, Rule, elementwise, point
from s2sad.rules.elementwise import exp, log, log1p, sign, sqrt
from s2sad.rules.formula import apply
from s2sad.rules.points import binary, real, unary
from s2sad.rules.types import broadcast_types, numeric, ufunc_type

ROOT_PI = math.sqrt(math.pi)
ROOT_2_PI = math.sqrt(2 * math.pi)


def no_derivative(function: str, parameter: str) -> Callable[..., NoReturn]:
    """Return a formula that refuses: the derivative in this parameter is not known."""

    def formula(g: Any, y: Any, *operands: Any, **static: Any) -> NoReturn:
        raise UnsupportedError(
            f"the derivative of {function} with respect to {parameter} has no closed form.",
            remedy=f"keep {parameter} out of what is differentiated",
            code="S2S215",
        )

    return formula


def one(name: str, formula: Callable[..., Any], low: float = -2.0, high: float = 2.0, extra: Sequence[Point] = ()) -> Rule:
    """Declare a ufunc of one operand that is differentiable on (low, high)."""
    ufunc = getattr(scipy.special, name)
    return elementwise(
        f"special_{name}",
        "x",
        f"scipy.special.{name}(x)",
        ufunc,
        [formula],
        infer=ufunc_type(ufunc),
        functions=[ufunc],
        at=unary(low, high, extra=extra),
    )


def several(name: str, operands: str, formulas: Sequence[Callable[..., Any]], at: Callable[[], list[Point]]) -> Rule:
    """Declare a ufunc of several operands."""
    ufunc = getattr(scipy.special, name)
    return elementwise(
        f"special_{name}", operands, f"scipy.special.{name}({operands})", ufunc, formulas, infer=ufunc_type(ufunc), functions=[ufunc], at=at
    )


# Gamma and beta functions (DLMF 5).
gamma = one("gamma", lambda g, y, x: g * y * psi(x), 0.3, 3.0, [point(np.array([-0.5, -1.3]))])
gammaln = one("gammaln", lambda g, y, x: g * psi(x), 0.3, 3.0)
loggamma = one("loggamma", lambda g, y, x: g * psi(x), 0.3, 3.0)
psi: Rule = one("psi", lambda g, y, x: g * polygamma(1, x), 0.3, 3.0)


def _polygamma_type(sizes: Sizes, n: Type, x: Type) -> Type:
    numeric("polygamma", n, x)
    return Array("f8", broadcast_types(sizes, n, x))


polygamma: Rule = elementwise(
    "special_polygamma",
    "n, x",
    "scipy.special.polygamma(n, x)",
    lambda n, x: np.asarray(scipy.special.polygamma(n, x)),
    [no_derivative("polygamma", "its order"), lambda g, y, n, x: g * polygamma(n + 1, x)],
    infer=_polygamma_type,
    functions=[scipy.special.polygamma],
    at=lambda: [
        point(1, real(3, low=0.5, high=3.0)),
        point(2, real(2, 2, low=0.5, high=3.0)),
        point(np.array([1, 2]), real(2, low=0.5, high=3.0)),
        point(0, 0.7),
        point(1, np.float64(1.2)),
        point(1, real(0)),
    ],
)
beta = several(
    "beta",
    "a, b",
    [lambda g, y, a, b: g * y * (psi(a) - psi(a + b)), lambda g, y, a, b: g * y * (psi(b) - psi(a + b))],
    binary(0.5, 2.0, 0.7, 3.0),
)
betaln = several(
    "betaln",
    "a, b",
    [lambda g, y, a, b: g * (psi(a) - psi(a + b)), lambda g, y, a, b: g * (psi(b) - psi(a + b))],
    binary(0.5, 2.0, 0.7, 3.0),
)


def _gamma_density(g: Any, a: Any, x: Any) -> Any:
    return g * exp(xlogy(a - 1, x) - x - gammaln(a))


def passive_first(low: float, high: float) -> Callable[[], list[Point]]:
    """Return points whose first operand, an integer, carries no derivative."""
    return lambda: [
        point(2, real(3, low=low, high=high)),
        point(np.array([1, 3]), real(2, 2, low=low, high=high)),
        point(1, 0.3 * low + 0.7 * high),
        point(1, np.float64(0.5 * low + 0.5 * high)),
        point(2, real(0)),
        point(2, real(3, low=low, high=high, dtype="f4")),
        point(2, real(low=low, high=high)),
    ]


gammainc = several(
    "gammainc", "a, x", [no_derivative("gammainc", "a"), lambda g, y, a, x: _gamma_density(g, a, x)], passive_first(0.2, 4.0)
)
gammaincc = several(
    "gammaincc", "a, x", [no_derivative("gammaincc", "a"), lambda g, y, a, x: -_gamma_density(g, a, x)], passive_first(0.2, 4.0)
)
betainc = several(
    "betainc",
    "a, b, x",
    [
        no_derivative("betainc", "a"),
        no_derivative("betainc", "b"),
        lambda g, y, a, b, x: g * exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b)),
    ],
    lambda: [
        point(2, 3, real(3, low=0.1, high=0.9)),
        point(np.array([1, 2]), 2, real(2, low=0.1, high=0.9)),
        point(2, 1, 0.4),
        point(2, 2, real(0)),
    ],
)

# Error functions and the normal distribution (DLMF 7).
erf = one("erf", lambda g, y, x: g * (2 / ROOT_PI) * exp(-x * x))
erfc = one("erfc", lambda g, y, x: g * (-2 / ROOT_PI) * exp(-x * x))
erfcx = one("erfcx", lambda g, y, x: g * (2.0 * x * y - 2 / ROOT_PI))
erfinv = one("erfinv", lambda g, y, x: g * (ROOT_PI / 2) * exp(y * y), -0.9, 0.9)
erfcinv = one("erfcinv", lambda g, y, x: g * (-ROOT_PI / 2) * exp(y * y), 0.1, 1.9)
dawsn = one("dawsn", lambda g, y, x: g * (1 - 2.0 * x * y))
ndtr = one("ndtr", lambda g, y, x: g * exp(-0.5 * (x * x)) / ROOT_2_PI)
ndtri = one("ndtri", lambda g, y, x: g * ROOT_2_PI * exp(0.5 * (y * y)), 0.1, 0.9)
log_ndtr = one("log_ndtr", lambda g, y, x: g * exp(-0.5 * (x * x) - y) / ROOT_2_PI)

# Sigmoids and logarithms.
expit: Rule = one("expit", lambda g, y, x: g * y * (1 - y))
logit = one("logit", lambda g, y, x: divide_unless_zero(g, x * (1 - x)), 0.1, 0.9)
log_expit = one("log_expit", lambda g, y, x: g * expit(-x))
exp10 = one("exp10", lambda g, y, x: g * y * math.log(10))
special_exp2 = one("exp2", lambda g, y, x: g * y * math.log(2))
special_expm1 = one("expm1", lambda g, y, x: g * (y + 1))
special_log1p = one("log1p", lambda g, y, x: divide_unless_zero(g, 1 + x), -0.8, 2.0)
special_cbrt = one("cbrt", lambda g, y, x: divide_unless_zero(g, 3.0 * y * y), 0.2, 3.0)

# Entropies: at x = 0 the derivative is that of the expression, infinite; a zero cotangent stays zero.
xlogy: Rule = several(
    "xlogy",
    "x, y",
    [lambda g, z, x, y: multiply_unless_zero(g, log(y)), lambda g, z, x, y: divide_unless_zero(g * x, y)],
    binary(-2.0, 2.0, 0.5, 3.0),
)
xlog1py: Rule = several(
    "xlog1py",
    "x, y",
    [lambda g, z, x, y: multiply_unless_zero(g, log1p(y)), lambda g, z, x, y: divide_unless_zero(g * x, 1 + y)],
    binary(-2.0, 2.0, -0.5, 3.0),
)
entr = one("entr", lambda g, y, x: multiply_unless_zero(g, -log(x) - 1), 0.2, 3.0)
rel_entr = several(
    "rel_entr",
    "x, y",
    [lambda g, z, x, y: multiply_unless_zero(g, log(x / y) + 1), lambda g, z, x, y: -g * x / y],
    binary(0.3, 2.0, 0.5, 3.0),
)
kl_div = several(
    "kl_div",
    "x, y",
    [lambda g, z, x, y: multiply_unless_zero(g, log(x / y)), lambda g, z, x, y: g * (1 - x / y)],
    binary(0.3, 2.0, 0.5, 3.0),
)


def _huber_bound(g: Any, y: Any, delta: Any, r: Any) -> Any:
    size = apply("absolute", r)
    return select(apply("less_equal", size, delta), 0.0, g * (size - delta))


def _bend(delta: Any, r: Any) -> Any:
    ratio = r / delta
    return sqrt(1 + ratio * ratio)


huber = several(
    "huber",
    "delta, r",
    [_huber_bound, lambda g, y, delta, r: g * select(apply("less_equal", apply("absolute", r), delta), r, delta * sign(r))],
    binary(0.6, 0.9, -2.0, 2.0),
)
pseudo_huber = several(
    "pseudo_huber",
    "delta, r",
    [
        lambda g, y, delta, r: g * (2.0 * delta * (_bend(delta, r) - 1) - r * r / (delta * _bend(delta, r))),
        lambda g, y, delta, r: g * r / _bend(delta, r),
    ],
    binary(0.6, 1.9, -2.0, 2.0),
)


def _boxcox_power(g: Any, y: Any, x: Any, lmbda: Any) -> Any:
    """Return log(x)**2 (u e**u - e**u + 1) / u**2 with u = lmbda log(x); near u = 0 its series."""
    root = log(x)
    u = lmbda * root
    near = apply("less", apply("absolute", u), 0.02)
    far = select(near, 1.0, u)
    series = 0.5 + u * (1 / 3 + u * (1 / 8 + u * (1 / 30 + u * (1 / 144 + u / 840))))
    return g * root * root * select(near, series, (far * exp(far) - exp(far) + 1) / (far * far))


boxcox = several(
    "boxcox", "x, lmbda", [lambda g, y, x, lmbda: g * apply("power", x, lmbda - 1.0), _boxcox_power], binary(0.5, 3.0, 0.3, 1.9)
)
inv_boxcox = several(
    "inv_boxcox",
    "y, lmbda",
    [lambda g, x, y, lmbda: g * apply("power", x, 1.0 - lmbda), no_derivative("inv_boxcox", "lmbda")],
    lambda: [point(real(3, low=0.2, high=2.0), 2), point(0.7, 1), point(real(2, 2, low=0.2, high=2.0), np.array([1, 2]))],
)


def _count_type(sizes: Sizes, *kinds: Type, exact: bool = False) -> Type:
    if exact:
        raise UnsupportedError("exact=True gives an integer.", remedy="leave exact out", code="S2S216")
    numeric("factorial", *kinds)
    shape = broadcast_types(sizes, *kinds)
    kind: Type = ufunc_type(scipy.special.gamma)(sizes, *kinds[:1])
    dtype = str(dtype_of(kind)) if len(kinds) == 1 else "f8"
    return Array(dtype, shape) if shape != () else ufunc_type(scipy.special.gamma)(sizes, kinds[0])


# Both are what the gamma function makes of them between the integers.
factorial = elementwise(
    "special_factorial",
    "n, /, exact=False",
    "scipy.special.factorial(n)",
    lambda n, *, exact=False: scipy.special.factorial(n),
    [no_derivative("factorial", "n")],
    infer=_count_type,
    functions=[scipy.special.factorial],
    at=lambda: [point(3), point(np.arange(4))],
)
comb = elementwise(
    "special_comb",
    "N, k, /, exact=False",
    "scipy.special.comb(N, k)",
    lambda N, k, *, exact=False: scipy.special.comb(N, k),
    [no_derivative("comb", "N"), no_derivative("comb", "k")],
    infer=_count_type,
    functions=[scipy.special.comb],
    at=lambda: [point(5, 2), point(6, np.arange(4)), point(np.array([4, 5]), 2)],
)

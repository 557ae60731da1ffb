"""Elementwise functions of NumPy.

Each formula is the textbook's.  Where a derivative is unbounded the division is guarded: a zero cotangent gives 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Type, dtype_of, shape_of
from s2sad.rules.choices import divide_unless_zero, select
from s2sad.rules.declare import Rule, constant, elementwise, point
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply, is_complex
from s2sad.rules.points import Extra, binary, complex_real, real, unary
from s2sad.rules.types import array_or_scalar, inexact, numeric, real_dtype, ufunc_type
from s2sad.runtime.arrays import sinc_slope as _sinc_slope_of

PI = math.pi


def _one(ufunc: np.ufunc, formula: Callable[..., Any], low: float = -2.0, high: float = 2.0, *, complex: bool = False) -> Rule:
    """Declare a ufunc of one operand that is differentiable on (low, high)."""
    name = ufunc.__name__
    at = unary(low, high, complex=complex)
    return elementwise(name, "x", f"np.{name}(x)", ufunc, [formula], infer=ufunc_type(ufunc), functions=[ufunc], complex=complex, at=at)


exp = _one(np.exp, lambda g, y, x: g * y, complex=True)
exp2 = _one(np.exp2, lambda g, y, x: g * y * math.log(2), complex=True)
expm1 = _one(np.expm1, lambda g, y, x: g * (y + 1), complex=True)
log = _one(np.log, lambda g, y, x: divide_unless_zero(g, x), 0.2, 3.0, complex=True)
log2 = _one(np.log2, lambda g, y, x: divide_unless_zero(g / math.log(2), x), 0.2, 3.0, complex=True)
log10 = _one(np.log10, lambda g, y, x: divide_unless_zero(g / math.log(10), x), 0.2, 3.0, complex=True)
log1p = _one(np.log1p, lambda g, y, x: divide_unless_zero(g, 1 + x), -0.8, 2.0, complex=True)
sqrt = _one(np.sqrt, lambda g, y, x: divide_unless_zero(0.5 * g, y), 0.2, 3.0, complex=True)
cbrt = _one(np.cbrt, lambda g, y, x: divide_unless_zero(g, 3.0 * y * y), 0.2, 3.0)
square = _one(np.square, lambda g, y, x: 2.0 * x * g, complex=True)
reciprocal = _one(np.reciprocal, lambda g, y, x: -g * y * y, 0.5, 2.0, complex=True)

sin = _one(np.sin, lambda g, y, x: g * cos(x), complex=True)
cos: Rule = _one(np.cos, lambda g, y, x: -g * sin(x), complex=True)
tan = _one(np.tan, lambda g, y, x: g * (1 + y * y), -1.2, 1.2, complex=True)
arcsin = _one(np.arcsin, lambda g, y, x: divide_unless_zero(g, sqrt(1 - x * x)), -0.9, 0.9, complex=True)
arccos = _one(np.arccos, lambda g, y, x: -divide_unless_zero(g, sqrt(1 - x * x)), -0.9, 0.9, complex=True)
arctan = _one(np.arctan, lambda g, y, x: g / (1 + x * x), complex=True)
sinh = _one(np.sinh, lambda g, y, x: g * cosh(x), complex=True)
cosh: Rule = _one(np.cosh, lambda g, y, x: g * sinh(x), complex=True)
tanh = _one(np.tanh, lambda g, y, x: g * (1 - y * y), complex=True)
arcsinh = _one(np.arcsinh, lambda g, y, x: g / sqrt(1 + x * x), complex=True)
arccosh = _one(
    np.arccosh,
    lambda g, y, x: divide_unless_zero(g, sqrt(x - 1) * sqrt(x + 1) if is_complex(x) else sqrt(x * x - 1)),
    1.2,
    3.0,
    complex=True,
)
arctanh = _one(np.arctanh, lambda g, y, x: divide_unless_zero(g, 1 - x * x), -0.9, 0.9, complex=True)
fabs = _one(np.fabs, lambda g, y, x: g * sign(x))
deg2rad = _one(np.deg2rad, lambda g, y, x: g * (PI / 180))
radians = _one(np.radians, lambda g, y, x: g * (PI / 180))
rad2deg = _one(np.rad2deg, lambda g, y, x: g * (180 / PI))
degrees = _one(np.degrees, lambda g, y, x: g * (180 / PI))


def _sinc_type(sizes: Sizes, x: Type) -> Type:
    numeric("sinc", x)
    return array_or_scalar(inexact(str(dtype_of(x))), shape_of(x))


def _sinc(x: Any) -> Any:
    return np.sinc(x)[()]


# The derivative of sinc, (cos(pi x) - sinc(x)) / x, cancels near 0: there its series.
sinc = elementwise(
    "sinc",
    "x",
    "np.sinc(x)",
    _sinc,
    [lambda g, y, x: g * sinc_slope(x)],
    infer=_sinc_type,
    functions=[np.sinc],
    at=unary(extra=lambda: [point(0.0), point(np.array([0.0, 1e-4, 0.02]))]),
)


def _series(x: Any, *coefficients: float) -> Any:
    total: Any = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = coefficient + x * x * total
    return total


def _sinc_curve(g: Any, y: Any, x: Any) -> Any:
    """Return the second derivative: -pi**2 sinc(x) - 2 sinc'(x) / x, and -pi**2 / 3 at 0."""
    p = PI * PI
    near = apply("less", apply("absolute", x), 0.1)
    far = select(near, 1.0, x)
    small = p * _series(x, -1 / 3, p / 10, -(p**2) / 168, p**3 / 6480, -(p**4) / 443520)
    return g * select(near, small, -p * sinc(far) - 2.0 * sinc_slope(far) / far)


sinc_slope: Rule = elementwise(
    "sinc_slope",
    "x",
    "sinc_slope(x)",
    _sinc_slope_of,
    [_sinc_curve],
    infer=_sinc_type,
    at=unary(extra=lambda: [point(np.array([0.0, 1e-4, 0.02]))]),
)


def _hypot_share(g: Any, y: Any, a: Any) -> Any:
    return g * a / select(apply("equal", y, 0), 1.0, y)  # 0 at the origin


def _two(
    ufunc: np.ufunc,
    formulas: Sequence[Callable[..., Any] | None],
    low: float = -2.0,
    high: float = 2.0,
    low2: float | None = None,
    high2: float | None = None,
    extra: Extra = (),
) -> Rule:
    """Declare a ufunc of two operands."""
    name = ufunc.__name__
    return elementwise(
        name,
        "a, b",
        f"np.{name}(a, b)",
        ufunc,
        formulas,
        infer=ufunc_type(ufunc),
        functions=[ufunc],
        at=binary(low, high, low2, high2, numbers=False, extra=extra),
    )


def _turn(g: Any, a: Any, b: Any) -> Any:
    square = a * a + b * b
    return g / select(apply("equal", square, 0), 1.0, square)


hypot = _two(np.hypot, [lambda g, y, a, b: _hypot_share(g, y, a), lambda g, y, a, b: _hypot_share(g, y, b)])
arctan2 = _two(np.arctan2, [lambda g, y, a, b: b * _turn(g, a, b), lambda g, y, a, b: -a * _turn(g, a, b)])


angle = derived(
    "angle",
    "z, /, deg=False",
    "np.angle(z, deg=deg)",
    lambda z, *, deg=False: np.angle(z, deg),
    lambda z, *, deg=False: arctan2(apply("imag", z), apply("real", z)) * (180 / PI if deg else 1.0),
    infer=lambda sizes, z, *, deg=False: array_or_scalar(real_dtype(inexact(str(dtype_of(z)))), shape_of(z)),
    functions=[np.angle],
    complex=True,
    at=lambda: [point(complex_real(3)), point(complex_real(2, 2), deg=True), point(1 + 2j), point(real(3)), point(np.complex128(2 - 1j))],
)


def _softmax(mine: Any, other: Any, power: Any) -> Any:
    """Return the weight of `mine` in log(exp(mine) + exp(other)); equal operands (also infinite ones) share evenly."""
    difference = select(apply("equal", mine, other), 0.0, other - mine)
    return 1 / (1 + power(difference))


logaddexp = _two(np.logaddexp, [lambda g, y, a, b: g * _softmax(a, b, exp), lambda g, y, a, b: g * _softmax(b, a, exp)])
logaddexp2 = _two(np.logaddexp2, [lambda g, y, a, b: g * _softmax(a, b, exp2), lambda g, y, a, b: g * _softmax(b, a, exp2)])
copysign = _two(np.copysign, [lambda g, y, a, b: g * sign(a) * apply("copysign", 1.0, b), None])
fmod = _two(np.fmod, [lambda g, y, a, b: g, lambda g, y, a, b: -g * trunc(a / b)], 2.1, 2.9, 0.7, 0.9)
heaviside = _two(
    np.heaviside, [None, lambda g, y, a, b: select(apply("equal", a, 0), g, 0.0)], extra=lambda: [point(np.array([0, 1, -1]), real(3))]
)


def _flat(ufunc: np.ufunc, *, complex: bool = False) -> Rule:
    """Declare a ufunc that is constant between its jumps."""
    name = ufunc.__name__
    return constant(
        name,
        "x",
        f"np.{name}(x)",
        ufunc,
        infer=ufunc_type(ufunc),
        functions=[ufunc],
        broadcasts=True,
        complex=complex,
        at=unary(complex=complex and name not in ("sign",), extra=lambda: [point(np.array([0.0, np.nan, np.inf]))]),
    )


sign: Rule = _flat(np.sign)
floor, ceil, rint = _flat(np.floor), _flat(np.ceil), _flat(np.rint)
trunc: Rule = _flat(np.trunc)
isnan, isinf, isfinite = _flat(np.isnan, complex=True), _flat(np.isinf, complex=True), _flat(np.isfinite, complex=True)
signbit, spacing = _flat(np.signbit), _flat(np.spacing)


def _round_type(sizes: Sizes, x: Type, *, decimals: int = 0) -> Type:
    numeric("round", x)
    return array_or_scalar(str(dtype_of(x)) if dtype_of(x) != "b1" else "f2", shape_of(x))


round_ = constant(
    "round",
    "a, /, decimals=0",
    "np.round(a, decimals=decimals)",
    lambda a, *, decimals=0: np.round(a, decimals),
    infer=_round_type,
    functions=[np.round, np.around],
    methods=["round"],
    at=lambda: [point(real(3)), point(real(2, 2), decimals=1), point(1.26, decimals=1), point(np.arange(3))],
)
nextafter = constant(
    "nextafter",
    "a, b",
    "np.nextafter(a, b)",
    np.nextafter,
    infer=ufunc_type(np.nextafter),
    functions=[np.nextafter],
    broadcasts=True,
    at=binary(numbers=False),
)
isclose = constant(
    "isclose",
    "a, b, /, rtol=1e-05, atol=1e-08",
    "np.isclose(a, b, rtol=rtol, atol=atol)",
    lambda a, b, *, rtol=1e-05, atol=1e-08: np.isclose(a, b, rtol=rtol, atol=atol),
    infer=lambda sizes, a, b, *, rtol=1e-05, atol=1e-08: ufunc_type(np.equal)(sizes, a, b),
    functions=[np.isclose],
    broadcasts=True,
    complex=True,
    at=binary(numbers=False),
)

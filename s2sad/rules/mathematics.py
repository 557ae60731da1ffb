"""Functions of Python's `math` module: Python numbers in, Python numbers out; they raise where NumPy gives nan or inf."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import BOOL, FLOAT, INT, Number, Type
from s2sad.rules.arithmetic import power_by_base
from s2sad.rules.choices import divide_unless_zero, select
from s2sad.rules.declare import Rule, constant, elementwise, linear, point, primitive
from s2sad.rules.formula import apply, spread


def _float(sizes: Sizes, *operands: Type) -> Type:
    return FLOAT


def _one(function: Callable[[float], float], formula: Callable[..., Any], *values: float) -> Rule:
    """Declare a function of one number."""
    name = function.__name__
    return elementwise(
        f"math_{name}",
        "x",
        f"math.{name}(x)",
        function,
        [formula],
        infer=_float,
        functions=[function],
        raises=True,
        at=lambda: [point(value) for value in values],
    )


def _two(
    function: Callable[[float, float], float], operands: str, formulas: Sequence[Callable[..., Any] | None], *values: tuple[float, float]
) -> Rule:
    """Declare a function of two numbers; operands have the names that the function itself gives them."""
    name = function.__name__
    return elementwise(
        f"math_{name}",
        operands,
        f"math.{name}({operands})",
        function,
        formulas,
        infer=_float,
        functions=[function],
        raises=True,
        at=lambda: [point(*value) for value in values],
    )


exp = _one(math.exp, lambda g, y, x: g * y, 0.5, -1.0, 2)
exp2 = _one(math.exp2, lambda g, y, x: g * y * math.log(2), 0.5, -1.0)
expm1 = _one(math.expm1, lambda g, y, x: g * (y + 1), 0.5, -1.0)
log1p = _one(math.log1p, lambda g, y, x: g / (1 + x), 0.5, -0.3)
log2 = _one(math.log2, lambda g, y, x: g / (math.log(2) * x), 0.5, 3.0)
log10 = _one(math.log10, lambda g, y, x: g / (math.log(10) * x), 0.5, 3.0)
sqrt = _one(math.sqrt, lambda g, y, x: divide_unless_zero(0.5 * g, y), 0.5, 3.0)
cbrt = _one(math.cbrt, lambda g, y, x: divide_unless_zero(g, 3.0 * y * y), 0.5, 3.0)
sin = _one(math.sin, lambda g, y, x: g * cos(x), 0.5, -1.0)
cos: Rule = _one(math.cos, lambda g, y, x: -g * sin(x), 0.5, -1.0)
tan = _one(math.tan, lambda g, y, x: g * (1 + y * y), 0.5, -1.0)
asin = _one(math.asin, lambda g, y, x: divide_unless_zero(g, sqrt(1 - x * x)), 0.5, -0.3)
acos = _one(math.acos, lambda g, y, x: -divide_unless_zero(g, sqrt(1 - x * x)), 0.5, -0.3)
atan = _one(math.atan, lambda g, y, x: g / (1 + x * x), 0.5, -1.0)
sinh = _one(math.sinh, lambda g, y, x: g * cosh(x), 0.5, -1.0)
cosh: Rule = _one(math.cosh, lambda g, y, x: g * sinh(x), 0.5, -1.0)
tanh = _one(math.tanh, lambda g, y, x: g * (1 - y * y), 0.5, -1.0)
asinh = _one(math.asinh, lambda g, y, x: g / sqrt(1 + x * x), 0.5, -1.0)
acosh = _one(math.acosh, lambda g, y, x: divide_unless_zero(g, sqrt(x * x - 1)), 1.5, 3.0)
atanh = _one(math.atanh, lambda g, y, x: g / (1 - x * x), 0.5, -0.3)
erf = _one(math.erf, lambda g, y, x: 2 / math.sqrt(math.pi) * g * exp(-x * x), 0.5, -1.0)
erfc = _one(math.erfc, lambda g, y, x: -2 / math.sqrt(math.pi) * g * exp(-x * x), 0.5, -1.0)
fabs = _one(math.fabs, lambda g, y, x: g * apply("sign", x), 0.5, -1.0)
radians = _one(math.radians, lambda g, y, x: g * (math.pi / 180), 0.5)
degrees = _one(math.degrees, lambda g, y, x: g * (180 / math.pi), 0.5)


def _log_slope(k: int, g: Any, y: Any, x: Any, *base: Any) -> Any:
    if not base:
        return g / x
    return g / (x * log(base[0])) if k == 0 else -g * y / (base[0] * log(base[0]))


log = primitive(
    "math_log",
    "*operands",
    "math.log(*operands)",
    math.log,
    infer=_float,
    pushforwards=_log_slope,
    pullbacks=_log_slope,
    functions=[math.log],
    raises=True,
    at=[point(0.5), point(3.0), point(8.0, 2.5), point(8, 2)],
)


def _angle(g: Any, y: Any, x: Any) -> Any:
    square = y * y + x * x
    return g / select(apply("equal", square, 0.0), 1.0, square)


atan2 = _two(
    math.atan2,
    "y, x",
    [lambda g, z, y, x: x * _angle(g, y, x), lambda g, z, y, x: -y * _angle(g, y, x)],
    (0.5, 1.5),
    (-1.0, 0.5),
    (1.0, -2.0),
)


pow_ = _two(
    math.pow,
    "x, y",
    [power_by_base, lambda g, z, x, y: g * z * log(select(apply("equal", x, 0.0), 1.0, x))],
    (1.5, 2.5),
    (2.0, 3),
    (0.5, 0.5),
)
fmod = _two(math.fmod, "x, y", [lambda g, z, x, y: g, lambda g, z, x, y: -g * trunc(x / y)], (2.5, 0.8), (-2.5, 0.8))
copysign: Rule = _two(math.copysign, "x, y", [lambda g, z, x, y: g * apply("sign", x) * copysign(1.0, y), None], (1.5, -2.0), (-1.5, -2.0))


def _hypot_slope(k: int, g: Any, y: Any, *coordinates: Any) -> Any:
    return g * coordinates[k] / select(apply("equal", y, 0.0), 1.0, y)  # 0 at the origin


hypot = primitive(
    "math_hypot",
    "*coordinates",
    "math.hypot(*coordinates)",
    math.hypot,
    infer=_float,
    pushforwards=_hypot_slope,
    pullbacks=_hypot_slope,
    functions=[math.hypot],
    at=[point(3.0, 4.0), point(1.0, 2.0, -2.0), point(1.5)],
)


def _whole(operands: str, function: Callable[..., Any], kind: Type, *points: Any, spelling: str = "") -> Rule:
    """Declare a function whose result is an int or a bool; operands have the names that the function itself gives them."""
    name = function.__name__
    return constant(
        f"math_{name}",
        operands,
        spelling or f"math.{name}({operands})",
        function,
        infer=lambda sizes, *operands, **tolerances: kind,
        functions=[function],
        raises=True,
        at=[point(*one) for one in points],
    )


floor = _whole("x", math.floor, INT, (1.5,), (-1.5,))
ceil = _whole("x", math.ceil, INT, (1.5,), (-1.5,))
trunc: Rule = _whole("x", math.trunc, INT, (1.5,), (-1.5,))
isnan = _whole("x", math.isnan, BOOL, (1.5,))
isinf = _whole("x", math.isinf, BOOL, (1.5,))
isfinite = _whole("x", math.isfinite, BOOL, (1.5,))
isclose = _whole(
    "a, b, /, *, rel_tol=1e-09, abs_tol=0.0",
    math.isclose,
    BOOL,
    (1.5, 1.5),
    spelling="math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)",
)
factorial = _whole("n", math.factorial, INT, (5,))
comb = _whole("n, k", math.comb, INT, (5, 2))
perm = _whole("n, k", math.perm, INT, (5, 2))
gcd = _whole("*integers", math.gcd, INT, (6, 4))
lcm = _whole("*integers", math.lcm, INT, (6, 4))
isqrt = _whole("n", math.isqrt, INT, (17,))
remainder: Rule = _two(
    math.remainder, "x, y", [lambda g, z, x, y: g, lambda g, z, x, y: -g * apply("builtin_round", (x - z) / y)], *[(2.5, 0.8), (-2.5, 0.8)]
)
ldexp: Rule = elementwise(
    "math_ldexp",
    "x, i",
    "math.ldexp(x, i)",
    math.ldexp,
    [lambda g, y, x, i: ldexp(g, i), None],
    infer=_float,
    functions=[math.ldexp],
    raises=True,
    at=[point(1.5, 3), point(1.5, -2)],
)
fsum: Rule = linear(
    "math_fsum",
    "values",
    "math.fsum(values)",
    math.fsum,
    [lambda g, y, values: spread(g, values)],
    infer=lambda sizes, values: FLOAT,
    raises=True,
    at=lambda: [point(np.array([0.5, -1.25, 3.0])), point(np.array([1.5]))],
)


def _rounded(x: Any, *, ndigits: int | None = None) -> Any:
    return round(x, ndigits) if ndigits is not None else round(x)


def _round_type(sizes: Sizes, x: Type, *, ndigits: int | None = None) -> Type:
    if isinstance(x, Number):
        return FLOAT if ndigits is not None and x.kind == "float" else x if x.kind == "int" else INT
    return INT if ndigits is None else x


builtin_round = constant(
    "builtin_round",
    "x, /, ndigits=None",
    "round(x, ndigits)",
    _rounded,
    infer=_round_type,
    functions=[round],
    raises=True,
    spell=lambda x, *, ndigits=None: "round(x)" if ndigits is None else "round(x, ndigits)",
    at=[point(1.26), point(1.26, ndigits=1), point(3)],
)

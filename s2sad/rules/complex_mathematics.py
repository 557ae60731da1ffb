"""Functions of Python's `cmath` module: Python numbers in, complex numbers out."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import BOOL, COMPLEX, FLOAT, Type
from s2sad.rules.choices import divide_unless_zero
from s2sad.rules.declare import Rule, constant, elementwise, point
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply


def _complex(sizes: Sizes, *operands: Type) -> Type:
    return COMPLEX


def _one(function: Callable[[complex], complex], formula: Callable[..., Any]) -> Rule:
    """Declare a holomorphic function."""
    name = function.__name__
    return elementwise(
        f"cmath_{name}",
        "z",
        f"cmath.{name}(z)",
        function,
        [formula],
        infer=_complex,
        functions=[function],
        complex=True,
        raises=True,
        at=[point(0.5 + 0.3j), point(-0.4 - 0.8j), point(0.6)],
    )


exp = _one(cmath.exp, lambda g, y, z: g * y)
log10 = _one(cmath.log10, lambda g, y, z: g / (math.log(10) * z))
sqrt = _one(cmath.sqrt, lambda g, y, z: divide_unless_zero(0.5 * g, y))
sin = _one(cmath.sin, lambda g, y, z: g * cos(z))
cos: Rule = _one(cmath.cos, lambda g, y, z: -g * sin(z))
tan = _one(cmath.tan, lambda g, y, z: g * (1 + y * y))
asin = _one(cmath.asin, lambda g, y, z: g / sqrt(1 - z * z))
acos = _one(cmath.acos, lambda g, y, z: -g / sqrt(1 - z * z))
atan = _one(cmath.atan, lambda g, y, z: g / (1 + z * z))
sinh = _one(cmath.sinh, lambda g, y, z: g * cosh(z))
cosh: Rule = _one(cmath.cosh, lambda g, y, z: g * sinh(z))
tanh = _one(cmath.tanh, lambda g, y, z: g * (1 - y * y))
asinh = _one(cmath.asinh, lambda g, y, z: g / sqrt(1 + z * z))
acosh = _one(cmath.acosh, lambda g, y, z: g / (sqrt(z - 1) * sqrt(z + 1)))
atanh = _one(cmath.atanh, lambda g, y, z: g / (1 - z * z))
log = elementwise(
    "cmath_log",
    "z",
    "cmath.log(z)",
    cmath.log,
    [lambda g, y, z: g / z],
    infer=_complex,
    functions=[cmath.log],
    complex=True,
    raises=True,
    at=[point(0.5 + 0.3j), point(-0.4 - 0.8j), point(0.6)],
)
phase = derived(
    "cmath_phase",
    "z",
    "cmath.phase(z)",
    cmath.phase,
    lambda z: apply("math_atan2", apply("imag", z), apply("real", z)),
    infer=lambda sizes, z: FLOAT,
    functions=[cmath.phase],
    complex=True,
    raises=True,
    at=[point(0.5 + 0.3j), point(-0.4 - 0.8j)],
)
rect = derived(
    "cmath_rect",
    "r, phi",
    "cmath.rect(r, phi)",
    cmath.rect,
    lambda r, phi: r * exp(1j * phi),
    infer=_complex,
    functions=[cmath.rect],
    raises=True,
    at=[point(0.5, 0.3), point(2.0, -1.2)],
)
for _function in (cmath.isnan, cmath.isinf, cmath.isfinite):
    constant(
        f"cmath_{_function.__name__}",
        "z",
        f"cmath.{_function.__name__}(z)",
        _function,
        infer=lambda sizes, z: BOOL,
        functions=[_function],
        complex=True,
        at=[point(0.5 + 0.3j)],
    )

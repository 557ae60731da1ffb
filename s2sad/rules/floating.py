"""Parts of floating-point numbers, and repairs of those that are none."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Type, dtype_of, shape_of
from s2sad.rules.declare import Rule, composite, constant, elementwise, point, unsupported
from s2sad.rules.points import real, unary
from s2sad.rules.types import array_or_scalar, broadcast_types, inexact, numeric


def _float_type(sizes: Sizes, x: Type) -> Type:
    numeric("a part of a number", x)
    return array_or_scalar(inexact(str(dtype_of(x))), shape_of(x))


modf_fraction = elementwise(
    "modf_fraction", "x", "np.modf(x)[0]", lambda x: np.modf(x)[0], [lambda g, y, x: g], infer=_float_type, at=unary()
)
modf_whole = constant("modf_whole", "x", "np.modf(x)[1]", lambda x: np.modf(x)[1], infer=_float_type, broadcasts=True, at=unary())
frexp_mantissa: Rule = elementwise(
    "frexp_mantissa",
    "x",
    "np.frexp(x)[0]",
    lambda x: np.frexp(x)[0],
    [lambda g, y, x: ldexp(g, -frexp_exponent(x))],
    infer=_float_type,
    at=unary(0.3, 1.7),
)
frexp_exponent: Rule = constant(
    "frexp_exponent",
    "x",
    "np.frexp(x)[1]",
    lambda x: np.frexp(x)[1],
    infer=lambda sizes, x: array_or_scalar("i4", shape_of(x)),
    broadcasts=True,
    at=unary(0.3, 1.7),
)


def _ldexp_type(sizes: Sizes, x1: Type, x2: Type) -> Type:
    numeric("ldexp", x1, x2)
    return array_or_scalar(inexact(str(dtype_of(x1))), broadcast_types(sizes, x1, x2))


ldexp: Rule = elementwise(
    "ldexp",
    "x1, x2",
    "np.ldexp(x1, x2)",
    np.ldexp,
    [lambda g, y, x1, x2: ldexp(g, x2), None],
    infer=_ldexp_type,
    functions=[np.ldexp],
    at=lambda: [
        point(real(3), 2),
        point(real(2, 3), np.array([1, -1, 0])),
        point(1.5, 3),
        point(np.float64(1.5), np.array([1, 2])),
        point(real(3, dtype="f4"), 1),
        point(real(0), 1),
    ],
)


@composite(np.float_power, at=lambda: [point(real(3, low=0.5), 1.5)])
def float_power(x1: Any, x2: Any, /) -> Any:
    """Powers in double precision."""
    return np.power(np.asarray(x1, dtype=float), np.asarray(x2, dtype=float))


@composite(np.nan_to_num, at=lambda: [point(np.array([1.0, np.nan, np.inf]))])
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Replace nan and infinities."""
    if not copy:
        unsupported("nan_to_num with copy=False")
    x = np.asarray(x)
    limits = np.finfo(x.dtype) if np.issubdtype(x.dtype, np.inexact) else None
    if limits is None:
        return x.copy()
    result = np.where(np.isnan(x), nan, x)
    result = np.where(x == np.inf, limits.max if posinf is None else posinf, result)
    result = np.where(x == -np.inf, limits.min if neginf is None else neginf, result)
    return result[()] if x.ndim == 0 else result


@composite(np.real_if_close, at=lambda: [point(real(3))])
def real_if_close(a: Any, tol: float = 100) -> Any:
    """Leave out imaginary parts that are all but zero; real arrays stay what they are."""
    a = np.asarray(a)
    if np.iscomplexobj(a):
        unsupported("real_if_close of complex numbers: the kind of its result depends on them")
    return a


@composite(np.unwrap, at=lambda: [point(3 * real(5))])
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """Take out jumps of whole periods."""
    p = np.asarray(p)
    step = np.diff(p, axis=axis)
    if discont is None:
        discont = period / 2
    high = period / 2
    wrapped = np.mod(step + high, period) - high
    wrapped = np.where((wrapped == -high) & (step > 0), high, wrapped)
    correction = np.where(np.abs(step) < discont, 0.0, wrapped - step)
    result = np.array(p, copy=True)
    np.moveaxis(result, axis, -1)[..., 1:] = np.moveaxis(p, axis, -1)[..., 1:] + np.moveaxis(np.cumsum(correction, axis=axis), axis, -1)
    return result

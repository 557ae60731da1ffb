"""`logsumexp`, `softmax` and `log_softmax` of `scipy.special`: values to the last bit SciPy's, weights that never overflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.special

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.rules.choices import select
from s2sad.rules.declare import Point, point, primitive
from s2sad.rules.elementwise import exp
from s2sad.rules.formula import apply, keep_axes
from s2sad.rules.points import real
from s2sad.rules.types import inexact, numeric, reduction_type

Axis = int | Sequence[int] | None


def _weights(a: Any, y: Any, axis: Axis, keepdims: bool) -> Any:
    """Return exp(a - y): the softmax; where all terms are zero, zero."""
    finite = select(apply("isinf", y), 0.0, y)
    return exp(a - keep_axes(finite, a, axis, keepdims))


def _reduce(x: Any, axis: Axis, keepdims: bool = False) -> Any:
    return apply("sum", x, axis=axis, keepdims=keepdims)


def _sum_points() -> list[Point]:
    return [
        point(real(3)),
        point(real(2, 3)),
        point(real(2, 3), axis=0),
        point(real(2, 3), axis=1, keepdims=True),
        point(real(2, 3, 2), axis=(0, 2)),
        point(real(3, dtype="f4")),
        point(1.5),
        point(np.float64(0.5)),
        point(np.arange(3)),
    ]


logsumexp = primitive(
    "special_logsumexp",
    "a, /, axis=None, *, keepdims=False",
    "scipy.special.logsumexp(a, axis=axis, keepdims=keepdims)",
    lambda a, *, axis=None, keepdims=False: scipy.special.logsumexp(a, axis=axis, keepdims=keepdims),
    infer=reduction_type(inexact),
    functions=[scipy.special.logsumexp],
    pushforwards=[lambda t, y, a, *, axis=None, keepdims=False: _reduce(_weights(a, y, axis, keepdims) * t, axis, keepdims)],
    pullbacks=[lambda g, y, a, *, axis=None, keepdims=False: keep_axes(g, a, axis, keepdims) * _weights(a, y, axis, keepdims)],
    at=_sum_points,
)


def _softmax_type(sizes: Sizes, x: Type, *, axis: Axis = None) -> Type:
    numeric("softmax", x)
    if isinstance(x, (Number, Scalar)):
        raise UnsupportedError("the softmax of a number is 1.", remedy="write 1.0", code="S2S216")
    return Array(inexact(str(dtype_of(x))), shape_of(x))


def _softmax_points() -> list[Point]:
    return [point(real(3)), point(real(2, 3)), point(real(2, 3), axis=0), point(real(2, 3, 2), axis=(0, 2)), point(real(3, dtype="f4"))]


def _declare(name: str, forward: Callable[..., Any], back: Callable[..., Any]) -> Any:
    function = getattr(scipy.special, name)
    return primitive(
        f"special_{name}",
        "x, /, axis=None",
        f"scipy.special.{name}(x, axis=axis)",
        lambda x, *, axis=None: function(x, axis=axis),
        infer=_softmax_type,
        functions=[function],
        pushforwards=[forward],
        pullbacks=[back],
        at=_softmax_points,
    )


def _turn(t: Any, y: Any, x: Any, *, axis: Axis = None) -> Any:
    """The Jacobian diag(y) - y yᵀ is symmetric."""
    return y * (t - _reduce(y * t, axis, True))


softmax = _declare("softmax", _turn, _turn)
log_softmax = _declare(
    "log_softmax",
    lambda t, y, x, *, axis=None: t - _reduce(exp(y) * t, axis, True),
    lambda g, y, x, *, axis=None: g - exp(y) * _reduce(g, axis, True),
)

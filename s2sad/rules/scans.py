"""Cumulative sums and products, and what their derivatives are made of.

`recurrence` is closed under differentiation, so cumulative products are exact to every order, also where elements are zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Point, Rule, linear, point, primitive
from s2sad.rules.formula import apply, rank, reshaped
from s2sad.rules.points import complex_real, real
from s2sad.rules.reductions import summed_dtype
from s2sad.rules.types import broadcast_types, normal_axis, numeric, product, promoted
from s2sad.runtime.arrays import previous as _previous
from s2sad.runtime.arrays import product_of_others as _product_of_others
from s2sad.runtime.arrays import recurrence as _recurrence


def _scan_type(sizes: Sizes, a: Type, *, axis: int | None = None) -> Type:
    numeric("a cumulative operation", a)
    sides, dtype = shape_of(a), summed_dtype(str(dtype_of(a)))
    if axis is None:
        return Array(dtype, (sizes.fresh("scan") if sides is None else product(sides),))
    if sides is not None:
        normal_axis(axis, len(sides))
    return Array(dtype, sides)


def _scans() -> list[Point]:
    return [
        point(real(4)),
        point(real(2, 3)),
        point(real(2, 3), axis=0),
        point(real(2, 3), axis=-1),
        point(real(0)),
        point(real(3, dtype="f4"), axis=0),
        point(1.5),
        point(np.arange(3)),
        point(np.float64(2.0)),
    ]


def _flip(x: Any, axis: int) -> Any:
    return apply("flip", x, axis=axis)


def _running(x: Any, axis: int | None) -> tuple[Any, int]:
    """Return what is accumulated, and along which axis: everything in one row for None."""
    if axis is not None:
        return x, axis
    return (x if rank(x) == 1 else apply("ravel", x)), 0


def _cumsum_back(g: Any, y: Any, a: Any, *, axis: int | None = None) -> Any:
    along = 0 if axis is None else axis
    back = _flip(cumsum(_flip(g, along), axis=along), along)
    return back if axis is not None else reshaped(back, a)


cumsum = linear(
    "cumsum",
    "a, /, axis=None",
    "np.cumsum(a, axis=axis)",
    lambda a, *, axis=None: np.cumsum(a, axis),
    [_cumsum_back],
    infer=_scan_type,
    functions=[np.cumsum],
    methods=["cumsum"],
    complex=True,
    at=lambda: [*_scans(), point(complex_real(3))],
)


def _shift_type(sizes: Sizes, x: Type, *, axis: int = 0, fill: float = 0.0) -> Type:
    return Array(str(dtype_of(x)), shape_of(x))


# Each element's predecessor, `fill` at the start.
previous: Rule = primitive(
    "previous",
    "x, /, axis=0, fill=0.0",
    "previous(x, axis, fill)",
    lambda x, *, axis, fill=0.0: _previous(x, axis, fill),
    infer=_shift_type,
    complex=True,
    pushforwards=[lambda t, y, x, *, axis, fill=0.0: previous(t, axis=axis)],
    pullbacks=[lambda g, y, x, *, axis, fill=0.0: _flip(previous(_flip(g, axis), axis=axis), axis)],
    spell=lambda x, *, axis, fill=0.0: f"previous(x, {axis}, {fill})",
    at=lambda: [
        point(real(3), axis=0),
        point(real(2, 3), axis=1, fill=1.0),
        point(real(0), axis=0),
        point(real(1), axis=0, fill=1.0),
        point(real(2, dtype="f4"), axis=0),
    ],
)


def _recurrence_type(sizes: Sizes, a: Type, b: Type, *, axis: int = 0) -> Type:
    numeric("a recurrence", a, b)
    return Array(promoted(a, b), broadcast_types(sizes, a, b))


def _reversed_recurrence(g: Any, a: Any, axis: int) -> Any:
    """Return r with ``r[i] = g[i] + a[i + 1] * r[i + 1]``."""
    return _flip(recurrence(previous(_flip(a, axis), axis=axis), _flip(g, axis), axis=axis), axis)


recurrence: Rule = primitive(
    "recurrence",
    "a, b, /, axis=0",
    "recurrence(a, b, axis)",
    lambda a, b, *, axis: _recurrence(a, b, axis),
    infer=_recurrence_type,
    complex=True,
    expensive=True,
    pushforwards=[
        lambda t, y, a, b, *, axis: recurrence(a, t * previous(y, axis=axis), axis=axis),
        lambda t, y, a, b, *, axis: recurrence(a, t, axis=axis),
    ],
    pullbacks=[
        lambda g, y, a, b, *, axis: _reversed_recurrence(g, a, axis) * previous(y, axis=axis),
        lambda g, y, a, b, *, axis: _reversed_recurrence(g, a, axis),
    ],
    spell=lambda a, b, *, axis: f"recurrence(a, b, {axis})",
    at=lambda: [
        point(real(4), real(4, seed=1), axis=0),
        point(real(2, 3), real(2, 3, seed=1), axis=1),
        point(real(0), real(0), axis=0),
        point(np.array([1.0, 0.0, 2.0]), real(3), axis=0),
    ],
)


def _cumprod_forward(t: Any, y: Any, a: Any, *, axis: int | None = None) -> Any:
    x, along = _running(a, axis)
    return recurrence(x, _running(t, axis)[0] * previous(y, axis=along, fill=1.0), axis=along) if rank(a) else reshaped(t, y)


def _cumprod_back(g: Any, y: Any, a: Any, *, axis: int | None = None) -> Any:
    if not rank(a):
        return reshaped(g, a)
    x, along = _running(a, axis)
    back = _reversed_recurrence(g, x, along) * previous(y, axis=along, fill=1.0)
    return back if axis is not None else reshaped(back, a)


cumprod = primitive(
    "cumprod",
    "a, /, axis=None",
    "np.cumprod(a, axis=axis)",
    lambda a, *, axis=None: np.cumprod(a, axis),
    pushforwards=[_cumprod_forward],
    pullbacks=[_cumprod_back],
    infer=_scan_type,
    functions=[np.cumprod],
    methods=["cumprod"],
    complex=True,
    at=lambda: [*_scans(), point(np.array([2.0, 0.0, 3.0, 0.0]))],
)


def _others_slope(k: int, t: Any, y: Any, x: Any, *, axis: int) -> Any:
    """Differentiate (product of what is before) times (product of what is after)."""
    back, turned = _flip(x, axis), _flip(t, axis)
    done, todo = cumprod(x, axis=axis), cumprod(back, axis=axis)
    before, after = previous(done, axis=axis, fill=1.0), _flip(previous(todo, axis=axis, fill=1.0), axis)
    moved_before = previous(_cumprod_forward(t, done, x, axis=axis), axis=axis)
    moved_after = _flip(previous(_cumprod_forward(turned, todo, back, axis=axis), axis=axis), axis)
    return moved_before * after + before * moved_after


# The second derivatives of a product are symmetric: forward and back are one formula.
product_of_others = primitive(
    "product_of_others",
    "x, /, axis=0",
    "product_of_others(x, axis)",
    lambda x, *, axis: _product_of_others(x, axis),
    pushforwards=_others_slope,
    pullbacks=_others_slope,
    infer=lambda sizes, x, *, axis: Array(str(dtype_of(x)), shape_of(x)),
    complex=True,
    expensive=True,
    spell=lambda x, *, axis: f"product_of_others(x, {axis})",
    at=lambda: [
        point(real(4), axis=0),
        point(real(2, 3), axis=1),
        point(np.array([2.0, 0.0, 3.0]), axis=0),
        point(np.array([0.0, 0.0, 3.0, 1.0]), axis=0),
        point(real(0), axis=0),
        point(real(1), axis=0),
        point(real(2, 3, dtype="f4"), axis=0),
    ],
)

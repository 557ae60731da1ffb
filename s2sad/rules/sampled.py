"""Differences, integrals and interpolation of sampled functions.

NumPy computes the values; the derivatives follow from the formulas that its documentation states.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.index import Index, NewAxis, Slice
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import linear, point
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import known_rank
from s2sad.rules.types import array_or_scalar, inexact, normal_axis, number, numeric


def _along(x: Any, axis: int, *items: Any) -> Any:
    """Return ``x[:, items]`` with the items at an axis."""
    axis = normal_axis(axis, known_rank(x))
    return apply("get", x, path=(Index((*[Slice()] * axis, *items)),))


def _steps(x: Any, axis: int) -> Any:
    return _along(x, axis, Slice(1, None)) - _along(x, axis, Slice(None, -1))


def _sums(x: Any, axis: int) -> Any:
    return _along(x, axis, Slice(1, None)) + _along(x, axis, Slice(None, -1))


def _laid(x: Any, axis: int, length: int) -> Any:
    """Return a vector along an axis of an array with so many dimensions."""
    after = length - 1 - normal_axis(axis, length)
    return apply("get", x, path=(Index((Slice(), *[NewAxis()] * after)),)) if after else x


def _diff(a: Any, *, n: Any = 1, axis: int = -1) -> Any:
    for _ in range(number(n)):
        a = _steps(a, axis)
    return a


def _diff_type(sizes: Sizes, a: Type, *, n: Any = 1, axis: int = -1) -> Type:
    numeric("np.diff", a)
    sides = shape_of(a)
    if sides is None:
        return Array(str(dtype_of(a)), None)
    along = normal_axis(axis, len(sides))
    length = sides[along]
    for _ in range(number(n)):
        enough = sizes.at_least(length, 1)
        length = sizes.fresh("steps") if enough is None else length - 1 if enough else length
    return Array(str(dtype_of(a)), (*sides[:along], length, *sides[along + 1 :]))


diff = derived(
    "diff",
    "a, /, n=1, axis=-1",
    "np.diff(a, n=n, axis=axis)",
    lambda a, *, n=1, axis=-1: np.diff(a, number(n), axis),
    _diff,
    infer=_diff_type,
    functions=[np.diff],
    complex=True,
    at=lambda: [
        point(real(4)),
        point(real(2, 4), axis=0),
        point(real(5), n=2),
        point(real(2, 4), n=3, axis=1),
        point(real(1)),
        point(complex_real(3)),
        point(real(3, dtype="f4")),
        point(np.arange(3)),
        point(np.array([True, False, True])),
    ],
)
ediff1d = derived(
    "ediff1d",
    "ary",
    "np.ediff1d(ary)",
    np.ediff1d,
    lambda ary: _steps(apply("ravel", ary), 0),
    functions=[np.ediff1d],
    complex=True,
    at=lambda: [point(real(4)), point(real(2, 3))],
)


def _uniform(f: Any, h: Any, axis: int, order: int) -> Any:
    inner = (_along(f, axis, Slice(2, None)) - _along(f, axis, Slice(None, -2))) / (2.0 * h)
    if order == 1:
        first = _steps(_along(f, axis, Slice(None, 2)), axis) / h
        last = _steps(_along(f, axis, Slice(-2, None)), axis) / h
    else:
        a, b, c = (_along(f, axis, Slice(k, k + 1)) for k in range(3))
        first = (2.0 * b - 1.5 * a - 0.5 * c) / h
        a, b, c = (_along(f, axis, Slice(k, k + 1 if k < -1 else None)) for k in (-3, -2, -1))
        last = (0.5 * a - 2.0 * b + 1.5 * c) / h
    return apply("concatenate", first, inner, last, axis=axis)


def _uneven(f: Any, x: Any, axis: int, order: int) -> Any:
    length = known_rank(f)
    steps = _steps(x, 0)

    def lay(part: Any) -> Any:
        return _laid(part, axis, length)

    one, two = lay(_along(steps, 0, Slice(None, -1))), lay(_along(steps, 0, Slice(1, None)))
    both = one + two
    inner = (
        -two / (one * both) * _along(f, axis, Slice(None, -2))
        + (two - one) / (one * two) * _along(f, axis, Slice(1, -1))
        + one / (two * both) * _along(f, axis, Slice(2, None))
    )
    if order == 1:
        first = _steps(_along(f, axis, Slice(None, 2)), axis) / lay(_along(steps, 0, Slice(None, 1)))
        last = _steps(_along(f, axis, Slice(-2, None)), axis) / lay(_along(steps, 0, Slice(-1, None)))
    else:
        one, two = lay(_along(steps, 0, Slice(None, 1))), lay(_along(steps, 0, Slice(1, 2)))
        a, b, c = (_along(f, axis, Slice(k, k + 1)) for k in range(3))
        both = one + two
        first = -(one + both) / (one * both) * a + both / (one * two) * b - one / (two * both) * c
        one, two = lay(_along(steps, 0, Slice(-2, -1))), lay(_along(steps, 0, Slice(-1, None)))
        a, b, c = (_along(f, axis, Slice(k, k + 1 if k < -1 else None)) for k in (-3, -2, -1))
        both = one + two
        last = two / (one * both) * a - both / (one * two) * b + (two + both) / (two * both) * c
    return apply("concatenate", first, inner, last, axis=axis)


def _slope_type(sizes: Sizes, f: Type, *spacing: Type, axis: int = 0, edge_order: int = 1) -> Type:
    numeric("np.gradient", f)
    return Array(inexact(str(dtype_of(f))), shape_of(f))


def _gradients() -> list[Any]:
    return [
        point(real(5), axis=0),
        point(real(4, 3), axis=0),
        point(real(4, 3), axis=1, edge_order=2),
        point(real(5), axis=0, edge_order=2),
        point(real(2), axis=0),
        point(complex_real(4), axis=0),
        point(real(4, dtype="f4"), axis=0),
        point(np.arange(4), axis=0),
    ]


gradient = derived(
    "gradient",
    "f, /, axis=None, edge_order=1",
    "np.gradient(f, axis=axis, edge_order=edge_order)",
    lambda f, *, axis=0, edge_order=1: np.gradient(f, axis=axis, edge_order=edge_order),
    lambda f, *, axis=0, edge_order=1: _uniform(f, 1.0, axis, edge_order),
    infer=_slope_type,
    complex=True,
    spell=lambda f, *, axis=0, edge_order=1: (
        "np.gradient(f, edge_order=edge_order)" if len(shape_of(f) or ()) == 1 else "np.gradient(f, axis=axis, edge_order=edge_order)"
    ),
    at=_gradients,
)


def _spaced(f: Any, h: Any, *, axis: int = 0, edge_order: int = 1) -> Any:
    return _uneven(f, h, axis, edge_order) if known_rank(h) else _uniform(f, h, axis, edge_order)


gradient_spaced = derived(
    "gradient_spaced",
    "f, h, /, axis=None, edge_order=1",
    "np.gradient(f, h, axis=axis, edge_order=edge_order)",
    lambda f, h, *, axis=0, edge_order=1: np.gradient(f, h, axis=axis, edge_order=edge_order),
    _spaced,
    infer=_slope_type,
    spell=lambda f, h, *, axis=0, edge_order=1: (
        "np.gradient(f, h, edge_order=edge_order)" if len(shape_of(f) or ()) == 1 else "np.gradient(f, h, axis=axis, edge_order=edge_order)"
    ),
    at=lambda: [
        *(point(*one.operands, 0.5, **one.static) for one in _gradients() if dtype_of_point(one) != "c"),
        point(real(5), np.array([0.0, 0.5, 0.7, 1.5, 2.0]), axis=0),
        point(real(5), np.array([0.0, 0.5, 0.7, 1.5, 2.0]), axis=0, edge_order=2),
        point(real(3, 4), np.array([0.0, 0.5, 0.7]), axis=0),
        point(real(3, 4), np.array([0.0, 0.5, 0.7, 1.5]), axis=1, edge_order=2),
    ],
)


def dtype_of_point(sample: Any) -> str:
    """Return the kind of the dtype of the first operand of a point."""
    return str(sample.operands[0].dtype.kind)


def _trapezoid_at(y: Any, x: Any, *, axis: int = -1) -> Any:
    steps = _laid(_steps(x, 0), axis, known_rank(y)) if known_rank(x) == 1 else _steps(x, axis)
    return apply("sum", steps * _sums(y, axis) / 2.0, axis=axis, keepdims=False)


trapezoid = derived(
    "trapezoid",
    "y, dx=1.0, /, axis=-1",
    "np.trapezoid(y, dx=dx, axis=axis)",
    lambda y, dx, *, axis=-1: np.trapezoid(y, dx=dx, axis=axis),
    lambda y, dx, *, axis=-1: apply("sum", dx * _sums(y, axis) / 2.0, axis=axis, keepdims=False),
    complex=True,
    at=lambda: [
        point(real(4), 1.0),
        point(real(2, 4), 0.5),
        point(real(4, 2), 0.5, axis=0),
        point(complex_real(3), 1.0),
        point(np.arange(4), 0.5),
        point(real(3, dtype="f4"), 0.5),
    ],
)
trapezoid_at = derived(
    "trapezoid_at",
    "y, x, /, axis=-1",
    "np.trapezoid(y, x, axis=axis)",
    lambda y, x, *, axis=-1: np.trapezoid(y, x, axis=axis),
    _trapezoid_at,
    complex=True,
    at=lambda: [
        point(real(4), real(4, seed=1)),
        point(real(2, 4), real(4, seed=1)),
        point(real(4, 2), real(4, seed=1), axis=0),
        point(real(2, 4), real(2, 4, seed=1)),
    ],
)


def _interp(x: Any, xp: Any, fp: Any, *, left: Any = None, right: Any = None) -> Any:
    last = apply("length", xp, axis=0) - 2
    found = apply("searchsorted", xp, x, side="right") - 1
    place = apply("where", apply("less", found, 0), 0, apply("where", apply("greater", found, last), last, found))
    before, after = apply("take", xp, place), apply("take", xp, place + 1)
    low, high = apply("take", fp, place), apply("take", fp, place + 1)
    inside = low + (high - low) / (after - before) * (x - before)
    ends = [_along(one, 0, k) for one in (xp, fp) for k in (0, -1)]
    below = ends[2] if left is None else left
    above = ends[3] if right is None else right
    return apply("where", apply("less", x, ends[0]), below, apply("where", apply("greater", x, ends[1]), above, inside))


def _interp_type(sizes: Sizes, x: Type, xp: Type, fp: Type, *, left: Any = None, right: Any = None) -> Type:
    numeric("np.interp", x, xp, fp)
    return array_or_scalar("c16" if str(dtype_of(fp))[0] == "c" else "f8", shape_of(x))


def _grid() -> Any:
    return np.array([0.0, 0.5, 0.7, 1.5, 2.0])


interp = derived(
    "interp",
    "x, xp, fp, /, left=None, right=None",
    "np.interp(x, xp, fp, left=left, right=right)",
    lambda x, xp, fp, *, left=None, right=None: np.interp(x, xp, fp, left, right),
    _interp,
    infer=_interp_type,
    functions=[np.interp],
    complex=True,
    at=lambda: [
        point(np.array([0.2, 1.1, 1.9]), _grid(), real(5)),
        point(0.6, _grid(), real(5)),
        point(np.array([[-1.0, 0.6], [1.7, 3.0]]), _grid(), real(5)),
        point(np.array([-1.0, 0.6, 3.0]), _grid(), real(5), left=0.5, right=-1.0),
        point(np.float64(0.55), _grid(), real(5)),
        point(np.array([0.2, 1.1]), _grid(), complex_real(5)),
    ],
    doc="at a knot the slope to the right; 0 outside",
)
unwrap = linear(
    "unwrap",
    "p, /, discont=None, axis=-1, *, period=6.283185307179586",
    "np.unwrap(p, discont=discont, axis=axis, period=period)",
    lambda p, *, discont=None, axis=-1, period=2 * np.pi: np.unwrap(p, discont, axis, period=period),
    [lambda g, y, p, **static: g],
    infer=lambda sizes, p, **static: Array(inexact(str(dtype_of(p))), shape_of(p)),
    functions=[np.unwrap],
    at=lambda: [
        point(real(5, low=-9.0, high=9.0)),
        point(real(2, 4, low=-9.0, high=9.0), axis=0),
        point(real(4, low=-9, high=9), period=4.0),
    ],
)
unwrap.pushforward = lambda k, t, y, p, **static: t

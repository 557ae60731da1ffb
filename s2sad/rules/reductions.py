"""Reductions: sums, products, extrema, moments.

Ties of `max` and `min` are split evenly; products are exact where elements are zero; `std` of equal numbers has the
derivative 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.graph.sizes import ShapeError, Sizes
from s2sad.graph.types import Type, dtype_of, shape_of
from s2sad.rules import simplify
from s2sad.rules.choices import divide_unless_zero, select
from s2sad.rules.declare import Point, composite, constant, linear, point, primitive
from s2sad.rules.formula import apply, count, keep_axes, not_empty, rank, shape, spread
from s2sad.rules.points import Extra, complex_real, real
from s2sad.rules.types import array_or_scalar, inexact, normal_axes, numeric, product, real_dtype, reduced_shape, reduction_type

STATIC = "a, /, axis=None, *, keepdims=False"


def summed_dtype(dtype: str) -> str:
    """Return the dtype of a sum or product: NumPy widens small integers."""
    return {"b": "i8", "i": "i8", "u": "u8"}.get(dtype[0], dtype)


def reduction_points(
    *, empty: bool = True, complex: bool = False, low: float = -2.0, high: float = 2.0, extra: Extra = ()
) -> Callable[[], list[Point]]:
    """Return points for a reduction: every form of `axis`, `keepdims`, 0-d, size 1, empty, float32, integers."""

    def at() -> list[Point]:
        x, cube = real(2, 3, low=low, high=high), real(2, 3, 2, low=low, high=high)
        points = [
            point(real(3, low=low, high=high)),
            point(x),
            point(x, axis=0),
            point(x, axis=1),
            point(x, axis=-1, keepdims=True),
            point(x, keepdims=True),
            point(cube, axis=(0, 2)),
            point(cube, axis=(0, -1), keepdims=True),
            point(real(3, dtype="f4", low=low, high=high)),
            point(real(low=low, high=high)),
            point(real(1, 3, low=low, high=high), axis=0),
            point(np.float64(high / 2)),
            point(np.arange(4)),
            point(high / 2),
        ]
        if empty:
            points += [point(real(0)), point(real(0, 3), axis=0), point(real(2, 0), axis=0)]
        if complex:
            points += [point(complex_real(2, 3), axis=0)]
        return points + list(extra() if callable(extra) else extra)

    return at


sum_ = linear(
    "sum",
    STATIC,
    "np.sum(a, axis=axis, keepdims=keepdims)",
    lambda a, *, axis=None, keepdims=False: np.sum(a, axis=axis, keepdims=keepdims),
    [lambda g, y, a, *, axis=None, keepdims=False: spread(keep_axes(g, a, axis, keepdims), a)],
    infer=reduction_type(summed_dtype),
    functions=[np.sum],
    methods=["sum"],
    complex=True,
    simplify=simplify.total,
    at=reduction_points(complex=True),
)


def _share_of_mean(g: Any, a: Any, axis: Any) -> Any:
    """Divide by the number of elements, but not a number by zero: it may be Python's, which would raise."""
    sizes = shape(a)
    number = count(a, axis)
    if rank(g) != 0:
        return g / number
    some = None if sizes is None else not_empty(a, product(sizes[k] for k in normal_axes(axis, len(sizes))))
    if some is None:
        return g / apply("maximum", number, 1)
    return g / number if some else g


mean = linear(
    "mean",
    STATIC,
    "np.mean(a, axis=axis, keepdims=keepdims)",
    lambda a, *, axis=None, keepdims=False: np.mean(a, axis=axis, keepdims=keepdims),
    [lambda g, y, a, *, axis=None, keepdims=False: spread(keep_axes(_share_of_mean(g, a, axis), a, axis, keepdims), a)],
    infer=reduction_type(inexact),
    functions=[np.mean],
    methods=["mean"],
    complex=True,
    at=reduction_points(empty=False, complex=True),
)


def product_of_rest(a: Any, axis: Any) -> Any:
    """Return, for each element, the product of all the others that are reduced with it."""
    first, *rest = normal_axes(axis, len(shape(a) or ()))
    others = apply("product_of_others", a, axis=first)
    if rest:
        others = others * product_of_rest(prod(a, axis=first, keepdims=True), tuple(rest))
    return others


prod = primitive(
    "prod",
    STATIC,
    "np.prod(a, axis=axis, keepdims=keepdims)",
    lambda a, *, axis=None, keepdims=False: np.prod(a, axis=axis, keepdims=keepdims),
    pushforwards=[
        lambda t, y, a, *, axis=None, keepdims=False: (
            sum_(t * product_of_rest(a, axis), axis=axis, keepdims=keepdims) if rank(a) != 0 else t
        )
    ],
    pullbacks=[
        lambda g, y, a, *, axis=None, keepdims=False: keep_axes(g, a, axis, keepdims) * product_of_rest(a, axis) if rank(a) != 0 else g
    ],
    infer=reduction_type(summed_dtype),
    functions=[np.prod],
    methods=["prod"],
    complex=True,
    at=reduction_points(
        complex=True, extra=lambda: [point(np.array([2.0, 0.0, 3.0])), point(np.array([[0.0, 0.0, 3.0], [1.0, 2.0, 0.0]]), axis=1)]
    ),
)


def _extremum_type(sizes: Sizes, a: Type, *, axis: Any = None, keepdims: bool = False) -> Type:
    numeric("a reduction", a)
    sides = shape_of(a)
    if sides is not None:
        for k in normal_axes(axis, len(sides)):
            if sides[k].known == 0:
                raise ShapeError("the maximum or minimum of no elements has no value")
    return array_or_scalar(str(dtype_of(a)), reduced_shape(sides, axis, keepdims))


def _winners(y: Any, a: Any, axis: Any, keepdims: bool) -> tuple[Any, Any]:
    """Return where the extremum is attained, and how often."""
    hit = apply("equal", a, keep_axes(y, a, axis, keepdims))
    return hit, sum_(hit, axis=axis, keepdims=keepdims)


def _extremum_forward(t: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    if rank(a) == 0:
        return t
    hit, ties = _winners(y, a, axis, keepdims)
    return sum_(select(hit, t, 0.0), axis=axis, keepdims=keepdims) / ties


def _extremum_back(g: Any, y: Any, a: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    if rank(a) == 0:
        return g
    hit, ties = _winners(y, a, axis, keepdims)
    return select(hit, keep_axes(g / ties, a, axis, keepdims), 0.0)


def _extremum(name: str, *functions: Any, missing: bool = False) -> Any:
    function = functions[0]
    gaps = [point(np.array([1.0, np.nan, 3.0])), point(np.array([[1.0, np.nan], [np.nan, 2.0]]), axis=0)] if missing else []
    return primitive(
        name,
        STATIC,
        f"np.{name}(a, axis=axis, keepdims=keepdims)",
        lambda a, *, axis=None, keepdims=False: function(a, axis=axis, keepdims=keepdims),
        pushforwards=[_extremum_forward],
        pullbacks=[_extremum_back],
        infer=_extremum_type,
        functions=functions,
        methods=[] if missing else [name],
        at=reduction_points(empty=False, extra=lambda: gaps or [point(real(0, 2), axis=1)]),
    )


max_ = _extremum("max", np.max, np.amax)
min_ = _extremum("min", np.min, np.amin)
nanmax, nanmin = _extremum("nanmax", np.nanmax, missing=True), _extremum("nanmin", np.nanmin, missing=True)


def _variance_type(sizes: Sizes, a: Type, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Type:
    numeric("a variance", a)
    return array_or_scalar(real_dtype(inexact(str(dtype_of(a)))), reduced_shape(shape_of(a), axis, keepdims))


def _deviation(a: Any, axis: Any) -> Any:
    return a - mean(a, axis=axis, keepdims=True)


def _freedom(a: Any, axis: Any, ddof: float) -> Any:
    return count(a, axis) - ddof if ddof else count(a, axis)


MOMENT = "a, /, axis=None, *, ddof=0, keepdims=False"

var = primitive(
    "var",
    MOMENT,
    "np.var(a, axis=axis, ddof=ddof, keepdims=keepdims)",
    lambda a, *, axis=None, ddof=0, keepdims=False: np.var(a, axis=axis, ddof=ddof, keepdims=keepdims),
    pushforwards=[
        lambda t, y, a, *, axis=None, ddof=0, keepdims=False: (
            2.0 * sum_(_deviation(a, axis) * t, axis=axis, keepdims=keepdims) / _freedom(a, axis, ddof)
        )
    ],
    pullbacks=[
        lambda g, y, a, *, axis=None, ddof=0, keepdims=False: (
            2.0 * keep_axes(g, a, axis, keepdims) * _deviation(a, axis) / _freedom(a, axis, ddof)
        )
    ],
    infer=_variance_type,
    functions=[np.var],
    methods=["var"],
    at=reduction_points(empty=False, extra=lambda: [point(real(4), ddof=1), point(real(2, 3), axis=1, ddof=1)]),
)


def _std_slope(y: Any, a: Any, axis: Any, ddof: float, keepdims: bool) -> Any:
    """Return the deviation over the standard deviation; 0 where all elements are equal."""
    return divide_unless_zero(_deviation(a, axis), keep_axes(y, a, axis, keepdims) * _freedom(a, axis, ddof))


std = primitive(
    "std",
    MOMENT,
    "np.std(a, axis=axis, ddof=ddof, keepdims=keepdims)",
    lambda a, *, axis=None, ddof=0, keepdims=False: np.std(a, axis=axis, ddof=ddof, keepdims=keepdims),
    pushforwards=[
        lambda t, y, a, *, axis=None, ddof=0, keepdims=False: sum_(_std_slope(y, a, axis, ddof, keepdims) * t, axis=axis, keepdims=keepdims)
    ],
    pullbacks=[
        lambda g, y, a, *, axis=None, ddof=0, keepdims=False: keep_axes(g, a, axis, keepdims) * _std_slope(y, a, axis, ddof, keepdims)
    ],
    infer=_variance_type,
    functions=[np.std],
    methods=["std"],
    at=reduction_points(empty=False, extra=lambda: [point(real(4), ddof=1), point(real(2, 3), axis=1, ddof=1)]),
)


def _counted(dtype: str) -> Callable[..., Type]:
    return reduction_type(lambda operand: dtype)


def _position_type(sizes: Sizes, a: Type, *, axis: int | None = None, keepdims: bool = False) -> Type:
    numeric("argmax", a)
    return array_or_scalar("i8", reduced_shape(shape_of(a), axis, keepdims))


def _single_axis() -> list[Point]:
    return [p for p in reduction_points(empty=False)() if not isinstance(p.static.get("axis"), tuple)]


_functions: tuple[tuple[str, Callable[..., Any]], ...] = (("argmax", np.argmax), ("argmin", np.argmin))
for _name, _function in _functions:
    constant(
        _name,
        "a, /, axis=None, *, keepdims=False",
        f"np.{_name}(a, axis=axis, keepdims=keepdims)",
        lambda a, *, axis=None, keepdims=False, _function=_function: _function(a, axis=axis, keepdims=keepdims),
        infer=_position_type,
        functions=[_function],
        methods=[_name],
        at=_single_axis,
    )
_functions = (("any", np.any), ("all", np.all))
for _name, _function in _functions:
    constant(
        _name,
        STATIC,
        f"np.{_name}(a, axis=axis, keepdims=keepdims)",
        lambda a, *, axis=None, keepdims=False, _function=_function: _function(a, axis=axis, keepdims=keepdims),
        infer=_counted("b1"),
        functions=[_function],
        methods=[_name],
        complex=True,
        at=reduction_points(),
    )
constant(
    "count_nonzero",
    "a, /, axis=None, *, keepdims=False",
    "np.count_nonzero(a, axis=axis, keepdims=keepdims)",
    lambda a, *, axis=None, keepdims=False: (
        np.int64(np.count_nonzero(a)) if axis is None and not keepdims else np.count_nonzero(a, axis=axis, keepdims=keepdims)
    ),
    infer=_counted("i8"),
    functions=[np.count_nonzero],
    complex=True,
    at=lambda: [p for p in reduction_points()() if p.static.get("axis") is not None],
)


@composite(np.ptp, at=lambda: [point(real(4)), point(real(2, 3), axis=1)])
def ptp(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """Largest minus smallest."""
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)

"""Sorting, and what is read off sorted elements: medians and quantiles.

Where elements are equal, the earlier one comes first: derivatives go by stable position.

A quantile is a weighted sum of at most two elements.  Applied to the *ranks* 0, 1, 2, ... of the elements it gives the place
between ranks that it reads; the weight of an element falls linearly from 1 to 0 with the distance of its rank from there.  That
holds for every method of interpolation, for medians, and, with ranks nan for nan, for the variants that pass over nan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Scalar, Type, dtype_of, shape_of
from s2sad.rules.choices import select
from s2sad.rules.declare import Formula, Rule, constant, point, primitive
from s2sad.rules.formula import apply, count, keep_axes, rank, reshaped
from s2sad.rules.moves import scattered
from s2sad.rules.points import real
from s2sad.rules.types import array_or_scalar, inexact, normal_axes, numeric, product, promoted, reduced_shape
from s2sad.runtime.arrays import ranks as _ranks


def _sorted_type(sizes: Sizes, a: Type, *, axis: int | None = -1, **static: Any) -> Type:
    numeric("a sort", a)
    sides = shape_of(a)
    if axis is None:
        return Array(str(dtype_of(a)), (sizes.fresh("sort") if sides is None else product(sides),))
    return Array(str(dtype_of(a)), sides)


def _in_order(t: Any, a: Any, axis: int | None) -> Any:
    """Bring `t` into the order that sorts `a`."""
    if axis is None and rank(a) != 1:
        return _in_order(apply("ravel", t), apply("ravel", a), 0)
    axis = 0 if axis is None else axis
    order = apply("argsort", a, axis=axis, kind="stable")
    return apply("take", t, order, axis=0) if rank(a) == 1 else apply("take_along_axis", t, order, axis=axis)


def _back_in_place(g: Any, a: Any, axis: int | None) -> Any:
    """Bring a cotangent of the sorted elements back to where they were."""
    if axis is None and rank(a) != 1:
        flat = apply("ravel", a)
        return reshaped(_back_in_place(g, flat, 0), a)
    axis = 0 if axis is None else axis
    place = apply("ranks", a, axis=axis)
    return apply("take", g, place, axis=0) if rank(a) == 1 else apply("take_along_axis", g, place, axis=axis)


sort = primitive(
    "sort",
    "a, /, axis=-1, kind=None",
    "np.sort(a, axis=axis, kind=kind)",
    lambda a, *, axis=-1, kind=None: np.sort(a, axis, kind),
    infer=_sorted_type,
    pushforwards=[lambda t, y, a, *, axis=-1, kind=None: _in_order(t, a, axis)],
    pullbacks=[lambda g, y, a, *, axis=-1, kind=None: _back_in_place(g, a, axis)],
    functions=[np.sort],
    at=lambda: [
        point(real(4)),
        point(real(2, 3), axis=0),
        point(real(2, 3)),
        point(real(2, 3), axis=None),
        point(real(0)),
        point(real(1, 3)),
        point(real(3, dtype="f4")),
        point(np.arange(3)[::-1]),
    ],
)


def _partition_back(g: Any, y: Any, a: Any, *, kth: Any, axis: int | None = -1) -> Any:
    # Both are brought into sorted order, which is one for both.
    if axis is None and rank(a) != 1:
        return reshaped(_back_in_place(_in_order(g, y, 0), apply("ravel", a), 0), a)
    return _back_in_place(_in_order(g, y, axis), a, axis)


def _partition_forward(t: Any, y: Any, a: Any, *, kth: Any, axis: int | None = -1) -> Any:
    return _back_in_place(_in_order(t, a, axis), y, 0 if axis is None else axis)


partition = primitive(
    "partition",
    "a, /, kth=0, axis=-1",
    "np.partition(a, kth, axis=axis)",
    lambda a, *, kth, axis=-1: np.partition(a, kth, axis),
    infer=_sorted_type,
    pushforwards=[_partition_forward],
    pullbacks=[_partition_back],
    functions=[np.partition],
    raises=True,
    at=lambda: [
        point(real(5), kth=2),
        point(real(3, 4), kth=(1, 2)),
        point(real(3, 2), kth=1, axis=0),
        point(real(2, 3), kth=3, axis=None),
    ],
)


def _unique_type(sizes: Sizes, ar: Type) -> Type:
    numeric("unique", ar)
    return Array(str(dtype_of(ar)), (sizes.fresh("unique"),))


# The first of equal elements stands for them.
unique = primitive(
    "unique",
    "ar",
    "np.unique(ar)",
    np.unique,
    infer=_unique_type,
    pushforwards=[lambda t, y, ar: apply("take", t, apply("unique_fact", ar, wanted="index"), axis=None)],
    pullbacks=[lambda g, y, ar: scattered(g, ar, apply("unique_fact", ar, wanted="index"))],
    at=lambda: [point(real(4)), point(real(2, 2)), point(np.array([3, 1, 3]))],
)


def _ranks_type(sizes: Sizes, a: Type, *, axis: Any = None, skip: bool = False) -> Type:
    return Array("f8" if skip else "i8", shape_of(a))


ranks = constant(
    "ranks",
    "a, /, axis=None, skip=False",
    "ranks(a, axis, skip)",
    lambda a, *, axis=None, skip=False: _ranks(a, axis, skip),
    infer=_ranks_type,
    spell=lambda a, *, axis=None, skip=False: f"ranks(a, {axis}{', True' if skip else ''})",
    at=lambda: [
        point(real(4)),
        point(real(2, 3), axis=0),
        point(real(2, 3, 2), axis=(0, 2)),
        point(np.array([1.0, np.nan, 0.0]), skip=True),
        point(real(2, 3)),
    ],
)


def _place(a: Any, axis: Any, keepdims: bool, read: Callable[[Any], Any], skip: bool, levels: int) -> Any:
    """Return how far the rank of each element is from the place that is read; leading axes are those of the levels."""
    standing = ranks(a, axis=axis, skip=skip)
    where = read(standing)
    if levels:
        inner = normal_axes(axis, rank(a) or 0)
        if not keepdims and inner:
            where = apply("expand_dims", where, axis=tuple(levels + k for k in inner))
    else:
        where = keep_axes(where, a, axis, keepdims)
    return standing - where


def _hat(distance: Any, a: Any, skip: bool) -> Any:
    """Return the weight of each element."""
    weight = apply("maximum", 1.0 - apply("absolute", distance), 0.0)
    return select(apply("isnan", a), 0.0, weight) if skip else weight


# How far the place that is read moves with the level: with the number of elements, plus this.
_STEPS = {
    "linear": -1.0,
    "weibull": 1.0,
    "hazen": 0.0,
    "interpolated_inverted_cdf": 0.0,
    "median_unbiased": 1 / 3,
    "normal_unbiased": 1 / 4,
}


_PICKED = ("lower", "higher", "nearest", "inverted_cdf", "closest_observation")  # methods that give one of the elements


def _climb(distance: Any, a: Any, axis: Any, skip: bool, method: str, scale: float, inner: tuple[int, ...]) -> Any:
    """Return how the quantile changes with the level: the slope between the elements on both sides."""
    if method not in _STEPS:
        return None
    near = apply("less_equal", apply("absolute", distance), 1.0)
    beside = select(apply("equal", apply("absolute", distance), 1.0), 0.5, 1.0)
    weight = select(near, apply("sign", distance) * beside, 0.0)
    part = select(apply("isnan", a), 0.0, weight * select(apply("isnan", a), 0.0, a)) if skip else weight * a
    number = apply("sum", apply("logical_not", apply("isnan", a)), axis=axis, keepdims=True) if skip else count(a, axis)
    return apply("sum", part * ((number + _STEPS[method]) / scale), axis=inner, keepdims=False)


def _typed(weight: Any, a: Any) -> Any:
    """Give weights the dtype of the elements."""
    dtype = inexact(str(dtype_of(a.type))) if hasattr(a, "type") else str(np.asarray(a).dtype.str[1:])
    if dtype == "f8":
        return weight
    sides = shape_of(weight.type) if hasattr(weight, "type") else np.shape(weight)
    return apply("cast", weight, kind=Array(dtype, sides))


def _reduction(
    name: str, signature: str, spelling: str, function: Formula, *, skip: bool, infer: Formula, scale: float = 1.0, points: Any
) -> Rule:
    """Declare a median or a quantile: linear in the elements while their order stays."""

    def parts(a: Any, level: tuple[Any, ...], axis: Any, keepdims: bool, static: dict[str, Any]) -> tuple[Any, int, tuple[int, ...]]:
        levels = (rank(level[0]) or 0) if level else 0
        distance = _place(a, axis, keepdims, lambda r: rule(r, *level, axis=axis, keepdims=keepdims, **static), skip, levels)
        return distance, levels, tuple(levels + one for one in normal_axes(axis, rank(a) or 0))

    def climb(distance: Any, a: Any, axis: Any, keepdims: bool, static: dict[str, Any], inner: tuple[int, ...]) -> Any:
        slope = _climb(distance, a, axis, skip, static.get("method", "linear"), scale, inner)
        return apply("expand_dims", slope, axis=inner) if slope is not None and keepdims and inner else slope

    def push(k: int, t: Any, y: Any, a: Any, *level: Any, axis: Any = None, keepdims: bool = False, **static: Any) -> Any:
        distance, levels, inner = parts(a, level, axis, keepdims, static)
        if k == 0:
            return apply("sum", _typed(_hat(distance, a, skip), a) * t, axis=inner, keepdims=keepdims)
        slope = climb(distance, a, axis, keepdims, static, inner)
        if slope is None or not levels:
            return None if slope is None else slope * t
        following = tuple(range(levels, rank(y) or levels))
        return slope * (apply("expand_dims", t, axis=following) if following else t)

    def pull(k: int, g: Any, y: Any, a: Any, *level: Any, axis: Any = None, keepdims: bool = False, **static: Any) -> Any:
        distance, levels, inner = parts(a, level, axis, keepdims, static)
        if k:
            slope = climb(distance, a, axis, keepdims, static, inner)
            following = tuple(range(levels, rank(y) or levels))
            return None if slope is None else apply("sum", g * slope, axis=following, keepdims=False) if following else g * slope
        weight = _typed(_hat(distance, a, skip), a)
        if levels:
            spread = g if keepdims or not inner else apply("expand_dims", g, axis=inner)
            return apply("sum", weight * spread, axis=tuple(range(levels)), keepdims=False)
        return weight * keep_axes(g, a, axis, keepdims)

    rule: Rule = primitive(
        name,
        signature,
        spelling,
        function,
        infer=infer,
        pushforwards=push,
        pullbacks=pull,
        functions=[getattr(np, name)],
        raises=True,
        at=points,
    )
    return rule


def _median_type(sizes: Sizes, a: Type, *, axis: Any = None, keepdims: bool = False) -> Type:
    numeric("a median", a)
    return array_or_scalar(inexact(str(dtype_of(a))), reduced_shape(shape_of(a), axis, keepdims))


def _quantile_type(sizes: Sizes, a: Type, q: Type, *, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Type:
    numeric("a quantile", a, q)
    inner, outer = reduced_shape(shape_of(a), axis, keepdims), shape_of(q)
    dtype = inexact(str(dtype_of(a)))
    if method in _PICKED:
        dtype = str(dtype_of(a))
    elif isinstance(q, (Array, Scalar)):
        dtype = promoted(Array(dtype, ()), q)
    if inner is None or outer is None:
        return Array(dtype, None)
    return array_or_scalar(dtype, (*outer, *inner))


def _medians(missing: bool = False) -> Any:
    def at() -> list[Any]:
        points = [
            point(real(4)),
            point(real(5)),
            point(real(2, 3)),
            point(real(2, 3), axis=0),
            point(real(2, 3), axis=1, keepdims=True),
            point(real(2, 3, 2), axis=(0, 2)),
            point(real(3, dtype="f4")),
            point(real(2, 3), keepdims=True),
        ]
        return [*points, point(np.array([1.0, np.nan, 3.0, 2.0]))] if missing else points

    return at


def _quantiles(scale: float, missing: bool = False) -> Any:
    def at() -> list[Any]:
        points = [
            point(real(4), 0.3 * scale),
            point(real(5), np.array([0.1, 0.5]) * scale),
            point(real(2, 3), 0.6 * scale, axis=0),
            point(real(2, 3), np.array([0.2, 0.7]) * scale, axis=1),
            point(real(2, 3), np.array([0.2, 0.7]) * scale, axis=0, keepdims=True),
            point(real(4), 0.3 * scale, method="lower"),
            point(real(4), 0.3 * scale, method="hazen"),
            point(real(4), 0.3 * scale, method="midpoint"),
            point(real(2, 3, 2), 0.35 * scale, axis=(0, 2)),
        ]
        return [*points, point(np.array([1.0, np.nan, 3.0, 2.0]), 0.4 * scale)] if missing else points

    return at


def _of_one(function: Callable[..., Any]) -> Formula:
    return lambda a, *, axis=None, keepdims=False: function(a, axis, keepdims=keepdims)


def _of_levels(function: Callable[..., Any]) -> Formula:
    return lambda a, q, *, axis=None, method="linear", keepdims=False: function(a, q, axis, method=method, keepdims=keepdims)


for _name, _skip in (("median", False), ("nanmedian", True)):
    _reduction(
        _name,
        "a, /, axis=None, *, keepdims=False",
        f"np.{_name}(a, axis=axis, keepdims=keepdims)",
        _of_one(getattr(np, _name)),
        skip=_skip,
        infer=_median_type,
        points=_medians(_skip),
    )
for _name, _scale, _skip in (
    ("quantile", 1.0, False),
    ("percentile", 100.0, False),
    ("nanquantile", 1.0, True),
    ("nanpercentile", 100.0, True),
):
    _reduction(
        _name,
        "a, q, /, axis=None, *, method='linear', keepdims=False",
        f"np.{_name}(a, q, axis=axis, method=method, keepdims=keepdims)",
        _of_levels(getattr(np, _name)),
        skip=_skip,
        infer=_quantile_type,
        scale=_scale,
        points=_quantiles(_scale, _skip),
    )

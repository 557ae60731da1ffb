"""Methods of ufuncs that no reduction of NumPy stands for, as plain Python: one element after the other, as NumPy does."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Rule, point, primitive
from s2sad.rules.formula import apply, rank
from s2sad.rules.moves import positions, replaced, scattered
from s2sad.rules.points import real
from s2sad.rules.reductions import summed_dtype
from s2sad.rules.types import normal_axis, numeric
from s2sad.runtime.arrays import segment_spread as _segment_spread


def folded(function: Any, array: Any, axis: Any, keepdims: Any, identity: Any) -> Any:
    """``function.reduce(array, axis, keepdims=keepdims)``."""
    array = np.asarray(array)
    if axis is None:
        moved = array.ravel()
    elif isinstance(axis, tuple):
        moved = np.moveaxis(array, axis, tuple(range(len(axis))))
        moved = moved.reshape((-1, *moved.shape[len(axis) :]))
    else:
        moved = np.moveaxis(array, axis, 0)
    if len(moved) == 0:
        if identity is None:
            raise ValueError("zero-size array to a reduction operation which has no identity")
        total = np.sum(moved, axis=0) + identity
    else:
        total = moved[0]
        for i in range(1, len(moved)):
            total = function(total, moved[i])
    if keepdims:
        return np.reshape(total, (1,) * array.ndim) if axis is None else np.expand_dims(total, axis)
    return total if np.ndim(total) == 0 else np.array(total)


def accumulated(function: Any, array: Any, axis: Any) -> Any:
    """``function.accumulate(array, axis)``."""
    array = np.asarray(array)
    result = np.array(array)
    for i in range(1, array.shape[axis]):
        np.moveaxis(result, axis, 0)[i] = function(np.moveaxis(result, axis, 0)[i - 1], np.moveaxis(array, axis, 0)[i])
    return result


def reduced_at(reduce: Any, array: Any, indices: Any, axis: Any) -> Any:
    """``function.reduceat(array, indices, axis)``."""
    moved = np.moveaxis(np.asarray(array), axis, 0)
    parts = []
    for i in range(len(indices)):
        first = indices[i]
        last = indices[i + 1] if i + 1 < len(indices) else len(moved)
        parts.append(reduce(moved[first:last]) if first < last else moved[first])
    return np.moveaxis(np.array(parts), 0, axis)


def _segments_type(sizes: Sizes, a: Type, indices: Type, *, axis: int = 0) -> Type:
    numeric("reduceat", a)
    sides, picks = shape_of(a), shape_of(indices)
    if sides is None or picks is None:
        return Array(summed_dtype(str(dtype_of(a))), None)
    return Array(summed_dtype(str(dtype_of(a))), replaced(sides, normal_axis(axis, len(sides)), picks[0]))


def _gathered_type(sizes: Sizes, g: Type, indices: Type, like: Type, *, axis: int = 0) -> Type:
    return Array(str(dtype_of(g)), shape_of(like))


add_reduceat: Rule = primitive(
    "add_reduceat",
    "a, indices, /, axis=0",
    "np.add.reduceat(a, indices, axis=axis)",
    lambda a, indices, *, axis=0: np.add.reduceat(a, indices, axis),
    infer=_segments_type,
    raises=True,
    complex=True,
    pushforwards=[lambda t, y, a, indices, *, axis=0: add_reduceat(t, indices, axis=axis), None],
    pullbacks=[lambda g, y, a, indices, *, axis=0: segment_spread(g, indices, a, axis=axis), None],
    at=lambda: [
        point(real(6), np.array([0, 2, 5])),
        point(real(6), np.array([3, 1, 4])),
        point(real(2, 4), np.array([0, 2]), axis=1),
        point(real(4, 2), np.array([0, 3])),
    ],
)
# The transpose of `np.add.reduceat`: each element gets the sum of the cotangents of the segments that it is in.
segment_spread: Rule = primitive(
    "segment_spread",
    "g, indices, like, /, axis=0",
    "segment_spread(g, indices, like, axis)",
    lambda g, indices, like, *, axis=0: _segment_spread(g, indices, like, axis),
    infer=_gathered_type,
    complex=True,
    spell=lambda g, indices, like, *, axis=0: f"segment_spread(g, indices, like, {axis})",
    pushforwards=[lambda t, y, g, indices, like, *, axis=0: segment_spread(t, indices, like, axis=axis), None, None],
    pullbacks=[lambda h, y, g, indices, like, *, axis=0: add_reduceat(h, indices, axis=axis), None, None],
    at=lambda: [point(real(3), np.array([3, 1, 4]), real(6)), point(real(2, 2), np.array([0, 2]), real(2, 4), axis=1)],
)


def applied_at(function: Any, a: Any, indices: Any, *values: Any) -> None:
    """``function.at(a, indices, *values)``: every mention of an element counts."""
    places = np.asarray(indices)
    if places.ndim == 0:
        a[indices] = function(a[indices], *values)
        return
    spread = [np.broadcast_to(value, (*places.shape, *a.shape[1:])) for value in values]
    for i in range(len(places)):
        a[places[i]] = function(a[places[i]], *[value[i] for value in spread])


def applied_once(function: Any, a: Any, index: Any, *values: Any) -> None:
    """``function.at(a, index, *values)`` of an index that mentions no element twice."""
    a[index] = function(a[index], *values)


def _running_type(sizes: Sizes, a: Type, *, axis: int = 0) -> Type:
    numeric("a running extremum", a)
    sides = shape_of(a)
    if sides is not None:
        normal_axis(axis, len(sides))
    return Array(str(dtype_of(a)), sides)


def _places(y: Any, a: Any, axis: int) -> Any:
    """Return where the running extremum was last attained."""
    length = rank(a) or 1
    axis = normal_axis(axis, length)
    numbers = apply("arange", apply("length", a, axis=axis))
    if axis < length - 1:
        numbers = apply("expand_dims", numbers, axis=tuple(range(1, length - axis)))
    return running_maximum(apply("where", apply("equal", a, y), numbers, 0), axis=axis)


def _running_forward(t: Any, y: Any, a: Any, *, axis: int = 0) -> Any:
    return apply("take_along_axis", t, _places(y, a, axis), axis=axis)


def _running_back(g: Any, y: Any, a: Any, *, axis: int = 0) -> Any:
    return scattered(g, a, apply("take_along_axis", positions(a), _places(y, a, axis), axis=axis))


def _running(function: np.ufunc) -> Rule:
    name = function.__name__
    return primitive(
        f"running_{name}",
        "a, /, axis=0",
        f"np.{name}.accumulate(a, axis=axis)",
        lambda a, *, axis=0: function.accumulate(a, axis),
        infer=_running_type,
        pushforwards=[_running_forward],
        pullbacks=[_running_back],
        at=lambda: [point(real(5)), point(real(3, 4)), point(real(3, 4), axis=1), point(real(2, 3, 2), axis=1), point(np.arange(3))],
    )


running_maximum = _running(np.maximum)
running_minimum = _running(np.minimum)

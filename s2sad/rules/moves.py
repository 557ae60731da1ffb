"""Operations that carry each element of an array to some places of another one.

Whatever such an operation does, applied to the *positions* of the elements it tells where each element of the result comes from.
So one pull-back serves them all: the cotangent is added up at those positions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Fancy, Index
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Formula, Rule, constant, point, primitive
from s2sad.rules.formula import apply, rank, reshaped, zeros_of
from s2sad.rules.points import complex_real, real
from s2sad.rules.rearrange import widths
from s2sad.rules.types import ONE, Shape, array_or_scalar, broadcast_shapes, lengths, normal_axis, numeric, product, sizes_of

positions = constant(
    "positions",
    "a",
    "np.arange(a.size).reshape(a.shape)",
    lambda a: np.arange(np.size(a)).reshape(np.shape(a)),
    infer=lambda sizes, a: Array("i8", shape_of(a)),
    complex=True,
    spell=lambda a: "np.arange(len(a))" if isinstance(a, Array) and a.rank == 1 else "np.arange(a.size).reshape(a.shape)",
    at=lambda: [point(real(3)), point(real(2, 3)), point(real()), point(real(0))],
)


def scattered(g: Any, a: Any, where: Any) -> Any:
    """Add `g` up at positions of an array of zeros like `a`."""
    length = rank(a)
    if length is None:
        raise UnsupportedError("elements are moved in an array of unknown rank.", code="S2S213")
    if length == 0:
        return apply("sum", g, axis=None, keepdims=False)
    if length == 1:
        return apply("add_at", zeros_of(a), g, where, path=(Index((Fancy(0),)),))
    # Into a vector: whether a flat view of zeros like `a` is one depends on how `a` lies in memory.
    return reshaped(apply("add_at", zeros_of(apply("ravel", a)), g, where, path=(Index((Fancy(0),)),)), a)


def moving(name: str, signature: str, spelling: str, evaluate: Formula, *, infer: Formula, **facts: Any) -> Rule:
    """Declare an operation whose first operand is moved; the others (indices, counts, masks) are passive."""

    def push(k: int, t: Any, y: Any, a: Any, *others: Any, **static: Any) -> Any:
        return rule(t, *others, **static) if k == 0 else None

    def pull(k: int, g: Any, y: Any, a: Any, *others: Any, **static: Any) -> Any:
        return scattered(g, a, rule(positions(a), *others, **static)) if k == 0 else None

    rule = primitive(name, signature, spelling, evaluate, infer=infer, pushforwards=push, pullbacks=pull, complex=True, **facts)
    return rule


def facts_of(a: Type) -> tuple[str, Shape]:
    """Return the dtype and the shape of what is moved."""
    numeric("a selection", a)
    return str(dtype_of(a)), shape_of(a)


def replaced(sides: tuple[Size, ...], axis: int, size: Size) -> tuple[Size, ...]:
    """Return a shape with another length on one axis."""
    return tuple(size if k == axis else side for k, side in enumerate(sides))


def _along(what: str) -> Callable[..., Type]:
    """Return the type rule of an operation that changes the length of an axis (of the flat array for None) in a way known at run time."""

    def infer(sizes: Sizes, a: Type, *others: Type, axis: int | None = None, **static: Any) -> Type:
        dtype, sides = facts_of(a)
        fresh = sizes.fresh(what)
        if axis is None:
            return Array(dtype, (fresh,))
        return Array(dtype, None if sides is None else replaced(sides, normal_axis(axis, len(sides)), fresh))

    return infer


repeat_each = moving(
    "repeat_each",
    "a, repeats, /, axis=None",
    "np.repeat(a, repeats, axis=axis)",
    lambda a, repeats, *, axis=None: np.repeat(a, repeats, axis),
    infer=_along("repeat"),
    raises=True,
    at=lambda: [
        point(real(3), np.array([2, 0, 1])),
        point(real(2, 3), np.array([1, 2]), axis=0),
        point(real(2, 3), 2, axis=1),
        point(real(2, 2), np.array([1, 0, 2, 1])),
        point(1.5, 2),
    ],
)
compress = moving(
    "compress",
    "a, condition, /, axis=None",
    "np.compress(condition, a, axis=axis)",
    lambda a, condition, *, axis=None: np.compress(condition, a, axis),
    infer=_along("compress"),
    raises=True,
    at=lambda: [
        point(real(3), np.array([True, False, True])),
        point(real(2, 3), np.array([False, True]), axis=0),
        point(real(2, 3), np.array([False, True, True, False])),
    ],
)
extract = moving(
    "extract",
    "a, condition",
    "np.extract(condition, a)",
    lambda a, condition: np.extract(condition, a),
    infer=_along("extract"),
    raises=True,
    at=lambda: [point(real(3), np.array([True, False, True])), point(real(2, 3), real(2, 3) > 0)],
)
delete = moving(
    "delete",
    "a, places, /, axis=None",
    "np.delete(a, places, axis=axis)",
    lambda a, places, *, axis=None: np.delete(a, places, axis),
    infer=_along("delete"),
    raises=True,
    at=lambda: [
        point(real(3), 1),
        point(real(2, 3), np.array([0, 2]), axis=1),
        point(real(2, 3), np.array([0, 2])),
        point(real(4), np.array([True, False, False, True])),
    ],
)


def _pad_type(sizes: Sizes, array: Type, *, pad_width: Any, mode: str = "constant") -> Type:
    dtype, sides = facts_of(array)
    if sides is None:
        return Array(dtype, None)
    return Array(dtype, tuple(size + before + after for size, (before, after) in zip(sides, widths(pad_width, len(sides)), strict=True)))


# The modes of `np.pad` that repeat elements.
pad_repeated = moving(
    "pad_repeated",
    "array, /, pad_width=0, mode='constant'",
    "np.pad(array, pad_width, mode=mode)",
    lambda array, *, pad_width, mode: np.pad(array, pad_width, mode),
    infer=_pad_type,
    raises=True,
    at=lambda: [
        point(real(3), pad_width=1, mode="edge"),
        point(real(2, 3), pad_width=((1, 0), (0, 2)), mode="wrap"),
        point(real(4), pad_width=(1, 2), mode="reflect"),
        point(real(3), pad_width=4, mode="symmetric"),
    ],
)


def _resize_type(sizes: Sizes, a: Type, *, new_shape: Any) -> Type:
    return Array(facts_of(a)[0], sizes_of((new_shape,) if isinstance(new_shape, (int, Size)) else new_shape))


resize = moving(
    "resize",
    "a, /, new_shape=()",
    "np.resize(a, new_shape)",
    lambda a, *, new_shape: np.resize(a, lengths(new_shape)),
    infer=_resize_type,
    functions=[np.resize],
    at=lambda: [point(real(3), new_shape=(2, 3)), point(real(2, 3), new_shape=(4,)), point(real(2), new_shape=(0,))],
)


def _window_type(sizes: Sizes, x: Type, *, window_shape: Any = (), axis: Any = None) -> Type:
    dtype, sides = facts_of(x)
    if sides is None:
        return Array(dtype, None)
    window = (window_shape,) if isinstance(window_shape, (int, Size)) else tuple(window_shape)
    axes = tuple(range(len(sides))) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    if len(window) != len(axes):
        raise ShapeError("window_shape and axis must have the same length")
    left = list(sides)
    for size, one in zip(window, axes, strict=True):
        k = normal_axis(one, len(sides))
        left[k] = left[k] - size + 1
        if sizes.at_least(left[k], 1) is False:
            raise ShapeError("window shape cannot be larger than input array shape")
    return Array(dtype, (*left, *sizes_of(window)))


_VIEW = "np.lib.stride_tricks.sliding_window_view"
sliding_window_view = moving(
    "sliding_window_view",
    "x, /, window_shape=(), axis=None",
    f"{_VIEW}(x, window_shape, axis=axis)",
    lambda x, *, window_shape=(), axis=None: np.lib.stride_tricks.sliding_window_view(
        x, lengths(window_shape), axis=tuple(range(np.ndim(x))) if axis is None else axis
    ),
    infer=_window_type,
    functions=[np.lib.stride_tricks.sliding_window_view],
    sharing="view",
    at=lambda: [point(real(4), window_shape=2), point(real(3, 4), window_shape=(2, 2)), point(real(3, 4), window_shape=3, axis=1)],
)


def _picked_type(sizes: Sizes, a: Type, indices: Type, *, axis: int | None = None, mode: str = "raise") -> Type:
    dtype, sides = facts_of(a)
    picks = shape_of(indices)
    if sides is None or picks is None:
        return Array(dtype, None)
    if axis is None:
        return array_or_scalar(dtype, picks)
    along = normal_axis(axis, len(sides))
    return array_or_scalar(dtype, (*sides[:along], *picks, *sides[along + 1 :]))


# `np.take` that wraps or clips indices.
take_anyway = moving(
    "take_anyway",
    "a, indices, /, axis=None, mode='raise'",
    "np.take(a, indices, axis=axis, mode=mode)",
    lambda a, indices, *, axis=None, mode: np.take(a, indices, axis, mode=mode),
    infer=_picked_type,
    raises=True,
    at=lambda: [
        point(real(4), np.array([5, -7, 1]), mode="wrap"),
        point(real(2, 3), np.array([4, 0, -1]), axis=1, mode="clip"),
        point(real(4), 6, mode="clip"),
    ],
)


def _along_axis_type(sizes: Sizes, arr: Type, indices: Type, *, axis: int | None = None) -> Type:
    dtype, sides = facts_of(arr)
    picks = shape_of(indices)
    if sides is None or picks is None:
        return Array(dtype, None)
    if axis is None:
        return Array(dtype, picks)
    along = normal_axis(axis, len(sides))
    if len(sides) != len(picks):
        raise ShapeError("`indices` and `arr` must have the same number of dimensions")
    return Array(dtype, broadcast_shapes(sizes, replaced(sides, along, ONE), picks))


take_along_axis = moving(
    "take_along_axis",
    "arr, indices, /, axis=-1",
    "np.take_along_axis(arr, indices, axis)",
    lambda arr, indices, *, axis=-1: np.take_along_axis(arr, indices, axis),
    infer=_along_axis_type,
    functions=[np.take_along_axis],
    raises=True,
    at=lambda: [
        point(real(2, 3), np.array([[2, 0], [1, 1]]), axis=1),
        point(real(2, 3), np.array([[1, 0, 1]]), axis=0),
        point(real(2, 3), np.array([[2], [0]])),
        point(real(2, 3), np.array([5, 0, 5]), axis=None),
        point(complex_real(3), np.array([1, 1]), axis=0),
    ],
)


def _diagflat_type(sizes: Sizes, v: Type, *, k: int = 0) -> Type:
    dtype, sides = facts_of(v)
    side = sizes.fresh("diagflat") if sides is None else product(sides) + abs(k)
    return Array(dtype, (side, side))


def _diagflat_back(g: Any, y: Any, v: Any, *, k: int = 0) -> Any:
    return reshaped(apply("diagonal", g, offset=k), v)


diagflat: Rule = primitive(
    "diagflat",
    "v, /, k=0",
    "np.diagflat(v, k=k)",
    lambda v, *, k=0: np.diagflat(v, k),
    infer=_diagflat_type,
    functions=[np.diagflat],
    complex=True,
    pushforwards=[lambda t, y, v, *, k=0: diagflat(t, k=k)],
    pullbacks=[_diagflat_back],
    at=lambda: [point(real(3)), point(real(2, 2), k=1), point(real(2), k=-1), point(1.5)],
)

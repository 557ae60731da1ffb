"""Arrays put together from arrays: concatenation and stacks."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Symbol, linear, point
from s2sad.rules.formula import apply, rank, reshaped, shape
from s2sad.rules.points import real
from s2sad.rules.types import normal_axis, numeric, product, promoted


def length_along(x: Any, axis: int) -> Any:
    """Return the length of an axis: a number when it is known, else something to compute with."""
    sizes = shape(x)
    if not isinstance(x, Symbol):
        return np.shape(x)[axis]
    if sizes is not None and sizes[axis].known is not None:
        return sizes[axis].known
    if sizes is not None and sizes[axis].entry:
        return Symbol(x.builder, x.builder.size(sizes[axis]))
    return apply("length", x, axis=axis)


def slice_of(g: Any, axis: int, start: Any, stop: Any) -> Any:
    """Return ``g[..., start:stop]`` on the given axis (non-negative); the bounds are numbers, symbols or None."""
    varying = [bound for bound in (start, stop) if isinstance(bound, Symbol)]
    numbers = iter(range(2))
    parts = [Operand(next(numbers)) if isinstance(bound, Symbol) else bound for bound in (start, stop)]
    return apply("get", g, *varying, path=(Index((*[Slice()] * axis, Slice(*parts))),))


def _concatenate_type(sizes: Sizes, *arrays: Type, axis: int | None = 0) -> Type:
    numeric("concatenate", *arrays)
    dtype = promoted(*(Array(str(dtype_of(a)), ()) for a in arrays))
    shapes = [shape_of(a) for a in arrays]
    if any(one is None for one in shapes):
        return Array(dtype, None)
    known = [one for one in shapes if one is not None]
    if axis is None:
        total = Size.of(0)
        for one in known:
            total = total + product(one)
        return Array(dtype, (total,))
    first = known[0]
    if not first:
        raise ShapeError("zero-dimensional arrays cannot be concatenated")
    position = normal_axis(axis, len(first))
    length = Size.of(0)
    for one in known:
        if len(one) != len(first):
            raise ShapeError("all the input array dimensions must match to be concatenated")
        for k, (size, other) in enumerate(zip(first, one, strict=True)):
            if k != position and sizes.equal(size, other) is False:
                raise ShapeError(f"arrays of lengths {size} and {other} on axis {k} cannot be concatenated on axis {position}")
        length = length + one[position]
    return Array(dtype, tuple(length if k == position else size for k, size in enumerate(first)))


def _concatenate_back(k: int, g: Any, y: Any, *arrays: Any, axis: int | None = 0) -> Any:
    mine = arrays[k]
    length = rank(mine)
    if length is None:
        raise UnsupportedError("concatenation of arrays of unknown rank.", code="S2S213")
    position = 0 if axis is None else normal_axis(axis, length)

    def extent(x: Any) -> Any:
        return length_along(x, position) if axis is not None else apply("size", x)

    start: Any = 0
    for other in arrays[:k]:
        start = start + extent(other) if not isinstance(start, int) or start else extent(other)
    stop = None if k == len(arrays) - 1 else (start + extent(mine) if not isinstance(start, int) or start else extent(mine))
    part = slice_of(g, position, None if isinstance(start, int) and start == 0 else start, stop)
    return part if axis is not None else reshaped(part, mine)


concatenate = linear(
    "concatenate",
    "*arrays, /, axis=0",
    "np.concatenate([*arrays], axis=axis)",
    lambda *arrays, axis=0: np.concatenate(arrays, axis),
    _concatenate_back,
    infer=_concatenate_type,
    functions=[np.concatenate],
    complex=True,
    at=lambda: [
        point(real(2), real(3)),
        point(real(2, 3), real(1, 3)),
        point(real(2, 3), real(2, 1), real(2, 2), axis=1),
        point(real(2, 3), real(2, 1), axis=-1),
        point(real(2)),
        point(real(0), real(2)),
        point(real(2, dtype="f4"), real(2)),
        point(real(2, 2), real(3), axis=None),
        point(np.arange(2), real(2)),
    ],
)


def _stack_type(sizes: Sizes, *arrays: Type, axis: int = 0) -> Type:
    numeric("stack", *arrays)
    dtype = promoted(*(Array(str(dtype_of(a)), ()) for a in arrays))
    shapes = [shape_of(a) for a in arrays]
    first = shapes[0]
    if first is None or any(one is None for one in shapes):
        return Array(dtype, None)
    for one in shapes[1:]:
        assert one is not None
        if len(one) != len(first) or any(sizes.equal(a, b) is False for a, b in zip(one, first, strict=True)):
            raise ShapeError("all input arrays must have the same shape")
    position = normal_axis(axis, len(first) + 1)
    return Array(dtype, (*first[:position], Size.of(len(arrays)), *first[position:]))


def _stack_back(k: int, g: Any, y: Any, *arrays: Any, axis: int = 0) -> Any:
    length = rank(y)
    if length is None:
        raise UnsupportedError("a stack of arrays of unknown rank.", code="S2S213")
    return apply("get", g, path=(Index((*[Slice()] * normal_axis(axis, length), k)),))


stack = linear(
    "stack",
    "*arrays, /, axis=0",
    "np.stack([*arrays], axis=axis)",
    lambda *arrays, axis=0: np.stack(arrays, axis),
    _stack_back,
    infer=_stack_type,
    functions=[np.stack],
    complex=True,
    at=lambda: [
        point(real(2), real(2, seed=1)),
        point(real(2, 3), real(2, 3, seed=1), axis=1),
        point(1.5, np.float64(2.0)),
        point(real(3), real(3), axis=-1),
        point(2.0, 1),
    ],
)
# A list or tuple of numbers or arrays made into an array: `np.array([a, b])`.
array_of = linear(
    "array_of",
    "*arrays",
    "np.array([*arrays])",
    lambda *arrays: np.array(arrays),
    _stack_back,
    infer=_stack_type,
    complex=True,
    at=lambda: [point(1.5, 2.5), point(real(2), real(2, seed=1)), point(1, 2), point(np.float32(1.0), np.float32(2.0))],
)

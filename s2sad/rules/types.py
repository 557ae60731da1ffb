"""Type rules that operations share: promotion, broadcasting, reductions.

Promotion is not re-implemented: NumPy's own resolution is asked (`ufunc.resolve_dtypes`, `result_type`), once for each combination
of dtypes.  Sizes are decided by `Sizes`, which records what it assumes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import NUMBERS, Array, List, Number, Opaque, Scalar, Tuple, Type, dtype_of, shape_of

Shape = tuple[Size, ...] | None
Infer = Callable[..., Type]

ONE = Size.of(1)
_COMPLEX = Number("complex")
_PYTHON = {"int": int, "float": float, "complex": complex}
_WEAK: dict[str, Any] = {"bool": np.dtype(bool), "int": 0, "float": 0.0, "complex": 0j}


def short(dtype: Any) -> str:
    """Return a dtype in short form, such as f8."""
    return str(np.dtype(dtype).str[1:])


def data_type(value: Any) -> Type:
    """Return the exact kind of plain data; an int is known as the size that it is."""
    if isinstance(value, np.ndarray):
        return Array(short(value.dtype), tuple(Size.of(length) for length in value.shape))
    if isinstance(value, np.generic):
        return Scalar(short(value.dtype))
    match value:
        case bool():
            return Number("bool")
        case int():
            return Number("int", Size.of(value))
        case float():
            return Number("float")
        case complex():
            return Number("complex")
        case tuple():
            return Tuple(tuple(map(data_type, value)))
        case [first, *_]:
            kind = data_type(first)
            return List(Number(kind.kind) if isinstance(kind, Number) else kind)
    return Opaque(type(value).__name__)


def array_or_scalar(dtype: str, shape: Shape) -> Type:
    """Return what NumPy returns from most functions: a scalar where an array would be 0-d."""
    return Scalar(dtype) if shape == () else Array(dtype, shape)


def numeric(operation: str, *kinds: Type) -> None:
    """Refuse operands that are no numbers or arrays."""
    for kind in kinds:
        if dtype_of(kind) is None:
            raise UnsupportedError(f"{operation} of a value of kind {kind} is not supported.", code="S2S210")


def _key(kind: Type) -> str:
    """Return what promotion depends on: a dtype, or the name of a Python number, which is weak."""
    return kind.kind if isinstance(kind, Number) else str(dtype_of(kind))


@cache
def _resolved(ufunc: np.ufunc, keys: tuple[str, ...]) -> str:
    operands = tuple(_PYTHON[key] if key in _PYTHON else np.dtype(key) for key in keys)
    try:
        return short(ufunc.resolve_dtypes((*operands, *[None] * ufunc.nout))[len(operands)])
    except TypeError as problem:
        raise UnsupportedError(f"NumPy has no {ufunc.__name__} for {', '.join(keys)}: {problem}", code="S2S211") from None


@cache
def _promoted(keys: tuple[str, ...]) -> str:
    return short(np.result_type(*(_WEAK[key] if key in _WEAK else np.dtype(key) for key in keys)))


def promoted(*kinds: Type) -> str:
    """Return the dtype in which values of these kinds meet (`np.result_type`)."""
    return _promoted(tuple(map(_key, kinds)))


def ufunc_dtype(ufunc: np.ufunc, *kinds: Type) -> str:
    """Return the dtype that a ufunc gives for operands of these kinds."""
    return _resolved(ufunc, tuple(map(_key, kinds)))


@cache
def inexact(dtype: str) -> str:
    """Return the dtype itself when it is float or complex, else that of a mean or a root: f8."""
    return dtype if dtype[0] in "fc" else "f8"


def real_dtype(dtype: str) -> str:
    """Return the dtype of the real part."""
    return f"f{int(dtype[1:]) // 2}" if dtype[0] == "c" else dtype


def broadcast_shapes(sizes: Sizes, *shapes: Shape) -> Shape:
    """Return the shape of operands broadcast against each other; None when a rank is unknown.

    Raises
    ------
    ShapeError
        Where NumPy raises.
    """
    total: tuple[Size, ...] = ()
    for shape in shapes:
        if shape is None:
            return None
        if shape == total or not shape:
            continue
        if len(shape) < len(total):
            shape, total = total, shape
        lead = len(shape) - len(total)
        total = shape[:lead] + tuple(
            left if left == right else sizes.broadcast(left, right) for left, right in zip(total, shape[lead:], strict=True)
        )
    return total


def broadcast_types(sizes: Sizes, *kinds: Type) -> Shape:
    """Return the shape of values of these kinds broadcast against each other."""
    return broadcast_shapes(sizes, *map(shape_of, kinds))


def ufunc_type(ufunc: np.ufunc) -> Infer:
    """Return the type rule of a ufunc: NumPy scalars where all operands are 0-d, also for Python numbers."""

    def infer(sizes: Sizes, *kinds: Type) -> Type:
        numeric(ufunc.__name__, *kinds)
        return array_or_scalar(ufunc_dtype(ufunc, *kinds), broadcast_types(sizes, *kinds))

    return infer


def operator_type(ufunc: np.ufunc, python: Callable[..., Type]) -> Infer:
    """Return the type rule of a Python operator: `python(*kinds)` for Python numbers, else that of the ufunc."""
    general = ufunc_type(ufunc)

    def infer(sizes: Sizes, *kinds: Type) -> Type:
        for kind in kinds:
            if not isinstance(kind, Number):
                break
        else:
            return python(*kinds)
        if len(kinds) == 2 and kinds[0] == _COMPLEX and isinstance(kinds[1], Scalar) and kinds[1].dtype == "f8":
            return python(_COMPLEX, Number("float"))  # np.float64 is a Python float, so Python's complex answers first
        result = general(sizes, *kinds)
        if isinstance(result, Scalar):
            numbers = [python_kinds(kind) for kind in kinds]
            if all(numbers):
                also = dict.fromkeys(str(getattr(python(*map(Number, names)), "kind", "")) for names in itertools.product(*numbers))
                return Scalar(result.dtype, tuple(also))
        return result

    return infer


def python_kinds(kind: Type) -> tuple[str, ...]:
    """Return the names of the Python numbers that a value of this kind may be."""
    if isinstance(kind, Number):
        return (kind.kind, *kind.also)
    return kind.also if isinstance(kind, Scalar) else ()


def tower(*kinds: Number, least: str = "int") -> str:
    """Return the highest of the Python numbers' kinds, at least `least`."""
    return NUMBERS[max(NUMBERS.index(least), *(NUMBERS.index(kind.kind) for kind in kinds))]


def fixed(kind: Type) -> Infer:
    """Return a type rule that always gives `kind`."""
    return lambda sizes, *kinds, **static: kind


def same(sizes: Sizes, kind: Type, *others: Type, **static: Any) -> Type:
    """Give the type of the first operand."""
    return kind


def normal_axis(axis: int, rank: int) -> int:
    """Return a non-negative axis.

    Raises
    ------
    ShapeError
        Where NumPy raises AxisError.
    """
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} is out of bounds for an array of dimension {rank}")
    return axis % rank


def normal_axes(axis: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    """Return the axes, non-negative and sorted; all of them for None."""
    if axis is None:
        return tuple(range(rank))
    axes = (axis,) if isinstance(axis, int) else axis
    return tuple(sorted(normal_axis(one, rank) for one in axes))


def reduced_shape(shape: Shape, axis: int | Sequence[int] | None, keepdims: bool = False) -> Shape:
    """Return the shape after a reduction over `axis`."""
    if shape is None:
        return () if axis is None and not keepdims else None
    axes = normal_axes(axis, len(shape))
    if keepdims:
        return tuple(ONE if k in axes else size for k, size in enumerate(shape))
    return tuple(size for k, size in enumerate(shape) if k not in axes)


def reduction_type(dtype: Callable[[str], str]) -> Infer:
    """Return the type rule of a reduction; `dtype` maps the operand's dtype to the result's."""

    def infer(sizes: Sizes, kind: Type, *, axis: Any = None, keepdims: bool = False) -> Type:
        numeric("a reduction", kind)
        return array_or_scalar(dtype(str(dtype_of(kind))), reduced_shape(shape_of(kind), axis, keepdims))

    return infer


def product(shape: Iterable[Size]) -> Size:
    """Return the number of elements."""
    total = ONE
    for size in shape:
        total = total * size
    return total


def sizes_of(shape: Iterable[Size | int]) -> tuple[Size, ...]:
    """Return a shape as sizes."""
    return tuple(Size.of(size) for size in shape)


def lengths(shape: Iterable[Size | int] | Size | int) -> tuple[int, ...]:
    """Return a shape of known sizes as plain ints, for evaluation."""
    if isinstance(shape, (int, np.integer, Size)):
        shape = (shape,)
    return tuple(number(size) for size in shape)


def number(size: Size | int) -> int:
    """Return a known size as an int."""
    if isinstance(size, Size):
        if size.known is None:
            raise ValueError(f"the size {size} is not known")
        return size.known
    return int(size)

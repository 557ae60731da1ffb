"""What formulas are written with, beside the operations themselves.

Each of these works on symbols (decides on their types, appends nodes) and on plain data (computes).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, Number, Type, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY, Symbol
from s2sad.rules.types import Shape, data_type, normal_axes, product


def kind_of(x: Any) -> Type:
    """Return the type of a symbol or of plain data."""
    return x.type if isinstance(x, Symbol) else data_type(x)


def known(x: Any) -> bool | int | float | complex | None:
    """Return the Python number that `x` is known to be, or None."""
    if isinstance(x, Symbol):
        kind = x.type
        if not isinstance(kind, Number):
            return None
        return kind.size.known if kind.size is not None and kind.size.known is not None else x.constant
    return x if type(x) in (bool, int, float, complex) else None


def shape(x: Any) -> Shape:
    """Return the shape; None when the rank is unknown."""
    return shape_of(kind_of(x))


def rank(x: Any) -> int | None:
    """Return the rank; None when unknown."""
    sizes = shape(x)
    return None if sizes is None else len(sizes)


def is_python(*operands: Any) -> bool:
    """Whether all operands are Python numbers."""
    return all(isinstance(kind_of(x), Number) for x in operands)


def is_complex(x: Any) -> bool:
    """Whether `x` is complex."""
    return (dtype_of(kind_of(x)) or "")[:1] == "c"


def from_entry(sizes: Shape) -> bool:
    """Whether a shape can be computed from the arguments, so that it may stand in a static argument."""
    return sizes is not None and all(size.entry for size in sizes)


def apply(name: str, *operands: Any, **static: Any) -> Any:
    """Apply an operation by its name (for operations that are declared in other files)."""
    return REGISTRY.rules[name](*operands, **static)


def spread(g: Any, like: Any) -> Any:
    """Broadcast `g` to the shape of `like`."""
    sizes = shape(like)
    if sizes == () and rank(g) == 0:
        return g
    if sizes is not None and from_entry(sizes):
        return g if shape(g) == sizes else apply("expand", g, shape=sizes)
    return apply("expand_like", g, like)


def reshaped(g: Any, like: Any) -> Any:
    """Give `g` the shape of `like`; a number or scalar for a number or scalar."""
    sizes = shape(like)
    if sizes == () and not isinstance(kind_of(like), Array):
        return g if rank(g) == 0 else apply("sum", g, axis=None, keepdims=False)
    if sizes is not None and from_entry(sizes):
        return g if shape(g) == sizes else apply("reshape", g, shape=sizes)
    return apply("reshape_like", g, like)


def zeros_of(like: Any) -> Any:
    """Return zeros like an operand: a Python zero for a number."""
    kind = kind_of(like)
    if isinstance(kind, Array):
        if kind.shape is not None and from_entry(kind.shape) and isinstance(like, Symbol):
            return Symbol(like.builder, like.builder.emit(REGISTRY.rules["zeros"], shape=kind.shape, dtype=kind.dtype))
        return apply("zeros_like", like)
    return 0j if is_complex(like) else 0.0


def keep_axes(g: Any, x: Any, axis: int | Sequence[int] | None, keepdims: bool) -> Any:
    """Give the cotangent of a reduction of `x` back the reduced axes, with length 1."""
    if keepdims or axis is None or rank(g) == rank(x):
        return g
    length = rank(x)
    if length is None:
        return apply("expand_dims", g, axis=axis)
    axes = normal_axes(axis, length)
    if axes == tuple(range(len(axes))):  # broadcasting puts leading axes back by itself
        return g
    return apply("expand_dims", g, axis=axes[0] if len(axes) == 1 else axes)


def reduce_as(name: str, x: Any, axis: int | Sequence[int] | None, keepdims: bool) -> Any:
    """Apply a reduction with the axes that another one had."""
    return apply(name, x, axis=axis, keepdims=keepdims)


def count(x: Any, axis: int | Sequence[int] | None) -> Any:
    """Return the number of elements that a reduction over `axis` takes together."""
    sizes = shape(x)
    if not isinstance(x, Symbol):
        return int(np.prod([np.shape(x)[k] for k in normal_axes(axis, np.ndim(x))], dtype=int))
    if sizes is not None:
        total = product(sizes[k] for k in normal_axes(axis, len(sizes)))
        if total.entry:
            return total.known if total.known is not None else Symbol(x.builder, x.builder.size(total))
    if axis is None:
        return apply("size", x)
    total_symbol: Any = 1
    for one in (axis,) if isinstance(axis, int) else axis:
        total_symbol = apply("length", x, axis=one) * total_symbol
    return total_symbol


def not_empty(x: Any, size: Size) -> bool | None:
    """Whether `size` elements are known (or seen, which becomes an assumption) to be at least one; None where that is not known."""
    if isinstance(x, Symbol):
        return x.builder.sizes.at_least(size, 1)
    return size.known != 0

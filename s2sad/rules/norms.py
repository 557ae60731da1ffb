"""Norms of vectors and matrices, of all orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import ShapeError, Sizes
from s2sad.graph.types import Type, dtype_of, shape_of
from s2sad.rules.choices import select
from s2sad.rules.declare import point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply, keep_axes
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import conjugated, known_rank
from s2sad.rules.types import array_or_scalar, inexact, normal_axis, numeric, real_dtype, reduced_shape


def _is_matrix_norm(sides: Any, ord: Any, axis: Any) -> bool:
    if axis is None:
        return ord is not None and sides is not None and len(sides) == 2
    return isinstance(axis, Sequence) and len(axis) == 2


def _norm_type(sizes: Sizes, x: Type, *, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Type:
    numeric("a norm", x)
    sides = shape_of(x)
    if sides is None and ord is not None and axis is None:
        raise UnsupportedError("a norm of an array of unknown rank.", remedy="give the axis", code="S2S213")
    if axis is None and ord is not None and sides is not None and len(sides) > 2:
        raise ShapeError("Improper number of dimensions to norm.")
    if _is_matrix_norm(sides, ord, axis):
        if ord not in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
            raise ShapeError("Invalid norm order for matrices.")
    elif isinstance(ord, str):
        raise ShapeError(f"Invalid norm order {ord!r} for vectors")
    return array_or_scalar(real_dtype(inexact(str(dtype_of(x)))), reduced_shape(sides, axis, keepdims))


def _euclidean(x: Any, ord: Any, axis: Any) -> bool:
    """Whether the norm is the root of the sum of squares."""
    return ord is None or ord == "fro" or (ord == 2 and not _is_matrix_norm(range(known_rank(x)), ord, axis))


def _norm_slope(y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """Return the derivative of the Euclidean norm to each element; 0 at the zero vector."""
    kept = keep_axes(y, x, axis, keepdims)
    return conjugated(x) / select(apply("equal", kept, 0), 1.0, kept)


def _norm_forward(t: Any, y: Any, x: Any, *, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if not _euclidean(x, ord, axis):
        assert norm_by_order.pushforward is not None
        return norm_by_order.pushforward(0, t, y, x, ord=ord, axis=axis, keepdims=keepdims)
    return apply("sum", _norm_slope(y, x, axis, keepdims) * t, axis=axis, keepdims=keepdims)


def _norm_back(g: Any, y: Any, x: Any, *, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if not _euclidean(x, ord, axis):
        assert norm_by_order.pullback is not None
        return norm_by_order.pullback(0, g, y, x, ord=ord, axis=axis, keepdims=keepdims)
    return keep_axes(g, x, axis, keepdims) * _norm_slope(y, x, axis, keepdims)


norm = primitive(
    "norm",
    "x, /, ord=None, axis=None, keepdims=False",
    "np.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims)",
    lambda x, *, ord=None, axis=None, keepdims=False: np.linalg.norm(x, ord, axis, keepdims),
    infer=_norm_type,
    functions=[np.linalg.norm],
    complex=True,
    pushforwards=[_norm_forward],
    pullbacks=[_norm_back],
    at=lambda: [
        point(real(3)),
        point(real(2, 3)),
        point(real(2, 3), axis=1),
        point(real(2, 3), axis=0, keepdims=True),
        point(real(3), ord=1),
        point(real(3), ord=np.inf),
        point(real(2, 3), ord="fro"),
        point(real(2, 3, 4), axis=(0, 2)),
        point(real(3, dtype="f4")),
        point(real(3), ord=2),
        point(real(2, 3)[:, :0], axis=1),
        point(complex_real(3)),
        point(complex_real(2, 3), axis=1, ord=1),
        *(point(*one.operands, **one.static) for one in _orders()),
    ],
)


def _power_norm(x: Any, p: float, axis: Any, keepdims: bool) -> Any:
    size = apply("absolute", x)
    return apply("sum", size**p, axis=axis, keepdims=keepdims) ** (1.0 / p)


def _by_order(x: Any, *, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Write out a norm that is not Euclidean."""
    length = known_rank(x)
    size = apply("absolute", x)
    if not _is_matrix_norm(range(length), ord, axis):
        if ord == 0:
            return 0.0 * apply("sum", size, axis=axis, keepdims=keepdims)
        if ord in (np.inf, -np.inf):
            return apply("max" if ord > 0 else "min", size, axis=axis, keepdims=keepdims)
        if ord == 1:
            return apply("sum", size, axis=axis, keepdims=keepdims)
        return _power_norm(x, float(ord), axis, keepdims)
    rows, across = (normal_axis(k, length) for k in (axis or (-2, -1)))
    extreme = "max" if ord == "nuc" or ord > 0 else "min"
    if ord in (1, -1, np.inf, -np.inf):
        summed, other = (rows, across) if ord in (1, -1) else (across, rows)
        result = apply(extreme, apply("sum", size, axis=summed, keepdims=True), axis=other, keepdims=True)
        return result if keepdims else apply("squeeze", result, axis=tuple(sorted((rows, across))))
    from s2sad.rules.singular import svdvals

    matrix = x if (rows, across) == (length - 2, length - 1) else apply("moveaxis", x, source=(rows, across), destination=(-2, -1))
    values = svdvals(matrix)
    result = apply("sum" if ord == "nuc" else extreme, values, axis=-1, keepdims=False)
    return apply("expand_dims", result, axis=tuple(sorted((rows, across)))) if keepdims else result


def _orders() -> list[Any]:
    return [
        *(point(real(3), ord=order) for order in (0, -np.inf, 3, 2.5, 0.5, -1, -2)),
        *(point(real(3, 3), ord=order) for order in (1, -1, np.inf, -np.inf, 2, -2, "nuc")),
        point(real(2, 3, 4), ord=2, axis=(0, 2)),
        point(real(2, 3, 4), ord="nuc", axis=(2, 1), keepdims=True),
        point(real(2, 3, 4), ord=1, axis=(2, 0)),
        point(real(2, 3, 4), ord=np.inf, axis=(0, 1), keepdims=True),
        point(real(2, 3), ord=3, axis=1, keepdims=True),
        point(complex_real(3, 3), ord="nuc"),
    ]


norm_by_order = derived(
    "norm_by_order",
    "x, /, ord=None, axis=None, keepdims=False",
    "np.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims)",
    lambda x, *, ord=None, axis=None, keepdims=False: np.linalg.norm(x, ord, axis, keepdims),
    _by_order,
    infer=_norm_type,
    complex=True,
    at=_orders,
    doc="nan at the zero vector for orders below 2 other than 1; ties are split evenly",
)


def _whole(x: Any) -> Any:
    return apply("ravel", x) if known_rank(x) != 1 else x


def _vector_norm(x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    if axis is not None:
        return norm(x, ord=ord, axis=axis, keepdims=keepdims)
    result = norm(_whole(x), ord=ord)
    return apply("expand_dims", result, axis=tuple(range(known_rank(x)))) if keepdims else result


vector_norm = derived(
    "vector_norm",
    "x, /, *, axis=None, keepdims=False, ord=2",
    "np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)",
    lambda x, *, axis=None, keepdims=False, ord=2: np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord),
    _vector_norm,
    functions=[np.linalg.vector_norm],
    complex=True,
    at=lambda: [point(real(3)), point(real(2, 3)), point(real(2, 3), axis=1, ord=3), point(real(2, 3), keepdims=True, ord=1)],
)
matrix_norm = derived(
    "matrix_norm",
    "x, /, *, keepdims=False, ord='fro'",
    "np.linalg.matrix_norm(x, keepdims=keepdims, ord=ord)",
    lambda x, *, keepdims=False, ord="fro": np.linalg.matrix_norm(x, keepdims=keepdims, ord=ord),
    lambda x, *, keepdims=False, ord="fro": norm(x, ord=ord, axis=(-2, -1), keepdims=keepdims),
    functions=[np.linalg.matrix_norm],
    complex=True,
    at=lambda: [point(real(2, 3)), point(real(2, 3, 3), ord=2), point(real(2, 3, 4), ord="nuc", keepdims=True), point(real(3, 3), ord=1)],
)

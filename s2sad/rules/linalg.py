"""Simple linear algebra: inverse, determinant, linear systems, traces."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.sizes import ShapeError, Sizes
from s2sad.graph.types import Array, Tuple, Type, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY, Point, Rule, Symbol, point, primitive
from s2sad.rules.formula import apply, from_entry, is_complex, kind_of, rank, shape
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import agree, known_rank, outer, turned
from s2sad.rules.types import array_or_scalar, broadcast_shapes, inexact, normal_axes, numeric, promoted, real_dtype


def _inverse_type(sizes: Sizes, a: Type) -> Type:
    numeric("a matrix inverse", a)
    sides = shape_of(a)
    if sides is not None:
        if len(sides) < 2:
            raise ShapeError("the matrix has fewer than two dimensions")
        agree(sizes, sides[-1], sides[-2], "the matrix is not square")
    return Array(inexact(str(dtype_of(a))), sides)


def _square() -> list[Point]:
    return [
        point(real(3, 3) + 3 * np.eye(3)),
        point(real(2, 2, 2) + 3 * np.eye(2)),
        point((real(2, 2) + 3 * np.eye(2)).astype("f4")),
        point(complex_real(3, 3) + 3 * np.eye(3)),
        point(real(1, 1) + 3),
    ]


inv = primitive(
    "inv",
    "a",
    "np.linalg.inv(a)",
    np.linalg.inv,
    infer=_inverse_type,
    functions=[np.linalg.inv],
    expensive=True,
    raises=True,
    complex=True,
    at=_square,
    pushforwards=[lambda t, y, a: -(y @ t @ y)],
    pullbacks=[lambda g, y, a: -(turned(y) @ g @ turned(y))],
)


def _determinant_type(sizes: Sizes, a: Type) -> Type:
    kind = _inverse_type(sizes, a)
    sides = shape_of(kind)
    return array_or_scalar(str(dtype_of(kind)), None if sides is None else sides[:-2])


def _matrix_of(g: Any) -> Any:
    return apply("expand_dims", g, axis=(-2, -1)) if rank(g) else g


det = primitive(
    "det",
    "a",
    "np.linalg.det(a)",
    np.linalg.det,
    infer=_determinant_type,
    functions=[np.linalg.det],
    expensive=True,
    raises=True,
    complex=True,
    at=_square,
    pushforwards=[lambda t, y, a: y * apply("sum", turned(inv(a)) * t, axis=(-2, -1), keepdims=False)],
    pullbacks=[lambda g, y, a: _matrix_of(g * y) * turned(inv(a))],
)


def _slogdet_type(sizes: Sizes, a: Type) -> Type:
    kind = _determinant_type(sizes, a)
    dtype = str(dtype_of(kind))
    return Tuple((kind, array_or_scalar(real_dtype(dtype), shape_of(kind))))


def _slogdet_forward(t: Any, y: Any, a: Any) -> Any:
    slope = apply("sum", turned(inv(a)) * t, axis=(-2, -1), keepdims=False)
    if not is_complex(a):
        return None, slope
    return 1j * apply("imag", slope) * y[0], apply("real", slope)


def _slogdet_back(g: Any, y: Any, a: Any) -> Any:
    dsign, dlog = g
    if dsign is not None and is_complex(a):  # the sign is the phase of the determinant
        turn = 1j * apply("imag", dsign * y[0])
        dlog = turn if dlog is None else dlog + turn
    return None if dlog is None else _matrix_of(dlog) * turned(inv(a))


slogdet = primitive(
    "slogdet",
    "a",
    "np.linalg.slogdet(a)",
    np.linalg.slogdet,
    infer=_slogdet_type,
    functions=[np.linalg.slogdet],
    results=("sign", "logabsdet"),
    returned=lambda: type(np.linalg.slogdet(np.eye(1))),
    expensive=True,
    complex=True,
    pushforwards=[_slogdet_forward],
    pullbacks=[_slogdet_back],
    at=_square,
    doc="Giles 2008, 2.2.4; the derivative of a singular matrix raises LinAlgError",
)


def _solve_type(sizes: Sizes, a: Type, b: Type) -> Type:
    numeric("solve", a, b)
    left, right = shape_of(_inverse_type(sizes, a)), shape_of(b)
    dtype = inexact(promoted(a, b))
    if left is None or right is None:
        return Array(dtype, None)
    if len(right) == 1:
        agree(sizes, left[-1], right[0], "solve")
        return Array(dtype, (*left[:-2], right[0]))
    agree(sizes, left[-1], right[-2], "solve")
    batch = broadcast_shapes(sizes, left[:-2], right[:-2])
    assert batch is not None
    return Array(dtype, (*batch, *right[-2:]))


def _solve_forward(k: int, t: Any, y: Any, a: Any, b: Any) -> Any:
    if k == 1:
        return solve(a, t)
    if known_rank(b) == 1 and known_rank(y) > 1:
        return -solved(a, apply("squeeze", t @ apply("expand_dims", y, axis=-1), axis=-1), b)
    return -solved(a, t @ y, b)


def solved(a: Any, x: Any, like: Any) -> Any:
    """Solve for right-hand sides of the kind of `like`: vectors where it is a vector, though `x` may be a stack of them."""
    if known_rank(like) == 1 and known_rank(x) > 1:
        return apply("squeeze", solve(a, apply("expand_dims", x, axis=-1)), axis=-1)
    return solve(a, x)


def _solve_back(k: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    gb = solved(turned(a), g, b)
    if k == 1:
        return gb
    if known_rank(b) > 1:
        return -(gb @ turned(y))
    return -outer(gb, y) if known_rank(a) == 2 else -(apply("expand_dims", gb, axis=-1) * apply("expand_dims", y, axis=-2))


solve = primitive(
    "solve",
    "a, b",
    "np.linalg.solve(a, b)",
    np.linalg.solve,
    infer=_solve_type,
    functions=[np.linalg.solve],
    broadcasts=True,
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=_solve_forward,
    pullbacks=_solve_back,
    at=lambda: [
        point(real(3, 3) + 3 * np.eye(3), real(3)),
        point(real(3, 3) + 3 * np.eye(3), real(3, 2)),
        point(real(2, 3, 3) + 3 * np.eye(3), real(2, 3, 1)),
        point(real(3, 3) + 3 * np.eye(3), real(2, 3, 2)),
        point(real(2, 3, 3) + 3 * np.eye(3), real(3)),
        point(complex_real(3, 3) + 3 * np.eye(3), real(3)),
        point(real(3, 3) + 3 * np.eye(3), complex_real(3)),
    ],
)


def _trace_type(sizes: Sizes, a: Type, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Type:
    numeric("a trace", a)
    sides = shape_of(a)
    dtype = {"b": "i8", "i": "i8", "u": "u8"}.get(str(dtype_of(a))[0], str(dtype_of(a)))
    if sides is None:
        return Array(dtype, None)
    gone = normal_axes((axis1, axis2), len(sides))
    return array_or_scalar(dtype, tuple(size for k, size in enumerate(sides) if k not in gone))


def _trace_back(g: Any, y: Any, a: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    length = known_rank(a)
    first, second = axis1 % length, axis2 % length
    if length == 2:
        return g * apply("eye_like", a, k=offset if first < second else -offset)
    sides = shape(a)
    assert sides is not None
    if not (from_entry((sides[first], sides[second])) and (sides[first].entry and sides[second].entry)):
        raise UnsupportedError("the trace of matrices whose size is known only at run time.", remedy="use np.einsum", code="S2S214")
    kind = dtype_of(kind_of(a))
    ones = Symbol(g.builder, g.builder.emit(REGISTRY.rules["eye"], N=sides[first], M=sides[second], k=offset, dtype=kind))
    spread = apply("expand_dims", apply("expand_dims", g, axis=-1), axis=-1) * ones
    return apply("moveaxis", spread, source=(-2, -1), destination=(first, second))


trace: Rule = primitive(
    "trace",
    "a, /, offset=0, axis1=0, axis2=1",
    "np.trace(a, offset=offset, axis1=axis1, axis2=axis2)",
    lambda a, *, offset=0, axis1=0, axis2=1: np.trace(a, offset, axis1, axis2),
    infer=_trace_type,
    functions=[np.trace],
    methods=["trace"],
    complex=True,
    pushforwards=[lambda t, y, a, **static: trace(t, **static)],
    pullbacks=[_trace_back],
    at=lambda: [
        point(real(3, 3)),
        point(real(2, 3)),
        point(real(3, 3), offset=1),
        point(real(0, 0)),
        point(real(2, 2, dtype="f4")),
        point(real(2, 3, 3), axis1=1, axis2=2),
        point(real(3, 2, 3), axis1=2, axis2=0, offset=1),
        point(real(3, 4), axis1=1, axis2=0, offset=1),
    ],
)

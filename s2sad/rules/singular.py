"""Singular values and vectors, also of stacks of matrices.

The formulas are those of J. Townsend, "Differentiating the singular value decomposition" (2016), for complex matrices those of
Z.-Q. Wan and S.-X. Zhang, "Automatic differentiation for complex valued SVD" (2019).  Singular vectors of a complex matrix are
unique up to a factor, which LAPACK chooses so that the first component of the right ones (of the left ones for a wide matrix) is real.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.index import Dots, Index, Operand, Slice
from s2sad.graph.sizes import Sizes, minimum
from s2sad.graph.types import Array, Tuple, Type
from s2sad.rules.declare import Point, point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.factors import is_tall, is_wide, matrices
from s2sad.rules.formula import apply, is_complex
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import adjoint, conjugated, turned
from s2sad.rules.spectra import columns, diagonal_of, over_gaps, part
from s2sad.rules.types import real_dtype


def _shorter(sizes: Sizes, rows: Any, across: Any) -> Any:
    if sizes.at_least(rows - across, 0):
        return across
    return rows if sizes.at_least(across - rows, 0) else minimum(rows, across)


def _svd_type(sizes: Sizes, a: Type, *, full_matrices: bool = True) -> Type:
    dtype, sides = matrices(a, "svd")
    if sides is None:
        return Tuple((Array(dtype, None), Array(real_dtype(dtype), None), Array(dtype, None)))
    *batch, rows, across = sides
    inner = _shorter(sizes, rows, across)
    left, right = (rows, across) if full_matrices else (inner, inner)
    return Tuple((Array(dtype, (*batch, rows, left)), Array(real_dtype(dtype), (*batch, inner)), Array(dtype, (*batch, right, across))))


def _halves(x: Any, s: Any) -> tuple[Any, Any]:
    """Return the columns of `x` that belong to singular values, and the others."""
    count = apply("length", s, axis=-1)
    first, rest = Slice(None, Operand(0)), Slice(Operand(0), None)
    return tuple(apply("get", x, count, path=(Index((Dots(), Slice(), across)),)) for across in (first, rest))


def _beyond(u: Any, x: Any) -> Any:
    """Return the part of the columns of `x` that is orthogonal to those of `u`."""
    return x - u @ (adjoint(u) @ x)


def _over(x: Any, s: Any) -> Any:
    """Return ``x / s`` by columns; 0 where x is 0, also for a singular value 0."""
    return apply("divide_unless_zero", x, columns(s))


def _forward_thin(t: Any, u: Any, s: Any, v: Any, wide: bool, tall: bool) -> tuple[Any, Any, Any]:
    """Return the tangents of u, s and v."""
    inner = adjoint(u) @ t @ v
    squares = s * s
    scaled = inner * columns(s)
    other = apply("expand_dims", s, axis=-1) * inner
    du = u @ over_gaps(scaled + adjoint(scaled), squares)
    dv = v @ over_gaps(other + adjoint(other), squares)
    if tall:
        du = du + _over(_beyond(u, t @ v), s)
    if wide:
        dv = dv + _over(_beyond(v, adjoint(t) @ u), s)
    if is_complex(u):
        du = du + 1j * u * columns(apply("imag", diagonal_of(inner)) / s)
        turn, fixed = (dv, v) if not wide else (du, u)
        phase = columns(apply("imag", part(turn, 0, Slice())) / apply("real", part(fixed, 0, Slice())))
        du, dv = du - 1j * u * phase, dv - 1j * v * phase
    return du, apply("real", diagonal_of(inner)), dv


def _back_thin(du: Any, ds: Any, dv: Any, u: Any, s: Any, v: Any, wide: bool, tall: bool) -> Any:
    """Return the cotangent of the matrix (all of them conjugated)."""
    if is_complex(u) and (du is not None or dv is not None):
        turn = sum_of(None if du is None else conjugated(du) * u, None if dv is None else conjugated(dv) * v)
        fixed = u if wide else v
        phase = 1j * (apply("imag", turn) / apply("real", part(fixed, 0, Slice())))
        change = apply("add_at", apply("zeros_like", fixed), phase, path=(Index((Dots(), 0, Slice())),))
        du, dv = (change if du is None else du + change, dv) if wide else (du, change if dv is None else dv + change)
    squares = s * s
    inner = None
    outside = None
    if du is not None:
        pairing = adjoint(u) @ du
        inner = over_gaps(pairing - adjoint(pairing), squares) * columns(s)
        if is_complex(u):
            inner = inner + _diagonal(1j * apply("imag", diagonal_of(pairing)) / s, inner)
        if tall:
            outside = _over(_beyond(u, du), s) @ adjoint(v)
    if dv is not None:
        pairing = adjoint(v) @ dv
        part_v = apply("expand_dims", s, axis=-1) * over_gaps(pairing - adjoint(pairing), squares)
        inner = part_v if inner is None else inner + part_v
        if wide:
            other = u @ adjoint(_over(_beyond(v, dv), s))
            outside = other if outside is None else outside + other
    result = u @ inner if inner is not None else None
    if ds is not None:
        scaled = u * columns(ds)
        result = scaled if result is None else result + scaled
    result = result @ adjoint(v)
    return result if outside is None else result + outside


def sum_of(*parts: Any) -> Any:
    """Return the sums of columns, of the parts that there are."""
    sums = [apply("sum", one, axis=-2) for one in parts if one is not None]
    return sums[0] if len(sums) == 1 else sums[0] + sums[1]


def _diagonal(x: Any, like: Any) -> Any:
    """Return diagonal matrices of the size of `like`."""
    size = apply("length", like, axis=-1)
    identity = apply("equal", apply("arange", size), apply("expand_dims", apply("arange", size), axis=-1))
    return apply("where", identity, columns(x), 0.0)


def _svd_forward(t: Any, y: Any, a: Any, *, full_matrices: bool = True) -> Any:
    u, s, vh = y
    v = adjoint(vh)
    tall, wide = _shape_of(a)
    if full_matrices and tall:
        u, rest = _halves(u, s)
    if full_matrices and wide:
        v, rest = _halves(v, s)
    du, ds, dv = _forward_thin(t, u, s, v, wide, tall)
    if full_matrices and (tall or wide):
        # The other vectors span what is orthogonal; how they turn among themselves is not determined, and taken for 0.
        moved, fixed = (du, u) if tall else (dv, v)
        whole = apply("concatenate", moved, -(fixed @ (adjoint(moved) @ rest)), axis=-1)
        du, dv = (whole, dv) if tall else (du, whole)
    return du, ds, adjoint(dv)


def _svd_back(g: Any, y: Any, a: Any, *, full_matrices: bool = True) -> Any:
    du, ds, dvh = g
    u, s, vh = y
    v = adjoint(vh)
    du, dv = None if du is None else conjugated(du), None if dvh is None else turned(dvh)
    tall, wide = _shape_of(a)
    if full_matrices and tall:
        u, du = _folded(u, du, s)
    if full_matrices and wide:
        v, dv = _folded(v, dv, s)
    return conjugated(_back_thin(du, ds, dv, u, s, v, wide, tall))


def _folded(u: Any, du: Any, s: Any) -> tuple[Any, Any]:
    """Leave out the vectors that belong to no singular value: they turn as the others make them."""
    first, rest = _halves(u, s)
    if du is None:
        return first, None
    d_first, d_rest = _halves(du, s)
    return first, d_first - rest @ (adjoint(d_rest) @ first)


def _shape_of(a: Any) -> tuple[bool, bool]:
    """Say whether a matrix has more rows than columns, and more columns than rows."""
    return not is_wide(a), not is_tall(a)


def _points(*extra: Point) -> list[Point]:
    return [
        point(real(3, 3)),
        point(real(4, 3)),
        point(real(3, 4)),
        point(real(2, 3, 3)),
        point(real(3, 2, dtype="f4")),
        point(complex_real(3, 3)),
        *extra,
    ]


svd = primitive(
    "svd",
    "a, /, full_matrices=True",
    "np.linalg.svd(a, full_matrices=full_matrices)",
    lambda a, *, full_matrices=True: np.linalg.svd(a, full_matrices),
    infer=_svd_type,
    results=("U", "S", "Vh"),
    returned=lambda: type(np.linalg.svd(np.eye(1))),
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=[_svd_forward],
    pullbacks=[_svd_back],
    at=lambda: [
        *(point(*one.operands, full_matrices=False) for one in _points()),
        point(real(3, 3)),
        point(real(3, 2)),
        point(real(2, 3)),
        point(complex_real(4, 3), full_matrices=False),
        point(complex_real(3, 4), full_matrices=False),
    ],
    doc="Townsend 2016; Wan and Zhang 2019; nan for the vectors of equal singular values",
)
svdvals = derived(
    "svdvals",
    "a",
    "np.linalg.svd(a, compute_uv=False)",
    lambda a: np.linalg.svd(a, compute_uv=False),
    lambda a: svd(a, full_matrices=False)[1],
    functions=[np.linalg.svdvals],
    expensive=True,
    raises=True,
    complex=True,
    at=_points,
)

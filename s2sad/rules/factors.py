"""Triangular and orthogonal factors: Cholesky and QR, also of stacks of matrices.

The formulas are those of M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), I. Murray, "Differentiation of the Cholesky decomposition" (2016), and S. F. Walter and L. Lehmann,
"Algorithmic differentiation of linear algebra functions" (2010).  Cotangents pair without conjugation here: formulas for complex
matrices conjugate them on the way in and out.

`cholesky` reads one triangle only; the derivative to the other one is 0, as differences show.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Dots, Index, Operand, Slice
from s2sad.graph.sizes import ShapeError, Sizes, minimum
from s2sad.graph.types import Array, Tuple, Type, dtype_of, shape_of
from s2sad.rules.declare import Point, point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply, is_complex, shape
from s2sad.rules.linalg import solve
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import adjoint, agree, conjugated, turned
from s2sad.rules.types import Shape, inexact, numeric


def matrices(kind: Type, what: str) -> tuple[str, Shape]:
    """Return the dtype of a factor and the shape of a stack of matrices."""
    numeric(what, kind)
    sides = shape_of(kind)
    if sides is not None and len(sides) < 2:
        raise ShapeError(f"{what}: the matrix has fewer than two dimensions")
    return inexact(str(dtype_of(kind))), sides


def square(sizes: Sizes, kind: Type, what: str) -> tuple[str, Shape]:
    """Return the dtype of a factor and the shape of a stack of square matrices."""
    dtype, sides = matrices(kind, what)
    if sides is not None:
        agree(sizes, sides[-1], sides[-2], "the matrix is not square")
    return dtype, sides


def definite(*shape: int, dtype: str = "f8") -> Any:
    """Return a positive definite matrix with eigenvalues well apart."""
    a = real(*shape) if dtype[0] == "f" else complex_real(*shape)
    return (a @ np.conj(np.swapaxes(a, -1, -2)) + 3 * np.diag(np.arange(1, shape[-1] + 1))).astype(dtype)


def definites() -> list[Point]:
    """Return points for a function of a positive definite matrix."""
    return [
        point(definite(3, 3)),
        point(definite(2, 2, 2)),
        point(definite(2, 2, dtype="f4")),
        point(definite(3, 3) + np.triu(real(3, 3), 1)),
        point(definite(1, 1)),
    ]


def lower_half(x: Any) -> Any:
    """Return the lower triangle with half of the diagonal."""
    return 0.5 * (apply("tril", x) + apply("tril", x, k=-1))


# The matrix that is read: a triangle and its mirror image.


def mirrored(t: Any, upper: bool) -> Any:
    """Return the tangent of the Hermitian matrix of which one triangle is read."""
    name, k = ("triu", 1) if upper else ("tril", -1)
    full, strict = apply(name, t), apply(name, t, k=k)
    if is_complex(t):
        full = strict + apply("real", full - strict)
    return full + adjoint(strict)


def folded(x: Any, upper: bool) -> Any:
    """Return the cotangent of the triangle that is read from that of the Hermitian matrix."""
    name, other, k = ("triu", "tril", 1) if upper else ("tril", "triu", -1)
    full = apply(name, x)
    if is_complex(x):
        strict = apply(name, x, k=k)
        full = strict + apply("real", full - strict)
    return full + adjoint(apply(other, x, k=-k))


def _cholesky_forward(t: Any, y: Any, a: Any, *, upper: bool = False) -> Any:
    lower = adjoint(y) if upper else y
    inner = solve(lower, adjoint(solve(lower, mirrored(t, upper))))
    result = lower @ lower_half(inner)
    return adjoint(result) if upper else result


def _cholesky_back(g: Any, y: Any, a: Any, *, upper: bool = False) -> Any:
    lower, cotangent = (adjoint(y), turned(g)) if upper else (y, conjugated(g))
    turned_lower = adjoint(lower)
    inner = solve(turned_lower, lower_half(turned_lower @ cotangent))
    return conjugated(folded(adjoint(solve(turned_lower, adjoint(inner))), upper))


cholesky = primitive(
    "cholesky",
    "a, /, *, upper=False",
    "np.linalg.cholesky(a, upper=upper)",
    lambda a, *, upper=False: np.linalg.cholesky(a, upper=upper) if upper else np.linalg.cholesky(a),
    infer=lambda sizes, a, *, upper=False: Array(*square(sizes, a, "cholesky")),
    functions=[np.linalg.cholesky],
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=[_cholesky_forward],
    pullbacks=[_cholesky_back],
    at=lambda: [
        *definites(),
        point(definite(3, 3), upper=True),
        point(definite(3, 3, dtype="c16")),
        point(definite(2, 3, 3, dtype="c16"), upper=True),
    ],
    doc="I. Murray, Differentiation of the Cholesky decomposition, 2016; one triangle of the matrix is read",
)


def is_tall(a: Any) -> bool:
    """Whether a matrix is seen to have at least as many rows as columns."""
    return _at_least(a, -2, -1)


def is_wide(a: Any) -> bool:
    """Whether a matrix is seen to have at least as many columns as rows."""
    return _at_least(a, -1, -2)


def _at_least(a: Any, first: int, second: int) -> bool:
    sides = shape(a)
    if sides is None:
        raise UnsupportedError("a factorisation of an array of unknown rank.", remedy="annotate the argument's type", code="S2S213")
    return a.builder.sizes.at_least(sides[first] - sides[second], 0) is not False


def _qr_type(sizes: Sizes, a: Type, *, mode: str = "reduced") -> Type:
    dtype, sides = matrices(a, "qr")
    if mode not in ("reduced", "complete"):
        raise UnsupportedError(f"np.linalg.qr with mode={mode!r}.", remedy="use mode='reduced' or mode='r'", code="S2S214")
    if sides is None:
        return Tuple((Array(dtype, None), Array(dtype, None)))
    rows, across = sides[-2:]
    inner = rows if mode == "complete" else across if sizes.at_least(rows - across, 0) else minimum(rows, across)
    if mode == "reduced" and sizes.at_least(across - rows, 0):
        inner = rows
    return Tuple((Array(dtype, (*sides[:-2], rows, inner)), Array(dtype, (*sides[:-2], inner, across))))


def _over(x: Any, r: Any) -> Any:
    """Return ``x @ inv(r)``."""
    return turned(solve(turned(r), turned(x)))


def _square_part(x: Any) -> Any:
    """Return the columns of a wide matrix as far as it is square, and the others."""
    rows = apply("length", x, axis=-2)
    return _cut(x, Slice(None, Operand(0)), rows), _cut(x, Slice(Operand(0), None), rows)


def _cut(x: Any, across: Slice, *bounds: Any) -> Any:
    return apply("get", x, *bounds, path=(Index((Dots(), Slice(), across)),))


def _refuse_complete(mode: str, a: Any) -> None:
    if mode == "complete" and not is_wide(a):
        raise UnsupportedError(
            "the derivative of np.linalg.qr with mode='complete' of a matrix with more rows than columns.",
            remedy="use mode='reduced'",
            code="S2S214",
        )


def _qr_forward(t: Any, y: Any, a: Any, *, mode: str = "reduced") -> Any:
    _refuse_complete(mode, a)
    q, r = y
    if not is_tall(a):
        first, rest = _square_part(t)
        square_r, wide_r = _square_part(r)
        dq, dr = _qr_forward_tall(first, q, square_r)
        return dq, apply("concatenate", dr, adjoint(q) @ (rest - dq @ wide_r), axis=-1)
    return _qr_forward_tall(t, q, r)


def _qr_forward_tall(t: Any, q: Any, r: Any) -> Any:
    scaled = _over(t, r)
    inner = adjoint(q) @ scaled
    strict = apply("tril", inner, k=-1)
    turn = strict - adjoint(strict)
    if is_complex(inner):  # the diagonal of r is real
        turn = turn + 1j * apply("imag", apply("tril", inner) - strict)
    return scaled - q @ (inner - turn), (inner - turn) @ r


def _qr_back(g: Any, y: Any, a: Any, *, mode: str = "reduced") -> Any:
    _refuse_complete(mode, a)
    (dq, dr), (q, r) = g, y
    dq, dr = (None if one is None else conjugated(one) for one in (dq, dr))
    if not is_tall(a):
        square_r, _ = _square_part(r)
        if dr is None:
            back = _qr_back_tall(dq, None, q, square_r)
            return conjugated(apply("concatenate", back, apply("zeros_like", _square_part(a)[1]), axis=-1))
        square_dr, wide_dr = _square_part(dr)
        outer = _square_part(a)[1] @ adjoint(wide_dr)
        back = _qr_back_tall(outer if dq is None else dq + outer, square_dr, q, square_r)
        return conjugated(apply("concatenate", back, q @ wide_dr, axis=-1))
    return conjugated(_qr_back_tall(dq, dr, q, r))


def _qr_back_tall(dq: Any, dr: Any, q: Any, r: Any) -> Any:
    inner = None if dr is None else r @ adjoint(dr)
    if dq is not None:
        inner = -(adjoint(dq) @ q) if inner is None else inner - adjoint(dq) @ q
    strict = apply("tril", inner, k=-1)
    full = apply("tril", inner)
    if is_complex(inner):
        full = strict + apply("real", full - strict)
    both = q @ (full + adjoint(strict))
    return adjoint(solve(r, adjoint(both if dq is None else dq + both)))


def _tall_points() -> list[Point]:
    return [
        point(real(4, 3)),
        point(real(3, 3)),
        point(real(3, 5)),
        point(real(2, 4, 3)),
        point(real(3, 2, dtype="f4")),
        point(real(2, 3, 4)),
    ]


qr = primitive(
    "qr",
    "a, /, mode='reduced'",
    "np.linalg.qr(a, mode=mode)",
    lambda a, *, mode="reduced": np.linalg.qr(a, mode),
    infer=_qr_type,
    results=("Q", "R"),
    returned=lambda: type(np.linalg.qr(np.eye(1))),
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=[_qr_forward],
    pullbacks=[_qr_back],
    at=lambda: [
        *_tall_points(),
        point(real(3, 3), mode="complete"),
        point(real(2, 3), mode="complete"),
        point(complex_real(4, 3)),
        point(complex_real(2, 4)),
    ],
    doc="Walter and Lehmann 2010; wide matrices: D. A. O. Roberts and L. R. Roberts, QR and LQ decomposition matrix backpropagation, 2020",
)
qr_triangle = derived(
    "qr_triangle",
    "a",
    "np.linalg.qr(a, mode='r')",
    lambda a: np.linalg.qr(a, "r"),
    lambda a: qr(a, mode="reduced")[1],
    expensive=True,
    raises=True,
    complex=True,
    at=_tall_points,
)

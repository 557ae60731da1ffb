"""Eigenvalues and eigenvectors, also of stacks of matrices.

The formulas are those of M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), and C. Boeddeker et al., "On the computation of complex-valued gradients" (2017).  Eigenvectors are
unique up to a factor, which LAPACK chooses: the derivative is that of the vectors as they come.

`eigh` and `eigvalsh` read one triangle only; the derivative to the other one is 0, as differences show.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.index import Dots, Index, Slice
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Tuple, Type, shape_of
from s2sad.rules.declare import Rule, point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.factors import definite, definites, folded, mirrored, square
from s2sad.rules.formula import apply, is_complex
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import adjoint, conjugated
from s2sad.rules.types import promoted, real_dtype
from s2sad.runtime.arrays import over_gaps as _over_gaps


def columns(x: Any) -> Any:
    """Return a vector as factors of the columns of a matrix: ``x[..., None, :]``."""
    return apply("expand_dims", x, axis=-2)


def part(x: Any, *items: Any) -> Any:
    """Return ``x[..., items]``."""
    return apply("get", x, path=(Index((Dots(), *items)),))


def diagonal_of(x: Any) -> Any:
    """Return the diagonals of a stack of matrices."""
    return apply("diagonal", x, offset=0, axis1=-2, axis2=-1)


over_gaps: Rule = primitive(
    "over_gaps",
    "x, values",
    "over_gaps(x, values)",
    _over_gaps,
    infer=lambda sizes, x, values: Array(promoted(x, values), shape_of(x)),
    complex=True,
    expensive=True,
    pushforwards=lambda k, t, y, x, values: over_gaps(t, values) if k == 0 else -over_gaps(y * (columns(t) - _rows(t)), values),
    pullbacks=lambda k, g, y, x, values: over_gaps(g, values) if k == 0 else _gaps_back(over_gaps(g * y, values)),
    at=lambda: [
        point(real(3, 3), np.array([1.0, 2.0, 4.0])),
        point(real(2, 3, 3), np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 3.0]])),
        point(complex_real(3, 3), np.array([1.0, 2.0, 4.0])),
        point(complex_real(3, 3), complex_real(3)),
        point(real(0, 0), real(0)),
    ],
    doc="0 on the diagonal and where x is 0; nan where x is not 0 and two values are equal up to rounding: the derivative of "
    "eigenvectors to equal eigenvalues is undefined",
)


def _rows(x: Any) -> Any:
    return apply("expand_dims", x, axis=-1)


def _gaps_back(x: Any) -> Any:
    return apply("sum", x, axis=-1) - apply("sum", x, axis=-2)


def _eigh_type(sizes: Sizes, a: Type, *, UPLO: str = "L") -> Type:
    dtype, sides = square(sizes, a, "eigh")
    return Tuple((Array(real_dtype(dtype), None if sides is None else sides[:-1]), Array(dtype, sides)))


def _eigh_forward(t: Any, y: Any, a: Any, *, UPLO: str = "L") -> Any:
    w, v = y
    product = mirrored(t, UPLO in "Uu") @ v
    inner = adjoint(v) @ product
    tangent = v @ over_gaps(inner, w)
    if is_complex(v):  # LAPACK leaves the first (or last) component of each vector real
        row = -1 if UPLO in "Uu" else 0
        phase = apply("imag", part(tangent, row, Slice())) / apply("real", part(v, row, Slice()))
        tangent = tangent - 1j * v * columns(phase)
    return apply("real", diagonal_of(inner)), tangent


def _eigh_back(g: Any, y: Any, a: Any, *, UPLO: str = "L") -> Any:
    dw, dv = g
    w, v = y
    inner = None
    if dv is not None:
        dv = conjugated(dv)
        if is_complex(v):
            row = -1 if UPLO in "Uu" else 0
            turn = apply("imag", apply("sum", v * conjugated(dv), axis=-2)) / apply("real", part(v, row, Slice()))
            dv = apply("add_at", dv, 1j * turn, path=(Index((Dots(), row, Slice())),))
        inner = v @ over_gaps(adjoint(v) @ dv, w)
    if dw is not None:
        scaled = v * columns(dw)
        inner = scaled if inner is None else inner + scaled
    return conjugated(folded(inner @ adjoint(v), UPLO in "Uu"))


eigh = primitive(
    "eigh",
    "a, /, UPLO='L'",
    "np.linalg.eigh(a, UPLO=UPLO)",
    lambda a, *, UPLO="L": np.linalg.eigh(a, UPLO),
    infer=_eigh_type,
    functions=[np.linalg.eigh],
    results=("eigenvalues", "eigenvectors"),
    returned=lambda: type(np.linalg.eigh(np.eye(1))),
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=[_eigh_forward],
    pullbacks=[_eigh_back],
    at=lambda: [
        *definites(),
        point(definite(3, 3), UPLO="U"),
        point(definite(3, 3, dtype="c16")),
        point(definite(2, 3, 3, dtype="c16"), UPLO="U"),
    ],
    doc="Giles 2008, 3.1; Boeddeker et al., On the computation of complex-valued gradients, 2017; one triangle is read",
)
eigvalsh = derived(
    "eigvalsh",
    "a, /, UPLO='L'",
    "np.linalg.eigvalsh(a, UPLO=UPLO)",
    lambda a, *, UPLO="L": np.linalg.eigvalsh(a, UPLO),
    lambda a, *, UPLO="L": eigh(a, UPLO=UPLO)[0],
    functions=[np.linalg.eigvalsh],
    expensive=True,
    raises=True,
    complex=True,
    at=lambda: [*definites(), point(definite(3, 3), UPLO="U"), point(definite(3, 3, dtype="c16"))],
)


# General matrices: whether the result is complex, NumPy decides by the values; it is treated as complex.


def _eig_type(sizes: Sizes, a: Type) -> Type:
    dtype, sides = square(sizes, a, "eig")
    dtype = dtype if dtype[0] == "c" else f"c{2 * int(dtype[1:])}"
    return Tuple((Array(dtype, None if sides is None else sides[:-1]), Array(dtype, sides)))


def _largest(v: Any) -> Any:
    """Mark the component of each vector that LAPACK leaves real: the largest one."""
    size = apply("absolute", v)
    return apply("equal", size, apply("max", size, axis=-2, keepdims=True))


def _eig_forward(t: Any, y: Any, a: Any) -> Any:
    w, v = y
    inner = apply("solve", v, t @ v)
    tangent = v @ over_gaps(inner, w)
    length = apply("sum", apply("real", conjugated(v) * tangent), axis=-2, keepdims=True)
    at = _largest(v)
    turn = apply("sum", apply("select", at, apply("imag", tangent), 0.0), axis=-2, keepdims=True)
    real_part = apply("sum", apply("select", at, apply("real", v), 0.0), axis=-2, keepdims=True)
    return diagonal_of(inner), tangent - v * (length + 1j * (turn / real_part))


def _eig_back(g: Any, y: Any, a: Any) -> Any:
    dw, dv = g
    w, v = y
    left = adjoint(v)
    inner = None
    if dv is not None:
        dv = conjugated(dv)
        pairing = apply("sum", conjugated(dv) * v, axis=-2, keepdims=True)
        at = _largest(v)
        real_part = apply("sum", apply("select", at, apply("real", v), 0.0), axis=-2, keepdims=True)
        dv = dv - v * apply("real", pairing) + apply("select", at, 1j * (apply("imag", pairing) / real_part), 0.0)
        inner = over_gaps(left @ dv, conjugated(w)) @ left
    if dw is not None:
        scaled = left * apply("expand_dims", conjugated(dw), axis=-1)
        inner = scaled if inner is None else inner + scaled
    return conjugated(apply("solve", left, inner))


def _general() -> list[Any]:
    rotation = np.array([[0.3, 2.0, 0.1], [-1.0, 0.2, 0.4], [0.3, -0.2, 1.5]])
    return [point(rotation), point(complex_real(3, 3)), point(np.stack([rotation, rotation.T @ rotation + 2 * rotation]))]


eig = primitive(
    "eig",
    "a",
    "np.linalg.eig(a)",
    np.linalg.eig,
    infer=_eig_type,
    functions=[np.linalg.eig],
    results=("eigenvalues", "eigenvectors"),
    returned=lambda: type(np.linalg.eig(np.eye(1))),
    expensive=True,
    raises=True,
    complex=True,
    pushforwards=[_eig_forward],
    pullbacks=[_eig_back],
    at=_general,
    doc="Giles 2008, 3.1, and Boeddeker et al. 2017; the vectors have length 1 and a real largest component",
)
eigvals = derived(
    "eigvals",
    "a",
    "np.linalg.eigvals(a)",
    np.linalg.eigvals,
    lambda a: eig(a)[0],
    functions=[np.linalg.eigvals],
    expensive=True,
    raises=True,
    complex=True,
    at=_general,
)

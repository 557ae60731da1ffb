"""`scipy.linalg`: loaded only where a program has imported it.

SciPy computes the values; the derivatives follow from formulas over NumPy's functions, which generated source then uses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Dots, Index, Operand, Slice
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Rule, point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.factors import definite, definites, square
from s2sad.rules.formula import apply
from s2sad.rules.linalg import det, inv, solve
from s2sad.rules.matrix_functions import pinv
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import adjoint, turned
from s2sad.rules.singular import svdvals
from s2sad.rules.spectra import eigvalsh
from s2sad.rules.types import inexact, promoted

package: Any = scipy.linalg


def _whole(a: Any, lower: bool) -> Any:
    """Return the symmetric matrix of which one triangle is read."""
    name, k = ("tril", -1) if lower else ("triu", 1)
    return apply(name, a) + adjoint(apply(name, a, k=k))


def _solve(a: Any, b: Any, *, lower: bool = False, assume_a: Any = None, transposed: bool = False) -> Any:
    matrix = _whole(a, lower) if assume_a in ("pos", "sym", "her", "positive definite", "symmetric", "hermitian") else a
    return solve(turned(matrix) if transposed else matrix, b)


def _solve_type(sizes: Sizes, a: Type, b: Type, **static: Any) -> Type:
    if static.get("assume_a") not in (None, "gen", "general", "pos", "sym", "her", "positive definite", "symmetric", "hermitian"):
        raise UnsupportedError(f"scipy.linalg.solve with assume_a={static['assume_a']!r}.", remedy="leave assume_a out", code="S2S214")
    if len(shape_of(a) or (1, 1)) != 2:
        raise UnsupportedError("scipy.linalg.solve of a stack of matrices.", remedy="use np.linalg.solve", code="S2S214")
    assert solve.infer is not None
    return solve.infer(sizes, a, b)


scipy_solve = derived(
    "scipy_solve",
    "a, b, /, lower=False, *, assume_a=None, transposed=False",
    "scipy.linalg.solve(a, b, lower=lower, assume_a=assume_a, transposed=transposed)",
    lambda a, b, *, lower=False, assume_a=None, transposed=False: package.solve(
        a, b, lower=lower, assume_a=assume_a, transposed=transposed
    ),
    _solve,
    infer=_solve_type,
    functions=[package.solve],
    expensive=True,
    raises=True,
    complex=True,
    at=lambda: [
        point(real(3, 3) + 3 * np.eye(3), real(3)),
        point(real(3, 3) + 3 * np.eye(3), real(3, 2), transposed=True),
        point(definite(3, 3), real(3), assume_a="pos"),
        point(definite(3, 3) + np.triu(real(3, 3), 1), real(3), assume_a="sym", lower=True),
        point(complex_real(3, 3) + 3 * np.eye(3), real(3)),
    ],
)


def _triangle(a: Any, trans: Any, lower: bool, unit: bool) -> Any:
    name, k = ("tril", -1) if lower else ("triu", 1)
    matrix = apply(name, a, k=k) + apply("eye_like", a) if unit else apply(name, a)
    return {0: lambda x: x, "N": lambda x: x, 1: turned, "T": turned, 2: adjoint, "C": adjoint}[trans](matrix)


solve_triangular = derived(
    "solve_triangular",
    "a, b, /, trans=0, lower=False, unit_diagonal=False",
    "scipy.linalg.solve_triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit_diagonal)",
    lambda a, b, *, trans=0, lower=False, unit_diagonal=False: package.solve_triangular(a, b, trans, lower, unit_diagonal),
    lambda a, b, *, trans=0, lower=False, unit_diagonal=False: solve(_triangle(a, trans, lower, unit_diagonal), b),
    infer=_solve_type,
    functions=[package.solve_triangular],
    expensive=True,
    raises=True,
    complex=True,
    at=lambda: [
        point(real(3, 3) + 3 * np.eye(3), real(3)),
        point(real(3, 3) + 3 * np.eye(3), real(3, 2), lower=True),
        point(real(3, 3) + 3 * np.eye(3), real(3), lower=True, trans="T"),
        point(real(3, 3), real(3), trans=1, unit_diagonal=True),
        point(complex_real(3, 3) + 3 * np.eye(3), complex_real(3), trans="C"),
    ],
)
scipy_cholesky = derived(
    "scipy_cholesky",
    "a, /, lower=False",
    "scipy.linalg.cholesky(a, lower=lower)",
    lambda a, *, lower=False: package.cholesky(a, lower),
    lambda a, *, lower=False: apply("cholesky", a, upper=not lower),
    functions=[package.cholesky],
    expensive=True,
    raises=True,
    at=lambda: [*definites(), point(definite(3, 3) + np.triu(real(3, 3), 1), lower=True)],
)


def _one(name: str, signature: str, function: Any, body: Any, points: Any, **facts: Any) -> Rule:
    """Declare a function of one matrix that NumPy has too."""
    return derived(
        f"scipy_{name}",
        signature,
        f"scipy.linalg.{name}(a)",
        lambda a: function(a),
        body,
        functions=[function],
        expensive=True,
        raises=True,
        at=points,
        **facts,
    )


def _squares() -> list[Any]:
    return [point(real(3, 3) + 3 * np.eye(3)), point(complex_real(2, 2) + 3 * np.eye(2)), point((real(2, 2) + 2 * np.eye(2)).astype("f4"))]


scipy_inv = _one("inv", "a", package.inv, inv, _squares, complex=True)
scipy_det = _one("det", "a", package.det, det, lambda: _squares()[:1])
scipy_svdvals = _one("svdvals", "a", package.svdvals, svdvals, lambda: [point(real(3, 3)), point(real(4, 3)), point(real(2, 3))])
scipy_pinv = _one("pinv", "a", package.pinv, pinv, lambda: [point(real(3, 3) + 3 * np.eye(3)), point(real(4, 3)), point(real(2, 3))])


def _eigh_static(lower: bool) -> str:
    return "L" if lower else "U"


scipy_eigvalsh = derived(
    "scipy_eigvalsh",
    "a, /, *, lower=True",
    "scipy.linalg.eigvalsh(a, lower=lower)",
    lambda a, *, lower=True: package.eigvalsh(a, lower=lower),
    lambda a, *, lower=True: eigvalsh(a, UPLO=_eigh_static(lower)),
    functions=[package.eigvalsh],
    expensive=True,
    raises=True,
    at=lambda: [point(definite(3, 3)), point(definite(3, 3) + np.tril(real(3, 3), -1), lower=False)],
)


# The exponential: its derivative is a block of the exponential of a block matrix (R. Mathias 1996; N. J. Higham 2008, 3.2).


def _slope_of(name: str, a: Any, t: Any) -> Any:
    zeros = apply("zeros_like", a)
    above = apply("concatenate", a, t, axis=-1)
    below = apply("concatenate", zeros, a, axis=-1)
    size = apply("length", a, axis=-1)
    whole = apply(name, apply("concatenate", above, below, axis=-2))
    return apply("get", whole, size, size, path=(Index((Dots(), Slice(None, Operand(0)), Slice(Operand(1), None))),))


def _matrix_type(sizes: Sizes, a: Type) -> Type:
    return Array(*square(sizes, a, "a function of a matrix"))


expm: Rule = primitive(
    "expm",
    "A",
    "scipy.linalg.expm(A)",
    package.expm,
    infer=_matrix_type,
    functions=[package.expm],
    complex=True,
    expensive=True,
    pushforwards=[lambda t, y, A: _slope_of("expm", A, t)],
    pullbacks=[lambda g, y, A: _slope_of("expm", turned(A), g)],
    at=lambda: [point(real(3, 3)), point(complex_real(2, 2)), point(real(2, 2, 2)), point(real(2, 2, dtype="f4"))],
    doc="N. J. Higham, Functions of Matrices, 2008, theorem 3.6",
)


# Sylvester's and Lyapunov's equations.


def _sylvester_type(sizes: Sizes, a: Type, b: Type, q: Type) -> Type:
    return Array(inexact(promoted(*(Array(str(dtype_of(kind)), ()) for kind in (a, b, q)))), shape_of(q))


def _sylvester_forward(k: int, t: Any, y: Any, a: Any, b: Any, q: Any) -> Any:
    right = t if k == 2 else -(t @ y) if k == 0 else -(y @ t)
    return solve_sylvester(a, b, right)


def _sylvester_back(k: int, g: Any, y: Any, a: Any, b: Any, q: Any) -> Any:
    inner = solve_sylvester(turned(a), turned(b), g)
    return inner if k == 2 else -(inner @ turned(y)) if k == 0 else -(turned(y) @ inner)


solve_sylvester: Rule = primitive(
    "solve_sylvester",
    "a, b, q",
    "scipy.linalg.solve_sylvester(a, b, q)",
    package.solve_sylvester,
    infer=_sylvester_type,
    functions=[package.solve_sylvester],
    complex=True,
    expensive=True,
    raises=True,
    pushforwards=_sylvester_forward,
    pullbacks=_sylvester_back,
    at=lambda: [
        point(definite(3, 3) + 0.1 * real(3, 3), definite(2, 2), real(3, 2)),
        point(definite(2, 2) + complex_real(2, 2), definite(2, 2), complex_real(2, 2)),
    ],
)
lyapunov = derived(
    "solve_continuous_lyapunov",
    "a, q",
    "scipy.linalg.solve_continuous_lyapunov(a, q)",
    package.solve_continuous_lyapunov,
    lambda a, q: solve_sylvester(a, adjoint(a), q),
    infer=lambda sizes, a, q: _sylvester_type(sizes, a, a, q),
    functions=[package.solve_continuous_lyapunov, package.solve_lyapunov],
    expensive=True,
    raises=True,
    at=lambda: [point(definite(3, 3) + 0.1 * real(3, 3), real(3, 3))],
)


# Special matrices.


def _distances(x: Any) -> Any:
    """Return ``i - j`` for the places of a square matrix."""
    positions = apply("arange", apply("length", x, axis=0))
    return apply("expand_dims", positions, axis=-1) - positions


def _special(name: str, function: Any, body: Any) -> Rule:
    return derived(
        name,
        "c",
        f"scipy.linalg.{name}(c)",
        lambda c: function(c),
        body,
        functions=[function],
        at=lambda: [point(real(3)), point(real(4, dtype="f4"))],
    )


toeplitz = _special("toeplitz", package.toeplitz, lambda c: apply("take", c, apply("absolute", _distances(c))))
circulant = _special(
    "circulant", package.circulant, lambda c: apply("take", c, apply("remainder", _distances(c), apply("length", c, axis=0)))
)

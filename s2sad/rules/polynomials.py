"""Polynomials by their coefficients, highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Index, NewAxis, Operand, Slice
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.convolution import correlate_full
from s2sad.rules.declare import Rule, Symbol, point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply, rank
from s2sad.rules.matrix_functions import pinv
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import known_rank
from s2sad.rules.types import array_or_scalar, inexact, number, numeric, promoted


def _plain(kind: Type) -> Array:
    return Array(str(dtype_of(kind)), ())


def _count(x: Any) -> Any:
    return apply("length", x, axis=0)


def _falling(count: Any, last: int) -> Any:
    """Return ``count - 1 + last, ..., last``: the powers of a polynomial, or the factors of its derivative."""
    return apply("flip", apply("arange", last, count + last))


def _powers(x: Any, count: Any) -> Any:
    """Return the powers of each element along a new last axis, the highest first."""
    base = apply("expand_dims", x, axis=-1) if rank(x) else x
    return base ** _falling(count, 0)


def _polyval_type(sizes: Sizes, p: Type, x: Type) -> Type:
    numeric("np.polyval", p, x)
    if len(shape_of(p) or (1,)) != 1:
        raise UnsupportedError("np.polyval with a matrix of coefficients.", remedy="evaluate row by row", code="S2S214")
    return array_or_scalar(promoted(_plain(p), _plain(x)), shape_of(x))


def _polyval_forward(k: int, t: Any, y: Any, p: Any, x: Any) -> Any:
    return polyval(t, x) if k == 0 else t * polyval(polyder(p), x)


def _polyval_back(k: int, g: Any, y: Any, p: Any, x: Any) -> Any:
    if k == 1:
        return g * polyval(polyder(p), x)
    length = known_rank(x)
    powers = _powers(x, _count(p))
    if not length:
        return g * powers
    return apply("sum", apply("expand_dims", g, axis=-1) * powers, axis=tuple(range(length)), keepdims=False)


polyval: Rule = primitive(
    "polyval",
    "p, x",
    "np.polyval(p, x)",
    np.polyval,
    infer=_polyval_type,
    functions=[np.polyval],
    complex=True,
    expensive=True,
    pushforwards=_polyval_forward,
    pullbacks=_polyval_back,
    at=lambda: [
        point(real(4), real(3)),
        point(real(4), real(2, 3)),
        point(real(4), 0.7),
        point(real(4), np.float64(0.0)),
        point(real(1), real(3)),
        point(np.array([1, 2, 3]), real(3)),
        point(real(3), complex_real(3)),
        point(real(3, dtype="f4"), real(3, dtype="f4")),
    ],
)


def _shorter(p: Any, m: int) -> Any:
    for _ in range(m):
        inner = apply("get", p, path=(Index((Slice(None, -1),)),))
        p = inner * _falling(_count(p) - 1, 1)
    return p


def _longer(p: Any, m: int, k: Any) -> Any:
    for place in range(m):
        constant = Symbol(p.builder, p.builder.constant(0.0 if k is None else float(k[place] if isinstance(k, tuple) else k)))
        p = apply("concatenate", p / _falling(_count(p), 1), apply("array_of", constant), axis=0)
    return p


def _order_type(step: int) -> Any:
    def infer(sizes: Sizes, p: Type, *, m: int = 1, k: Any = None) -> Type:
        numeric("a polynomial", p)
        sides = shape_of(p)
        if sides is None or len(sides) != 1:
            raise ShapeError("a polynomial has one axis of coefficients")
        length, dtype = sides[0], str(dtype_of(p))
        for _ in range(m):
            enough = True if step > 0 else sizes.at_least(length, 1)
            length = sizes.fresh("order") if enough is None else length + step if enough else length
        return Array(inexact(dtype) if step > 0 and m else promoted(_plain(p), Array("i8", ())), (length,))

    return infer


polyder = derived(
    "polyder",
    "p, /, m=1",
    "np.polyder(p, m=m)",
    lambda p, *, m=1: np.polyder(p, m),
    lambda p, *, m=1: _shorter(p, m),
    infer=_order_type(-1),
    functions=[np.polyder],
    complex=True,
    at=lambda: [point(real(4)), point(real(4), m=2), point(real(1)), point(complex_real(3))],
)
polyint = derived(
    "polyint",
    "p, /, m=1, k=None",
    "np.polyint(p, m=m, k=k)",
    lambda p, *, m=1, k=None: np.polyint(p, m, k),
    lambda p, *, m=1, k=None: _longer(p, m, k),
    infer=_order_type(1),
    functions=[np.polyint],
    complex=True,
    at=lambda: [point(real(4)), point(real(3), m=2), point(real(3), k=2.0)],
)


def _sum_type(sizes: Sizes, a1: Type, a2: Type) -> Type:
    numeric("a polynomial", a1, a2)
    left, right = shape_of(a1), shape_of(a2)
    dtype = promoted(_plain(a1), _plain(a2))
    if left is None or right is None:
        return Array(dtype, None)
    first, second = (side[0] if side else Size.of(1) for side in (left, right))
    order = sizes.at_least(first - second, 0)
    return Array(dtype, (sizes.fresh("order") if order is None else first if order else second,))


def _tail(x: Any, like: Any) -> Any:
    """Return the last elements, as many as `like` has."""
    total = _count(x)
    return apply("get", x, total - _count(like), total, path=(Index((Slice(Operand(0), Operand(1)),)),))


def _ahead(x: Any, like: Any) -> Any:
    """Return `x` filled with zeros in front, to the length of `like`."""
    total = _count(like)
    zeros = apply("multiply", like, 0.0)
    return apply("put", zeros, x, total - _count(x), total, path=(Index((Slice(Operand(0), Operand(1)),)),))


def _addition(name: str, function: Any, sign: int) -> Rule:
    def forward(k: int, t: Any, y: Any, a1: Any, a2: Any) -> Any:
        return _ahead(t if k == 0 or sign > 0 else -t, y)

    def back(k: int, g: Any, y: Any, a1: Any, a2: Any) -> Any:
        part = _tail(g, a1 if k == 0 else a2)
        return part if k == 0 or sign > 0 else -part

    return primitive(
        name,
        "a1, a2",
        f"np.{name}(a1, a2)",
        function,
        infer=_sum_type,
        functions=[function],
        complex=True,
        pushforwards=forward,
        pullbacks=back,
        at=lambda: [point(real(4), real(2)), point(real(2), real(3, seed=1)), point(real(3), real(3, seed=1))],
    )


polyadd, polysub = _addition("polyadd", np.polyadd, 1), _addition("polysub", np.polysub, -1)


def _polymul_type(sizes: Sizes, a1: Type, a2: Type) -> Type:
    numeric("a polynomial", a1, a2)
    return Array(promoted(_plain(a1), _plain(a2)), (sizes.fresh("order"),))  # NumPy leaves out leading zeros


def _polymul_forward(k: int, t: Any, y: Any, a1: Any, a2: Any) -> Any:
    full = apply("convolve", t, a2) if k == 0 else apply("convolve", a1, t)
    return _tail(full, y)


def _polymul_back(k: int, g: Any, y: Any, a1: Any, a2: Any) -> Any:
    return correlate_full(_ahead(g, apply("convolve", a1, a2)), a2 if k == 0 else a1)


polymul = primitive(
    "polymul",
    "a1, a2",
    "np.polymul(a1, a2)",
    np.polymul,
    infer=_polymul_type,
    functions=[np.polymul],
    complex=True,
    expensive=True,
    pushforwards=_polymul_forward,
    pullbacks=_polymul_back,
    at=lambda: [point(real(4), real(2)), point(real(2), real(3, seed=1)), point(complex_real(2), real(3))],
)


def _vander_count(x: Any, N: Any) -> Any:
    return _count(x) if N is None else Symbol(x.builder, x.builder.size(Size.of(N)))


def _vander_type(sizes: Sizes, x: Type, *, N: Any = None, increasing: bool = False) -> Type:
    numeric("np.vander", x)
    sides = shape_of(x)
    if sides is None or len(sides) != 1:
        raise ShapeError("x must be a one-dimensional array or sequence.")
    return Array(promoted(x, Array("i8", ())), (sides[0], sides[0] if N is None else Size.of(N)))


def _vander(x: Any, *, N: Any = None, increasing: bool = False) -> Any:
    count = _vander_count(x, N)
    if increasing:
        return apply("get", x, path=(Index((Slice(), NewAxis())),)) ** apply("arange", count)
    return _powers(x, count)


vander = derived(
    "vander",
    "x, /, N=None, increasing=False",
    "np.vander(x, N=N, increasing=increasing)",
    lambda x, *, N=None, increasing=False: np.vander(x, None if N is None else number(N), increasing),
    _vander,
    infer=_vander_type,
    functions=[np.vander],
    complex=True,
    at=lambda: [
        point(real(3)),
        point(real(3), N=Size.of(4)),
        point(real(3), N=Size.of(2), increasing=True),
        point(np.array([0.0, 1.0, -2.0])),
        point(real(3, dtype="f4")),
    ],
)


def _polyfit_type(sizes: Sizes, x: Type, y: Type, *weights: Type, deg: int = 1) -> Type:
    numeric("np.polyfit", x, y, *weights)
    right = shape_of(y)
    dtype = "c16" if str(dtype_of(y))[0] == "c" else "f8"
    return Array(dtype, None if right is None else (Size.of(deg + 1), *right[1:]))


def _polyfit(x: Any, y: Any, *weights: Any, deg: int = 1) -> Any:
    matrix = vander(x, N=Size.of(deg + 1))
    for w in weights:
        matrix, y = matrix * apply("expand_dims", w, axis=-1), y * (w if rank(y) == 1 else apply("expand_dims", w, axis=-1))
    return pinv(matrix) @ y


polyfit = derived(
    "polyfit",
    "x, y, /, deg=1",
    "np.polyfit(x, y, deg)",
    lambda x, y, *, deg: np.polyfit(x, y, deg),
    _polyfit,
    infer=_polyfit_type,
    functions=[np.polyfit],
    expensive=True,
    raises=True,
    at=lambda: [point(np.arange(5.0), real(5), deg=2), point(real(5), real(5, seed=1), deg=1), point(np.arange(5.0), real(5, 2), deg=1)],
    doc="least squares by the pseudo-inverse of the matrix of powers (Golub and Pereyra 1973)",
)


def _roots_forward(t: Any, y: Any, p: Any) -> Any:
    return -(polyval(t, y) / polyval(polyder(p), y))


def _roots_back(g: Any, y: Any, p: Any) -> Any:
    assert polyval.pullback is not None
    return polyval.pullback(0, -(g / polyval(polyder(p), y)), None, p, y)


roots = primitive(
    "roots",
    "p",
    "np.roots(p)",
    np.roots,
    infer=lambda sizes, p: Array("c16", (sizes.fresh("root"),)),  # whether they are complex, NumPy decides by the values
    functions=[np.roots],
    complex=True,
    expensive=True,
    raises=True,
    pushforwards=[_roots_forward],
    pullbacks=[_roots_back],
    at=lambda: [point(np.array([1.0, -0.5, 2.0, 0.3])), point(complex_real(4))],
    doc="by the implicit function theorem; inf at a multiple root",
)

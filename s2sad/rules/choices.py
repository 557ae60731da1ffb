"""Choices between values: `where`, `maximum`, `minimum`, `clip`; and the guards that formulas use at singular points."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Number, Scalar, Type
from s2sad.rules import simplify
from s2sad.rules.declare import Rule, elementwise, point
from s2sad.rules.formula import apply, kind_of
from s2sad.rules.points import binary, complex_real, real
from s2sad.rules.types import array_or_scalar, broadcast_types, numeric, promoted, python_kinds, tower, ufunc_type


def _plain(*operands: Any) -> bool:
    return all(isinstance(x, (bool, int, float, complex)) and not isinstance(x, np.generic) for x in operands)


def _where_type(sizes: Sizes, condition: Type, a: Type, b: Type) -> Type:
    numeric("where", condition, a, b)
    if isinstance(condition, Number) and isinstance(a, Number) and isinstance(b, Number):
        return a if a == b else Number(tower(a, b, least="bool"))
    return Array(promoted(a, b), broadcast_types(sizes, condition, a, b))


def _conditions() -> list[Any]:
    c = np.array([True, False, True])
    return [
        point(c, real(3), real(3, seed=1)),
        point(c, real(2, 3), 0.0),
        point(c, 1.0, real(3)),
        point(c, real(2, 1), real(3)),
        point(True, real(3), 0.0),
        point(np.bool_(False), real(2), real(2, seed=1)),
        point(c, real(3, dtype="f4"), 1.0),
        point(c[:1], real(1), real()),
        point(c[:0], real(0), 1.0),
        point(c, real(3), np.arange(3)),
        point(True, 1.0, 2.0),
        point(np.bool_(True), 1.0, 2.0),
        point(c, complex_real(3), real(3)),
    ]


# Where a branch is not taken its derivative is exactly 0, also when it is nan: the mask selects, it does not multiply.
where = elementwise(
    "where",
    "condition, a, b",
    "np.where(condition, a, b)",
    lambda c, a, b: (a if c else b) if _plain(c, a, b) else np.where(c, a, b),
    [None, lambda g, y, c, a, b: select(c, g, 0.0), lambda g, y, c, a, b: select(c, 0.0, g)],
    infer=_where_type,
    functions=[np.where],
    complex=True,
    at=_conditions,
    spell=lambda c, a, b: "a if condition else b" if all(isinstance(kind, Number) for kind in (c, a, b)) else "np.where(condition, a, b)",
)


def _select(c: Any, a: Any, b: Any) -> Any:
    if any(isinstance(x, np.ndarray) for x in (c, a, b)):
        return np.where(c, a, b)
    return a if c else b


def _select_type(sizes: Sizes, condition: Type, a: Type, b: Type) -> Type:
    if any(isinstance(kind, Array) for kind in (condition, a, b)):
        return Array(promoted(a, b), broadcast_types(sizes, condition, a, b))
    if isinstance(a, Number) and isinstance(b, Number):
        return a if a == b else Number(tower(a, b, least="bool"), None, tuple(dict.fromkeys(python_kinds(a) + python_kinds(b))))
    return Scalar(promoted(a, b), tuple(dict.fromkeys(python_kinds(a) + python_kinds(b))))


# `where` for formulas: on numbers and scalars it is Python's conditional expression, which makes no 0-d array.
select: Rule = elementwise(
    "select",
    "condition, a, b",
    "np.where(condition, a, b)",
    _select,
    [None, lambda g, y, c, a, b: select(c, g, 0.0), lambda g, y, c, a, b: select(c, 0.0, g)],
    infer=_select_type,
    complex=True,
    at=lambda: [p for p in _conditions() if kind_of(p.operands[1]) == kind_of(p.operands[2]) or np.ndim(p.operands[0])],
    spell=lambda c, a, b: "np.where(condition, a, b)" if any(isinstance(kind, Array) for kind in (c, a, b)) else "(a if condition else b)",
)


def _guarded_type(sizes: Sizes, a: Type, b: Type) -> Type:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(tower(a, b, least="float"))
    return ufunc_type(np.divide)(sizes, a, _chosen(b))


def _chosen(b: Type) -> Type:
    """Return the type of ``np.where(a == 0, 1, b)``: a Python number is no longer weak."""
    return Scalar(promoted(b, Number("int"))) if isinstance(b, Number) else b


def _divide_unless_zero(a: Any, b: Any) -> Any:
    if _plain(a, b):
        return a / b if b else a and a * np.inf
    return a / np.where(np.equal(a, 0), 1, b)


def _spell_divide(a: Type, b: Type) -> str:
    if isinstance(a, Number) and isinstance(b, Number):
        return "(a / b if b else a and a * np.inf)"
    if isinstance(a, Scalar) and isinstance(b, Scalar) and a.dtype == b.dtype:
        return "(a / b if a else a)"
    return "a / np.where(a == 0, 1, b)"


# A zero cotangent times an unbounded derivative is 0.
divide_unless_zero: Rule = elementwise(
    "divide_unless_zero",
    "a, b",
    "a / np.where(a == 0, 1, b)",
    _divide_unless_zero,
    [lambda g, y, a, b: divide_unless_zero(g, b), lambda g, y, a, b: divide_unless_zero(-g * y, b)],
    infer=_guarded_type,
    complex=True,
    spell=_spell_divide,
    simplify=simplify.divide_unless_zero,
    at=binary(0.5, 2.0, complex=True),
)


def _multiply_unless_zero(a: Any, b: Any) -> Any:
    if _plain(a, b):
        return a * b if a else a * 1.0
    return a * np.where(np.equal(a, 0), 1, b)


def _spell_multiply(a: Type, b: Type) -> str:
    if (isinstance(a, Number) and isinstance(b, Number)) or (isinstance(a, Scalar) and isinstance(b, Scalar) and a.dtype == b.dtype):
        return "(a * b if a else a * 1.0)"
    return "a * np.where(a == 0, 1, b)"


def _product_type(sizes: Sizes, a: Type, b: Type) -> Type:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(tower(a, b, least="float"))
    return ufunc_type(np.multiply)(sizes, a, _chosen(b))


multiply_unless_zero: Rule = elementwise(
    "multiply_unless_zero",
    "a, b",
    "a * np.where(a == 0, 1, b)",
    _multiply_unless_zero,
    [lambda g, y, a, b: multiply_unless_zero(g, b), lambda g, y, a, b: g * a],
    infer=_product_type,
    complex=True,
    spell=_spell_multiply,
    at=binary(0.5, 2.0, complex=True),
)


def _share(g: Any, mine: Any, other: Any, wins: str) -> Any:
    """Give the whole cotangent where `mine` wins, half of it at a tie."""
    tie = select(apply("equal", mine, other), 0.5 * g, 0.0)
    return select(apply(wins, mine, other), g, tie)


def _extremum_points() -> Any:
    return binary(numbers=False, extra=[])


maximum = elementwise(
    "maximum",
    "a, b",
    "np.maximum(a, b)",
    np.maximum,
    [lambda g, y, a, b: _share(g, a, b, "greater"), lambda g, y, a, b: _share(g, b, a, "greater")],
    infer=ufunc_type(np.maximum),
    functions=[np.maximum],
    at=_extremum_points(),
)
minimum = elementwise(
    "minimum",
    "a, b",
    "np.minimum(a, b)",
    np.minimum,
    [lambda g, y, a, b: _share(g, a, b, "less"), lambda g, y, a, b: _share(g, b, a, "less")],
    infer=ufunc_type(np.minimum),
    functions=[np.minimum],
    at=_extremum_points(),
)
fmax = elementwise(
    "fmax",
    "a, b",
    "np.fmax(a, b)",
    np.fmax,
    [lambda g, y, a, b: _share_present(g, a, b, "greater"), lambda g, y, a, b: _share_present(g, b, a, "greater")],
    infer=ufunc_type(np.fmax),
    functions=[np.fmax],
    at=_extremum_points(),
)
fmin = elementwise(
    "fmin",
    "a, b",
    "np.fmin(a, b)",
    np.fmin,
    [lambda g, y, a, b: _share_present(g, a, b, "less"), lambda g, y, a, b: _share_present(g, b, a, "less")],
    infer=ufunc_type(np.fmin),
    functions=[np.fmin],
    at=_extremum_points(),
)


def _share_present(g: Any, mine: Any, other: Any, wins: str) -> Any:
    """As `_share`; the other operand is passed over where it is nan."""
    return select(apply("not_equal", other, other), g, _share(g, mine, other, wins))


def _clip_type(sizes: Sizes, x: Type, low: Type, high: Type) -> Type:
    numeric("clip", x, low, high)
    return array_or_scalar(promoted(x, low, high), broadcast_types(sizes, x, low, high))


def _clip_back(g: Any, y: Any, x: Any, low: Any, high: Any) -> Any:
    """Inside the bounds 1, at a bound 0.5, as for `minimum(maximum(x, low), high)`."""
    inside = apply("logical_and", apply("greater", x, low), apply("less", x, high))
    at_bound = apply("logical_and", apply("equal", y, x), apply("not_equal", low, high))
    return select(inside, g, select(at_bound, 0.5 * g, 0.0))


clip = elementwise(
    "clip",
    "x, low, high",
    "np.clip(x, low, high)",
    np.clip,
    [
        _clip_back,
        lambda g, y, x, low, high: _share(_share(g, low, high, "less"), low, x, "greater"),
        lambda g, y, x, low, high: _share(g, high, apply("maximum", x, low), "less"),
    ],
    infer=_clip_type,
    functions=[np.clip],
    methods=["clip"],
    at=lambda: [
        point(real(5), -1.0, 1.0),
        point(real(2, 3), real(3, low=-2.0, high=-1.0), 1.0),
        point(real(3, dtype="f4"), -1.0, 1.0),
        point(np.float64(0.3), 0.0, 1.0),
        point(real(3), 0, 1),
        point(np.arange(4), 1, 2),
        point(real(0), -1.0, 1.0),
    ],
)

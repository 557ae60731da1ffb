"""Products of vectors beside the usual: Kronecker, cross and inner products along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Dots, Index
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Type, shape_of
from s2sad.rules.declare import point
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply, from_entry, shape
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import conjugated, known_rank
from s2sad.rules.types import array_or_scalar, numeric, promoted


def _kron_type(sizes: Sizes, a: Type, b: Type) -> Type:
    numeric("np.kron", a, b)
    left, right = shape_of(a), shape_of(b)
    if left is None or right is None:
        return Array(promoted(a, b), None)
    length = max(len(left), len(right))
    left, right = ((Size.of(1),) * (length - len(side)) + side for side in (left, right))
    return array_or_scalar(promoted(a, b), tuple(m * n for m, n in zip(left, right, strict=True)))


def _kron(a: Any, b: Any) -> Any:
    left, right = shape(a), shape(b)
    if left is None or right is None or not from_entry(left) or not from_entry(right):
        raise UnsupportedError("np.kron of arrays whose size is known only at run time.", remedy="use np.einsum and reshape", code="S2S215")
    length = max(len(left), len(right))
    if not length:
        return a * b
    one = Size.of(1)
    left, right = (one,) * (length - len(left)) + left, (one,) * (length - len(right)) + right
    spread_a = apply("reshape", a, shape=tuple(size for k in range(length) for size in (left[k], one)))
    spread_b = apply("reshape", b, shape=tuple(size for k in range(length) for size in (one, right[k])))
    return apply("reshape", spread_a * spread_b, shape=tuple(m * n for m, n in zip(left, right, strict=True)))


kron = derived(
    "kron",
    "a, b",
    "np.kron(a, b)",
    np.kron,
    _kron,
    infer=_kron_type,
    functions=[np.kron],
    complex=True,
    expensive=True,
    at=lambda: [
        point(real(2), real(3)),
        point(real(2, 3), real(3, 2)),
        point(real(2, 3), real(2)),
        point(real(2), real(2, 1, 2)),
        point(real(2, 2), np.eye(2)),
        point(complex_real(2, 2), real(2, 2)),
        point(real(2, dtype="f4"), real(2, dtype="f4")),
    ],
)


def _last(x: Any, axis: int) -> Any:
    return x if axis in (-1, known_rank(x) - 1) else apply("moveaxis", x, source=axis, destination=-1)


def _components(x: Any) -> list[Any]:
    """Return the two or three components along the last axis."""
    length = (shape(x) or (Size.of(0),))[-1]
    sizes = getattr(x, "builder").sizes  # noqa: B009 (a formula is written on symbols)
    for count in (3, 2):
        if length.known == count or (length.known is None and sizes.equal(length, Size.of(count))):
            return [apply("get", x, path=(Index((Dots(), k)),)) for k in range(count)]
    if length.entry:
        raise ShapeError("incompatible dimensions for cross product: they must be 2 or 3")
    raise UnsupportedError("np.cross of vectors whose length is known only at run time.", remedy="write the product out", code="S2S215")


def _cross(a: Any, b: Any, *, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    left, right = _components(_last(a, axisa)), _components(_last(b, axisb))
    if len(left) == len(right) == 2:
        return left[0] * right[1] - left[1] * right[0]
    parts = []
    for first, second in ((1, 2), (2, 0), (0, 1)):
        terms = [
            one * other if sign > 0 else -(one * other)
            for sign, one, other in (
                (1, _or_none(left, first), _or_none(right, second)),
                (-1, _or_none(left, second), _or_none(right, first)),
            )
            if one is not None and other is not None
        ]
        parts.append(terms[0] if len(terms) == 1 else terms[0] + terms[1])
    result = apply("stack", *parts, axis=-1)
    length = known_rank(result)
    return result if axisc in (-1, length - 1) else apply("moveaxis", result, source=-1, destination=axisc)


def _or_none(parts: list[Any], number: int) -> Any:
    return parts[number] if number < len(parts) else None


cross = derived(
    "cross",
    "a, b, /, axisa=-1, axisb=-1, axisc=-1, axis=None",
    "np.cross(a, b, axisa=axisa, axisb=axisb, axisc=axisc, axis=axis)",
    lambda a, b, *, axisa=-1, axisb=-1, axisc=-1, axis=None: np.cross(a, b, axisa, axisb, axisc, axis),
    _cross,
    functions=[np.cross],
    complex=True,
    at=lambda: [
        point(real(3), real(3, seed=1)),
        point(real(4, 3), real(4, 3, seed=1)),
        point(real(4, 3), real(3, seed=1)),
        point(real(3, 4), real(3, 4, seed=1), axis=0),
        point(real(3, 4), real(4, 3, seed=1), axisa=0, axisc=0),
        point(complex_real(3), real(3, seed=1)),
        point(real(3, dtype="f4"), real(3, seed=1, dtype="f4")),
    ],
)


def _vecdot(x1: Any, x2: Any, *, axis: int = -1) -> Any:
    return apply("sum", conjugated(_last(x1, axis)) * _last(x2, axis), axis=-1, keepdims=False)


def _vecdots() -> list[Any]:
    return [
        point(real(3), real(3, seed=1)),
        point(real(2, 3), real(2, 3, seed=1)),
        point(real(2, 3), real(3, seed=1)),
        point(complex_real(2, 3), complex_real(2, 3, seed=1)),
    ]


_linalg: Any = np.linalg
linalg_vecdot = derived(
    "linalg_vecdot",
    "x1, x2, /, *, axis=-1",
    "np.linalg.vecdot(x1, x2, axis=axis)",
    lambda x1, x2, *, axis=-1: _linalg.vecdot(x1, x2, axis=axis),
    _vecdot,
    functions=[np.linalg.vecdot],
    complex=True,
    at=lambda: [*_vecdots(), point(real(3, 2), real(3, 2, seed=1), axis=0)],
)
vecdot = derived("vecdot", "x1, x2", "np.vecdot(x1, x2)", np.vecdot, _vecdot, functions=[np.vecdot], complex=True, at=_vecdots)
linalg_cross = derived(
    "linalg_cross",
    "x1, x2, /, *, axis=-1",
    "np.linalg.cross(x1, x2, axis=axis)",
    lambda x1, x2, *, axis=-1: np.linalg.cross(x1, x2, axis=axis),
    lambda x1, x2, *, axis=-1: _cross(x1, x2, axis=axis),
    functions=[np.linalg.cross],
    complex=True,
    at=lambda: [point(real(3), real(3, seed=1)), point(real(3, 4), real(3, 4, seed=1), axis=0)],
)

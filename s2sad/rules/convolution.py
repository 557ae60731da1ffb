"""Convolution and correlation of sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import UnsupportedError
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Type, dtype_of, shape_of
from s2sad.rules.declare import Point, Rule, Symbol, point, primitive
from s2sad.rules.derived import derived
from s2sad.rules.formula import apply, kind_of, shape
from s2sad.rules.points import complex_real, real
from s2sad.rules.products import conjugated
from s2sad.rules.types import numeric, promoted


def _is_longer(sizes: Sizes, left: Size, right: Size) -> bool:
    """Whether the first of two lengths is seen to be at least the second."""
    order = sizes.at_least(left - right, 0)
    if order is None:
        raise UnsupportedError("a convolution of lengths known only at run time.", remedy="use mode='full'", code="S2S215")
    return order


def _half_down(size: Size) -> Size:
    """Return ``size // 2``."""
    return (size - 1).ceil_div(2)


def _window(sizes: Sizes, left: Size, right: Size, mode: str) -> tuple[Size, Size]:
    """Return where the result begins in the full convolution, and its length."""
    if mode == "full":
        return Size.of(0), left + right - 1
    large, small = (left, right) if _is_longer(sizes, left, right) else (right, left)
    if mode == "same":
        return _half_down(small - 1), large
    return small - 1, large - small + 1


def _convolve_type(sizes: Sizes, a: Type, v: Type, *, mode: str = "full") -> Type:
    numeric("a convolution", a, v)
    left, right = shape_of(a), shape_of(v)
    if left is None or right is None or len(left) > 1 or len(right) > 1:
        raise ShapeError("a convolution takes one-dimensional arrays")
    if mode not in ("full", "same", "valid"):
        raise ShapeError("mode must be one of 'valid', 'same', or 'full'")
    dtype = promoted(Array(str(dtype_of(a)), ()), Array(str(dtype_of(v)), ()))
    first, second = (side[0] if side else Size.of(1) for side in (left, right))
    if mode != "full" and sizes.at_least(first - second, 0) is None:
        return Array(dtype, (sizes.fresh("overlap"),))
    return Array(dtype, (_window(sizes, first, second, mode)[1],))


def _whole(g: Any, a: Any, v: Any, mode: str) -> Any:
    """Return the cotangent of the full convolution."""
    if mode == "full":
        return g
    (left,), (right,) = shape(a) or (), shape(v) or ()
    start, _ = _window(g.builder.sizes, left, right, mode)
    begin = Symbol(g.builder, g.builder.size(start))
    total = Symbol(g.builder, g.builder.size(left + right - 1))
    zeros = apply("full_like", apply("arange", total), 0.0, dtype=dtype_of(kind_of(g)))
    return apply("put", zeros, g, begin, begin + apply("length", g, axis=0), path=(Index((Slice(Operand(0), Operand(1)),)),))


def _convolve_back(k: int, g: Any, y: Any, a: Any, v: Any, *, mode: str = "full") -> Any:
    other = v if k == 0 else a
    return correlate_full(_whole(g, a, v, mode), other)


def correlate_full(g: Any, other: Any) -> Any:
    """Return the sums of ``g[n + k] * other[n]``."""
    return apply("correlate", g, conjugated(other), mode="valid")


def _forward(k: int, t: Any, y: Any, a: Any, v: Any, *, mode: str = "full") -> Any:
    return convolve(t, v, mode=mode) if k == 0 else convolve(a, t, mode=mode)


def _pairs() -> list[Point]:
    pairs = [
        (real(5), real(3, seed=1)),
        (real(3), real(4, seed=1)),
        (real(4), real(4, seed=1)),
        (complex_real(4), complex_real(3, seed=1)),
        (complex_real(2), real(4)),
        (real(3, dtype="f4"), real(2, dtype="f4")),
    ]
    return [point(*pair, mode=mode) for pair in pairs for mode in ("full", "same", "valid")]


convolve: Rule = primitive(
    "convolve",
    "a, v, /, mode='full'",
    "np.convolve(a, v, mode=mode)",
    lambda a, v, *, mode="full": np.convolve(a, v, mode),
    infer=_convolve_type,
    functions=[np.convolve],
    complex=True,
    expensive=True,
    pushforwards=_forward,
    pullbacks=_convolve_back,
    at=_pairs,
)


def _correlate(a: Any, v: Any, *, mode: str = "valid") -> Any:
    if mode == "same":
        (left,), (right,) = shape(a) or (), shape(v) or ()
        if not _is_longer(a.builder.sizes if isinstance(a, Symbol) else v.builder.sizes, left, right):
            return apply("flip", convolve(conjugated(v), apply("flip", a), mode=mode))  # NumPy exchanges the two
    return convolve(a, apply("flip", conjugated(v)), mode=mode)


correlate = derived(
    "correlate",
    "a, v, /, mode='valid'",
    "np.correlate(a, v, mode=mode)",
    lambda a, v, *, mode="valid": np.correlate(a, v, mode),
    _correlate,
    infer=_convolve_type,
    functions=[np.correlate],
    complex=True,
    expensive=True,
    at=_pairs,
)

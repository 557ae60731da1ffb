"""Sample data at which operations are tested: deterministic, away from kinks unless asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.rules.declare import Point, point

Extra = Sequence[Point] | Callable[[], Sequence[Point]]  # a callable where data must be made


def real(*shape: int, low: float = -2.0, high: float = 2.0, dtype: str = "f8", seed: int = 0) -> Any:
    """Return an array of distinct numbers between `low` and `high`, none near 0 or a tie."""
    size = int(np.prod(shape, dtype=int))
    order = np.random.default_rng(seed + 7 * size + len(shape)).permutation(size)
    values = low + (high - low) * (order + 0.37 + 0.011 * (seed % 7)) / max(size, 1)
    return values.reshape(shape).astype(dtype)


def complex_real(*shape: int, low: float = -2.0, high: float = 2.0, dtype: str = "c16", seed: int = 0) -> Any:
    """Return a complex array."""
    return (real(*shape, low=low, high=high, seed=seed) + 1j * real(*shape, low=low, high=high, seed=seed + 3)).astype(dtype)


def unary(low: float = -2.0, high: float = 2.0, *, complex: bool = False, extra: Extra = ()) -> Callable[[], list[Point]]:
    """Return points for a function of one array with the domain (low, high): all ranks, empty, float32, integer."""

    def at() -> list[Point]:
        points = [
            point(real(3, low=low, high=high)),
            point(real(2, 3, low=low, high=high)),
            point(real(low=low, high=high)),
            point(np.float64(0.4 * low + 0.6 * high)),
            point(0.3 * low + 0.7 * high),
            point(real(0, low=low, high=high)),
            point(real(1, low=low, high=high)),
            point(real(4, low=low, high=high, dtype="f4")),
            point(np.float32(0.3 * low + 0.7 * high)),
            point(np.arange(1, 2)),
        ]
        if complex:
            points.append(point(complex_real(3, low=low, high=high)))
        return points + list(extra() if callable(extra) else extra)

    return at


def binary(
    low: float = -2.0,
    high: float = 2.0,
    low2: float | None = None,
    high2: float | None = None,
    *,
    numbers: bool = True,
    complex: bool = False,
    extra: Extra = (),
) -> Callable[[], list[Point]]:
    """Return points for an operation on two arrays: broadcasting, 0-d, empty, float32, integers, Python numbers."""
    first: dict[str, Any] = {"low": low, "high": high}
    second: dict[str, Any] = {"low": low if low2 is None else low2, "high": high if high2 is None else high2}
    one, other = 0.3 * first["low"] + 0.7 * first["high"], 0.4 * second["low"] + 0.6 * second["high"]

    def at() -> list[Point]:
        def a(*shape: int, **facts: Any) -> Any:
            return real(*shape, **{**first, **facts})

        def b(*shape: int, **facts: Any) -> Any:
            return real(*shape, **{**second, "seed": 1, **facts})

        points = [
            point(a(3), b(3)),
            point(a(2, 3), b(3)),
            point(a(3, 1), b(1, 2)),
            point(a(2, 3), b()),
            point(a(), b()),
            point(a(3), other),
            point(one, b(3)),
            point(np.float64(one), other),
            point(np.float64(one), b(2, 1)),
            point(a(0), b(1)),
            point(a(3, dtype="f4"), b(3, dtype="f4")),
            point(a(3, dtype="f4"), b(3)),
            point(a(3, dtype="f4"), other),
            point(np.float32(one), b(2)),
            point(np.array([1, 2]), b(2)),
            point(a(2), 1),
        ]
        if numbers:
            points += [point(one, other), point(one, 1), point(1, other)]
        if complex:
            points += [
                point(complex_real(3, **first), complex_real(3, seed=1, **second)),
                point(complex_real(3, **first), b(3)),
                point(a(2, 3), complex_real(3, seed=1, **second)),
                point(1.5j, np.float64(other)),
                point(np.float64(one), 1.5j),
            ]
        return points + list(extra() if callable(extra) else extra)

    return at

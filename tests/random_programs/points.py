"""The arguments of a random program: plain ones, one array passed twice, overlapping views, strides, other dtypes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

Arrays = dict[str, Any]
PATTERNS = ("plain", "same", "overlapping", "rows", "strided", "fortran", "reversed", "single", "read-only")


class Point:
    """One set of arguments `x, y, A, a, n, k`; moved along a direction, it is moved in memory, so that aliases stay aliases."""

    def __init__(self, seed: int, size: int, pattern: str) -> None:
        self.size, self.pattern = size, pattern
        self.single = pattern == "single"
        draw = np.random.default_rng(seed)
        self.start = self._numbers(draw)
        self.direction = self._numbers(draw)
        self.passive = int(draw.integers(0, 4)), np.asarray(draw.integers(0, max(size, 1), size), dtype=np.int64)

    def _numbers(self, draw: np.random.Generator) -> Arrays:
        size = self.size
        shapes = {"x": (size + 1,), "y": (size + 1,), "A": (size + 1, 2 * size + 1)}
        return {**{name: draw.uniform(-1, 1, shape) for name, shape in shapes.items()}, "a": float(draw.uniform(-1, 1))}

    def arguments(self, step: float = 0.0) -> tuple[Any, ...]:
        """Return fresh arguments, moved by a step along the direction."""
        n, k = self.passive
        moved = {name: value + step * self.direction[name] for name, value in self.start.items()}
        return (*self._laid_out(moved), n, k.copy())

    def tangent(self) -> tuple[Any, ...]:
        """Return the direction in the structure of the arguments."""
        return (*self._laid_out(self.direction), None, None)

    def _laid_out(self, numbers: Arrays) -> tuple[Any, ...]:
        size = self.size
        base, other = numbers["x"].copy(), numbers["y"].copy()
        wide = numbers["A"].copy()
        x, y, matrix = base[:size].copy(), other[:size].copy(), wide[:size, :size].copy()
        if self.pattern == "same":
            y = x
        elif self.pattern == "overlapping":
            x, y = base[:-1], base[1:]
        elif self.pattern == "rows" and size:
            x, y = matrix[0], matrix[size - 1]
        elif self.pattern == "strided":
            matrix = wide[1:, 1::2]
            y = np.repeat(y, 2)[::2]
        elif self.pattern == "fortran":
            matrix = np.asfortranarray(matrix)
        elif self.pattern == "reversed":
            x = x[::-1]
        elif self.pattern == "single":
            x, y, matrix = x.astype(np.float32), y.astype(np.float32), matrix.astype(np.float32)
        elif self.pattern == "read-only":
            y.setflags(write=False)
        return x, y, matrix, numbers["a"]


def pattern_for(generator: random.Random, allowed: Callable[[str], bool]) -> str:
    """Choose how the arguments lie in memory; most programs get plain ones."""
    others = [pattern for pattern in PATTERNS[1:] if allowed(pattern)]
    return generator.choice(others) if others and generator.random() < 0.3 else "plain"

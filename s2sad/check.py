"""Comparing derivatives with numeric differences and with each other.

Forward mode is compared with central differences along random directions; reverse mode with the same differences by the
dot-product identity ``<ct, J t> == <J^T ct, t>``.  A NaN is equal to nothing.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.errors import DifferentiationError
from s2sad.graph.tree import Fixed, Leaf, Tree, leaves
from s2sad.graph.types import Generator, is_inexact
from s2sad.objects import Differentiated, make
from s2sad.structure import Pattern, describe, flatten, map_leaves, rebuild

DIRECTIONS = 3


def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    *,
    atol: float | None = None,
    rtol: float | None = None,
    step: float = 1e-3,
) -> None:
    """Check the derivatives of a function against numeric differences.

    Parameters
    ----------
    fun : callable
        The function; it must be smooth around `args`.
    args : tuple
        Where to check.  All floats in it are varied.
    order : int
        Up to which order; order 2 checks both modes on the gradient.
    modes : sequence of str
        ``"fwd"``, ``"rev"`` or both.
    atol, rtol : float, optional
        Tolerances; by default 1e-6 for float64 and 1e-2 for float32, each relative to the largest derivative.
    step : float
        Step of the differences (two are combined, which leaves an error of fourth order).

    Raises
    ------
    AssertionError
        Names the mode, the argument and the element that differ most.
    """
    unknown = [mode for mode in modes if mode not in ("fwd", "rev")]
    if unknown or not modes:
        raise ValueError(f"modes are 'fwd' and 'rev', not {unknown[0] if unknown else modes!r}")
    if order < 1:
        raise ValueError(f"order must be at least 1, not {order}")
    function: Any = fun._function if isinstance(fun, Differentiated) else fun
    arguments = tuple(args)
    for level in range(1, order + 1):
        check = _Check(function, arguments, level, step, atol, rtol)
        for mode in ("fwd", "rev"):
            if mode in modes:
                (check.forward if mode == "fwd" else check.reverse)()
        if level < order:
            function = check.gradient()


class _Check:
    """The checks of one function at one point."""

    def __init__(self, function: Any, args: tuple[Any, ...], level: int, step: float, atol: float | None, rtol: float | None) -> None:
        self.function, self.args, self.step, self.level = function, args, step, level
        self.pattern: Pattern = describe({f"argument {k}": value for k, value in enumerate(args)})
        self.primals = [leaf for tree, value in zip(self.pattern.trees.values(), args, strict=True) for leaf in flatten(tree, value)]
        self.active = [k for k, part in enumerate(self.pattern.parts) if is_inexact(part.type)]
        if not self.active:
            raise DifferentiationError("no argument holds a float.", remedy="pass floats", code="S2S301")
        narrow = any(np.asarray(self.primals[k]).dtype.itemsize < (16 if np.iscomplexobj(self.primals[k]) else 8) for k in self.active)
        self.atol = (1e-2 if narrow else 1e-6) if atol is None else atol
        self.rtol = (1e-2 if narrow else 1e-6) if rtol is None else rtol
        if narrow and step == 1e-3:
            self.step = 2e-2
        self.random = np.random.default_rng(level)
        self._vjp, self._jvp = make(function, "vjp"), make(function, "jvp")
        self._refuse_effects()
        self.out = function(*self.fresh())
        self.result = describe({"result": self.out})
        self.outputs = [k for k, part in enumerate(self.result.parts) if is_inexact(part.type)]

    def _refuse_effects(self) -> None:
        from s2sad.plan import has_effects

        table = self._vjp._dispatcher
        found = table.find(table.bind(*self._vjp._bound, *self.fresh()))
        if has_effects(found.compiled.lowered.graph) and not any(isinstance(part.type, Generator) for part in self.pattern.parts):
            raise DifferentiationError(
                "the function has effects, and a check would repeat them.",
                remedy="check a function that neither prints nor writes",
                code="S2S308",
            )

    def fresh(self, change: Callable[[int, Any], Any] = lambda k, value: value) -> tuple[Any, ...]:
        """Return the arguments again, copied, with leaves changed; random generators start from the same state."""

        def leaf(k: int) -> Any:
            value = self.primals[k]
            if isinstance(self.pattern.parts[k].type, Generator):
                return copy.deepcopy(value)
            return change(k, value.copy() if isinstance(value, np.ndarray) else value)

        return tuple(rebuild(tree, leaf) for tree in self.pattern.trees.values())

    def direction(self) -> dict[int, Any]:
        """Return a random tangent for each float leaf."""
        return {k: self.drawn(self.primals[k]) for k in self.active}

    def drawn(self, value: Any) -> Any:
        """Return random numbers in the kind of `value`."""
        shape = np.shape(value)
        numbers: Any = self.random.uniform(-1, 1, shape)
        if np.iscomplexobj(value):
            numbers = numbers + 1j * self.random.uniform(-1, 1, shape)
        return np.asarray(numbers).astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(numbers)

    def tangents(self, direction: dict[int, Any]) -> tuple[Any, ...]:
        """Return a direction in the structure of the arguments."""
        return tuple(rebuild(_floats(tree, self.pattern), direction.get) for tree in self.pattern.trees.values())

    def differences(self, direction: dict[int, Any]) -> list[np.ndarray[Any, Any]]:
        """Return the derivative of each float leaf of the result along a direction, numerically."""

        def at(amount: float) -> list[np.ndarray[Any, Any]]:
            moved = self.fresh(lambda k, value: _moved(value, amount, direction[k]) if k in direction else value)
            found = list(flatten(self.result.trees["result"], self.function(*moved)))
            return [np.asarray(found[k], dtype=complex if np.iscomplexobj(found[k]) else np.float64) for k in self.outputs]

        estimates = []
        for step in (2 * self.step, self.step):
            above, below = at(step), at(-step)
            estimates.append([(a - b) / (2 * step) for a, b in zip(above, below, strict=True)])
        wide, narrow = estimates
        return [(4 * n - w) / 3 for n, w in zip(narrow, wide, strict=True)]

    def forward(self) -> None:
        """Compare jvp with differences along random directions."""
        for _ in range(DIRECTIONS):
            direction = self.direction()
            _, tangent = self._jvp(self.fresh(), self.tangents(direction))
            found = list(flatten(self.result.trees["result"], tangent))
            for k, wanted in zip(self.outputs, self.differences(direction), strict=True):
                bad = self.worst(found[k], wanted)
                if bad is not None:
                    element, got, expected = bad
                    raise AssertionError(
                        f"forward mode, order {self.level}: {self.result.parts[k].text}{element} is {got}, differences give {expected}"
                        f"{self.blame(k, element)}"
                    )

    def blame(self, output: int, element: str) -> str:
        """Find the argument whose tangent alone shows the difference."""
        position = self.outputs.index(output)
        for k in self.active:
            alone = {k: self.drawn(self.primals[k])}
            _, tangent = self._jvp(self.fresh(), self.tangents(alone))
            found = list(flatten(self.result.trees["result"], tangent))
            if self.worst(found[output], self.differences(alone)[position]) is not None:
                return f" (through {self.pattern.parts[k].text})"
        return ""

    def reverse(self) -> None:
        """Compare the pull-back with differences along random directions, and name the element that differs."""
        for _ in range(DIRECTIONS):
            values = list(flatten(self.result.trees["result"], self.out))
            weights = {k: self.drawn(values[k]) for k in self.outputs}
            _, pullback = self._vjp(*self.fresh())
            tree = _floats(self.result.trees["result"], self.result)
            pulled = pullback(rebuild(tree, weights.get))
            found: list[Any] = []
            for argument, entry in zip(self.pattern.trees.values(), pulled, strict=True):
                found += [None for _ in leaves(argument)] if entry is None else list(flatten(argument, entry))
            direction = self.direction()
            wanted = self.paired(weights, self.differences(direction))
            got = sum(_inner(found[k], direction[k]) for k in self.active)
            if not self.close(got, wanted, max(1.0, abs(wanted))):
                raise AssertionError(f"reverse mode, order {self.level}: {self.culprit(weights, found, got, wanted)}")

    def culprit(self, weights: dict[int, Any], found: list[Any], got: float, wanted: float) -> str:
        """Compare element by element, and describe the worst."""
        worst: tuple[float, str] = (-1.0, f"the dot product is {got}, differences give {wanted}")
        for k in self.active:
            shape = np.shape(self.primals[k])
            for position in np.ndindex(*shape):
                unit = np.zeros(shape, np.asarray(self.primals[k]).dtype)
                unit[position] = 1
                alone = {k: unit if isinstance(self.primals[k], np.ndarray) else type(self.primals[k])(1)}
                expected = self.paired(weights, self.differences(alone))
                value = float(np.real(np.asarray(found[k])[position]))
                if not self.close(value, expected, max(1.0, abs(expected))):
                    error = abs(value - expected)
                    error = math.inf if math.isnan(error) else error
                    if error > worst[0]:
                        place = f"[{', '.join(map(str, position))}]" if position else ""
                        worst = (error, f"the cotangent of {self.pattern.parts[k].text}{place} is {value}, differences give {expected}")
        return worst[1]

    def paired(self, weights: dict[int, Any], tangents: list[np.ndarray[Any, Any]]) -> float:
        """Return the sum of cotangents times tangents."""
        return sum(_inner(weights[k], tangent) for k, tangent in zip(self.outputs, tangents, strict=True))

    def close(self, got: float, wanted: float, scale: float) -> bool:
        """Whether two numbers agree; false when either is NaN."""
        return bool(abs(got - wanted) <= self.atol + self.rtol * scale)

    def worst(self, got: Any, wanted: np.ndarray[Any, Any]) -> tuple[str, Any, Any] | None:
        """Return the element that differs most, with both values; None when all agree."""
        values = np.asarray(got)
        if values.shape != wanted.shape:
            return f" of shape {values.shape}", "wrong in shape", f"shape {wanted.shape}"
        scale = max(1.0, float(np.max(np.abs(wanted[np.isfinite(wanted)]), initial=0.0)))
        good = np.abs(values - wanted) <= self.atol + self.rtol * scale
        if np.all(good):
            return None
        errors = np.where(good, -1.0, np.nan_to_num(np.abs(values - wanted), nan=np.inf))
        position = np.unravel_index(int(np.argmax(errors)), errors.shape) if errors.shape else ()
        place = f"[{', '.join(str(int(k)) for k in position)}]" if position else ""
        return place, values[position], wanted[position]

    def gradient(self) -> Any:
        """Return the gradient of the function (weighted, if its result is no number) in all float arguments."""
        positions = tuple(
            k
            for k, root in enumerate(self.pattern.trees)
            if any(part.root == root and is_inexact(part.type) for part in self.pattern.parts)
        )
        function = self.function
        if not (isinstance(self.result.trees["result"], Leaf) and np.shape(self.out) == () and not np.iscomplexobj(self.out)):
            weights = [self.drawn(leaf) for leaf in flatten(self.result.trees["result"], self.out) if np.asarray(leaf).dtype.kind in "f"]
            function = weighted(function, self.result.trees["result"], weights)
        return make(function, "grad", argnums=positions)


def weighted(function: Any, tree: Tree, weights: list[Any]) -> Any:
    """Return a function with one number as result: the weighted sum of all that `function` returns."""
    if isinstance(tree, Leaf):
        weight = weights[0]

        def total(*args: Any) -> Any:
            return np.sum(weight * function(*args))

        return total

    def total_of_several(*args: Any) -> Any:
        result = function(*args)
        value = 0.0
        for k in range(len(weights)):
            value = value + np.sum(weights[k] * result[k])
        return value

    return total_of_several


def _floats(tree: Tree, pattern: Pattern) -> Tree:
    return map_leaves(tree, lambda k: Leaf(k) if is_inexact(pattern.parts[k].type) else Fixed(None))


def _inner(left: Any, right: Any) -> float:
    """Pair without conjugation."""
    return float(np.real(np.sum(np.asarray(left) * np.asarray(right))))


def _moved(value: Any, amount: float, direction: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value + np.asarray(amount, dtype=value.dtype if value.dtype.kind == "f" else None) * direction
    return type(value)(value + amount * direction)

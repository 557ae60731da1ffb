"""A derivative that checks itself: at the first call for a kind of arguments, value and both modes are compared.

The user's function runs once more, on copies; so this is only done for functions without effects.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from s2sad.cache import dispatcher, location_of
from s2sad.compile import Driver
from s2sad.errors import DifferentiationError, UnsupportedError
from s2sad.graph.tree import leaves
from s2sad.graph.types import is_inexact
from s2sad.plan import Problem, has_effects
from s2sad.request import Parameters, Request
from s2sad.structure import Pattern, copied, describe, flatten, rebuild

TOLERANCE = 1e-6


def self_check(
    function: Any, parameters: Parameters, pattern: Pattern, arguments: dict[str, Any], problem: Problem, driver: Driver
) -> None:
    """Compare the value bit by bit, and jvp with vjp once along random directions.

    Raises
    ------
    DifferentiationError
        S2S901: the derivative of this function would be wrong.
    """
    table = dispatcher(function, parameters.bound, Request("vjp"), "done")
    if pattern.key in table.checked or has_effects(problem.lowered.graph) or generators(pattern):
        return
    table.checked.add(pattern.key)
    from s2sad.specialise import call_plain

    with np.errstate(all="ignore"):
        try:
            expected = call_plain(function, parameters, copied(pattern, arguments))
        except Exception:
            return  # the derivative raises the same, which is checked where it does
        try:
            out, pullback = run(table, parameters, copied(pattern, arguments))
            if bits(out) != bits(expected) and not (problem.lowered.composed and nearly(out, expected)):
                fail(function, parameters, f"computes {short(out)} where the function gives {short(expected)}")
            compare_modes(function, parameters, pattern, arguments, out, pullback)
        except UnsupportedError:
            return  # what is asked for may exist where the other mode does not


def nearly(out: Any, expected: Any) -> bool:
    """Whether results agree but for rounding."""
    left, right = describe({"out": out}), describe({"out": expected})
    pairs = zip(flatten(left.trees["out"], out), flatten(right.trees["out"], expected), strict=True)
    return left.trees == right.trees and all(np.allclose(one, other, rtol=1e-9, atol=0.0) for one, other in pairs)


def run(table: Any, parameters: Parameters, arguments: dict[str, Any], **extra: Any) -> Any:
    """Call a dispatcher with bound arguments."""
    values = list(arguments.values())
    specialisation = table.find(values)
    return table.direct(specialisation, values, extra)


def compare_modes(function: Any, parameters: Parameters, pattern: Pattern, arguments: dict[str, Any], out: Any, pullback: Any) -> None:
    """Test the dot-product identity along one random direction."""
    draw = np.random.default_rng(0)
    own = parameters.positional[parameters.bound :]
    if parameters.variadic is not None:
        return
    tangents = []
    pairs: list[tuple[Any, int]] = []
    for name in own:
        tree = pattern.trees[name]
        values = dict(zip([leaf.number for leaf in leaves(tree)], flatten(tree, arguments[name]), strict=True))
        made = {k: drawn(draw, value) if is_inexact(pattern.parts[k].type) else None for k, value in values.items()}
        tangents.append(rebuild(tree, made.__getitem__))
        pairs += [(made[k], k) for k in values]
    result = describe({"out": out})
    cotangents = {
        k: drawn(draw, v) if is_inexact(part.type) else None
        for k, (part, v) in enumerate(zip(result.parts, flatten(result.trees["out"], out), strict=True))
    }
    if not any(value is not None for value in cotangents.values()) or not any(value is not None for value, _ in pairs):
        return
    pulled = pullback(rebuild(result.trees["out"], cotangents.__getitem__))
    found: list[Any] = []
    for name, entry in zip(own, pulled, strict=True):
        tree = pattern.trees[name]
        found += [None for _ in leaves(tree)] if entry is None else list(flatten(tree, entry))
    backward = sum(paired(value, tangent) for value, (tangent, _) in zip(found, pairs, strict=True) if tangent is not None)
    table = dispatcher(function, parameters.bound, Request("jvp", tuple(range(len(own)))), "done")
    _, tangent_out = run(table, parameters, copied(pattern, arguments), _s2_tangents=tuple(tangents))
    forward = 0.0
    size = 0.0
    for k, value in enumerate(flatten(result.trees["out"], tangent_out)):
        if cotangents[k] is not None:
            forward += paired(cotangents[k], value)
            size += float(np.sum(np.abs(np.asarray(cotangents[k]) * np.asarray(value))))
    narrow = any(
        getattr(getattr(part.type, "dtype", None), "__str__", lambda: "")() in ("f2", "f4", "c8")
        for part in (*pattern.parts, *result.parts)
    )
    tolerance = (1e-2 if narrow else TOLERANCE) * max(1.0, size)
    if np.isfinite(forward) and np.isfinite(backward) and abs(forward - backward) > tolerance:
        fail(function, parameters, f"disagrees with itself: forward mode gives {forward!r}, reverse mode {backward!r} for one direction")


def fail(function: Any, parameters: Parameters, what: str) -> None:
    """Raise the error of a failed check."""
    raise DifferentiationError(
        f"the derivative of {parameters.function}() {what}.",
        code="S2S901",
        remedy="do not use it, and report this: it is a defect of s2sad",
        location=location_of(function),
    )


def generators(pattern: Pattern) -> bool:
    """Whether a random generator is among the arguments: then nothing may be run twice."""
    return any(type(part.type).__name__ == "Generator" for part in pattern.parts)


def drawn(draw: np.random.Generator, value: Any) -> Any:
    """Return random numbers in the kind of `value`."""
    numbers: Any = draw.uniform(-1, 1, np.shape(value))
    return np.asarray(numbers).astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(numbers)


def paired(left: Any, right: Any) -> float:
    """Pair without conjugation."""
    return float(np.real(np.sum(np.asarray(left) * np.asarray(right))))


def bits(value: Any) -> Any:
    """Return everything about a result that can be compared."""
    if isinstance(value, (list, tuple)):
        return type(value), [bits(part) for part in value]
    if isinstance(value, dict):
        return dict, [(key, bits(part)) for key, part in value.items()]
    if isinstance(value, (np.ndarray, np.generic)):
        return type(value), value.dtype.str, value.shape, value.tobytes()
    if type(value) is float:
        return float, struct.pack("d", value)
    if type(value) is complex:
        return complex, struct.pack("dd", value.real, value.imag)
    if isinstance(value, (int, str, bytes, type(None))):
        return type(value), value
    return type(value)


def short(value: Any) -> str:
    """Return a value as a few words."""
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 60 else f"{text[:57]}..."

"""NumPy functions that stand for several operations: which one, the arguments tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend.arrays import array_of
from s2sad.frontend.lower import Lowering
from s2sad.frontend.numpy_calls import Keywords, apply_rule, bound, operand
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, Handle, Items, Known
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY
from s2sad.rules.families import load

Special = Callable[[Lowering, Any, list[Abstract], Keywords], Abstract]


def _chosen(family: str, label: str, default: Any, rules: dict[Any, str], otherwise: str) -> Special:
    """Return a lowering to the rule that the known argument `label` chooses; the rules in `rules` do not take that argument."""

    def call(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        load(family)
        found = bound(low, function, arguments, keywords)
        fact = low.static(found[label], f"the argument {label}") if label in found else default
        name = rules.get(fact, otherwise)
        if fact in rules:
            found.pop(label, None)
        return apply_rule(low, REGISTRY.rules[name], function, [], found)

    return call


def _matrix_power(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """The first power is the matrix itself."""
    load("matrix_functions")
    found = bound(low, function, arguments, keywords)
    if "n" in found and "a" in found and low.static(found["n"], "the power of a matrix") == 1:
        a = low.usable(found["a"])
        return array_of(low, a) if isinstance(a, (Handle, Items)) else a
    return apply_rule(low, REGISTRY.rules["matrix_power"], function, [], found)


def _diff(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """What is put before and behind is concatenated first, as NumPy does."""
    load("sampled")
    found = bound(low, function, arguments, keywords)
    ends = {label: found.pop(label) for label in ("prepend", "append") if label in found}
    ends = {label: end for label, end in ends.items() if not (isinstance(end, Known) and end.value is np._NoValue)}
    if ends:
        array = operand(low, found["a"])
        axis = int(low.static(found.get("axis", Known(-1)), "the argument axis"))
        sides = shape_of(array.type)
        if not sides or not all(size.entry for size in sides):
            low.refuse("rank", what="the array")
        shape = tuple(Size.of(1) if k == axis % len(sides) else size for k, size in enumerate(sides))
        parts = []
        for label in ("prepend", "append"):
            if label in ends:
                end = operand(low, ends[label])
                if not shape_of(end.type):
                    end = low.emit("expand", end, shape=shape)
                parts.append(end)
            if label == "prepend":
                parts.append(array)
        found["a"] = low.result(low.emit("concatenate", *parts, axis=axis % len(sides)))
    if "n" in found and low.static(found["n"], "the argument n") == 0:
        a = low.usable(found["a"])  # the same array
        return array_of(low, a) if isinstance(a, (Handle, Items)) else a
    return apply_rule(low, REGISTRY.rules["diff"], function, [], found)


def _gradient(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """One derivative an axis, each with its own spacing."""
    load("sampled")
    found = bound(low, function, arguments, keywords)
    array, spacings = operand(low, found["f"]), found.get("varargs", [])
    sides = shape_of(array.type)
    if sides is None:
        low.refuse("rank", what="the array")
    given = low.static(found["axis"], "the argument axis") if "axis" in found else None
    axes = range(len(sides)) if given is None else given if isinstance(given, (tuple, list)) else [given]
    order = int(low.static(found.get("edge_order", Known(1)), "the argument edge_order"))
    if len(spacings) not in (0, 1, len(axes)):
        raise PrimalRaises("invalid number of arguments")
    made = []
    for number, axis in enumerate(axes):
        static: dict[str, Any] = {"axis": int(axis) % max(len(sides), 1), "edge_order": order}
        if spacings:
            spacing = operand(low, spacings[0 if len(spacings) == 1 else number])
            made.append(low.result(low.emit(REGISTRY.rules["gradient_spaced"], array, spacing, **static)))
        else:
            made.append(low.result(low.emit(REGISTRY.rules["gradient"], array, **static)))
    return made[0] if len(made) == 1 else Items(tuple(made))


def _trapezoid(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    load("sampled")
    found = bound(low, function, arguments, keywords)
    x = found.pop("x", None)
    if x is None or (isinstance(x, Known) and x.value is None):
        return apply_rule(low, REGISTRY.rules["trapezoid"], function, [], found)
    found.pop("dx", None)
    return apply_rule(low, REGISTRY.rules["trapezoid_at"], function, [], {**found, "x": x})


def _absolute(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) == 1 and not keywords:
        thing = low.usable(arguments[0])
        kind = low.type_of(thing)
        if kind is not None and not isinstance(kind, Array) and (dtype_of(kind) or "")[:1] == "c":
            return low.emit("np_absolute", operand(low, thing))
    return apply_rule(low, REGISTRY.rules["absolute"], function, arguments, keywords)


def _of_last_axes(name: str) -> Special:
    """Return a lowering to a rule that takes axes, for a function that means the last two."""

    def call(low: Lowering, function: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        rule = REGISTRY.rules[name]
        return apply_rule(low, rule, rule.functions[0], arguments, {**keywords, "axis1": Known(-2), "axis2": Known(-1)})

    return call


def einsum_lists(low: Lowering, arguments: list[Abstract]) -> list[Abstract]:
    """Return the arguments of einsum with subscripts as text, for ``einsum(a, [0, 1], b, [1, 2], [0, 2])``."""
    parts, operands = [], []
    for first, second in zip(arguments[::2], arguments[1::2], strict=False):
        operands.append(first)
        parts.append(_subscript(low, second))
    text = ",".join(parts)
    if len(arguments) % 2:
        text = f"{text}->{_subscript(low, arguments[-1])}"
    return [Known(text), *operands]


def _subscript(low: Lowering, labels: Abstract) -> str:
    facts = low.static(labels, "the subscripts of einsum")
    if not isinstance(facts, (list, tuple)):
        low.refuse("call", what="np.einsum", why="it takes subscripts and arrays")
    return "".join("..." if one is Ellipsis else chr(ord("a") + int(one)) for one in facts)


VARIANTS: dict[Any, Special] = {
    np.absolute: _absolute,
    np.linalg.qr: _chosen("factors", "mode", "reduced", {"r": "qr_triangle"}, "qr"),
    np.linalg.svd: _chosen("singular", "compute_uv", True, {False: "svdvals"}, "svd"),
    np.linalg.matrix_power: _matrix_power,
    np.linalg.trace: _of_last_axes("trace"),
    np.linalg.diagonal: _of_last_axes("diagonal"),
    np.matrix_transpose: _of_last_axes("swapaxes"),
    np.linalg.matrix_transpose: _of_last_axes("swapaxes"),
    np.diff: _diff,
    np.gradient: _gradient,
    np.trapezoid: _trapezoid,
}

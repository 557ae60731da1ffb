"""Which values carry derivatives: those that depend on an input asked for (*varied*) and influence an output (*useful*).

Flow of derivatives is a relation between values: operand to result, initial value to slot, body result to slot.  Both
properties are reachability in that relation, so loops need no fixpoint and the analysis is linear.

Source: L. Hascoët, V. Pascual, "The Tapenade automatic differentiation tool", ACM TOMS 39 (2013), section 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from s2sad.graph.core import AT_TRIP, CALL, FOR, IF, TRY, WHILE, WITH, Graph, Node, Region, Value
from s2sad.graph.types import is_inexact


def active_values(graph: Graph, inputs: Iterable[Value], outputs: Iterable[Value]) -> set[Value]:
    """Return the values that depend on `inputs` and influence `outputs`."""
    forward: dict[Value, list[Value]] = {}
    backward: dict[Value, list[Value]] = {}
    for source, target in flow(graph.body):
        if is_inexact(source.type) and is_inexact(target.type):
            forward.setdefault(source, []).append(target)
            backward.setdefault(target, []).append(source)
    return _reached(inputs, forward) & _reached(outputs, backward)


def varied_values(graph: Graph, inputs: Iterable[Value]) -> set[Value]:
    """Return the values that depend on `inputs` in a differentiable way."""
    forward: dict[Value, list[Value]] = {}
    for source, target in flow(graph.body):
        if is_inexact(source.type) and is_inexact(target.type):
            forward.setdefault(source, []).append(target)
    return _reached(inputs, forward)


def flow(region: Region) -> Iterator[tuple[Value, Value]]:
    """Yield every (source, target) such that a derivative may flow from source to target."""
    for node in region.nodes:
        yield from _flow_of(node)
        for inner in node.regions:
            yield from flow(inner)


def _flow_of(node: Node) -> Iterator[tuple[Value, Value]]:
    operation = node.operation
    if operation is FOR or operation is WHILE:
        body = node.regions[-1]
        offset = 3 if operation is FOR else 0
        parameters = body.parameters[1:] if operation is FOR else body.parameters
        results = body.results[1:] if node.static.get("leaves") else body.results
        for initial, parameter, result, final in zip(node.operands[offset:], parameters, results, node.results, strict=True):
            yield initial, parameter
            yield result, parameter
            yield result, final
            yield initial, final
        if operation is WHILE:
            for parameter, seen in zip(node.regions[0].parameters, parameters, strict=True):
                yield seen, parameter
    elif operation in (IF, WITH, TRY):
        for inner in node.regions:
            yield from zip(inner.results, node.results, strict=False)
    elif operation is AT_TRIP or operation is CALL or getattr(operation, "kind", "") not in ("", "constant"):
        for operand in node.operands:
            for result in node.results:
                yield operand, result


def _reached(roots: Iterable[Value], edges: dict[Value, list[Value]]) -> set[Value]:
    reached = set(roots)
    pending = list(reached)
    while pending:
        for target in edges.get(pending.pop(), ()):
            if target not in reached:
                reached.add(target)
                pending.append(target)
    return reached

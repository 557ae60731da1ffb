"""Puts small callees, and callees that are called once, in the place of their calls.

A callee's nodes are copied, with its parameters replaced by the arguments; domains are fresh, so that two copies of one loop
stay two loops.
"""

from __future__ import annotations

from collections import Counter

from s2sad.graph.clone import Copier, replace_values
from s2sad.graph.core import CALL, Graph, Node, Region, Value
from s2sad.graph.sizes import Size
from s2sad.graph.substitute import Change, fact_with_sizes, replaced, unknown_in
from s2sad.graph.types import Array, Number, Type

SMALL = 12  # nodes; a helper of this size reads better where it is used


def inline(graph: Graph, limit: int = SMALL) -> Graph:
    """Inline, in place: callees without regions and with at most `limit` nodes, and callees called once and not recursive."""
    calls: Counter[Graph] = Counter()
    _count(graph, calls, set())
    if calls:
        for each in [*calls, graph]:
            replacements: dict[Value, Value] = {}
            _visit(each, each.body, calls, limit, replacements)
            replace_values(each.body, replacements)
    return graph


def _count(graph: Graph, calls: Counter[Graph], seen: set[Graph]) -> None:
    """Count the calls of each graph; callees come before the graphs that call them."""
    seen.add(graph)
    found = [node.static["graph"] for node in graph.body.walk() if node.operation is CALL]
    for callee in found:
        if callee not in seen:
            _count(callee, calls, seen)
    for callee in found:
        calls[callee] += 1


def _visit(graph: Graph, region: Region, calls: Counter[Graph], limit: int, replacements: dict[Value, Value]) -> None:
    nodes = []
    for node in region.nodes:
        for inner in node.regions:
            _visit(graph, inner, calls, limit, replacements)
        change = _wanted(node, calls, limit) if node.operation is CALL else None
        if change is None:
            nodes.append(node)
        else:
            nodes += splice(node, change, replacements)
    region.nodes = nodes


def _wanted(call: Node, calls: Counter[Graph], limit: int) -> Change | None:
    """Return what the sizes of the callee are in the caller, if the call is to be replaced by the callee."""
    callee: Graph = call.static["graph"]
    if any(node.operation is CALL for node in callee.body.walk()):
        return None
    small = len(callee.body.nodes) <= limit and not any(node.regions for node in callee.body.nodes)
    if calls[callee] != 1 and not small:
        return None
    mapping: dict[str, Size] = {}
    for name, (parameter, axis) in callee.size_sources.items():
        size = _size_at(call.operands[callee.parameters.index(parameter)].type, axis) if parameter in callee.parameters else None
        if size is None:
            return None
        mapping[name] = size

    def change(size: Size) -> Size:
        return replaced(size, lambda atom: mapping.get(atom.name, Size.of(atom))) or size

    for node in callee.body.walk():
        if any(unknown_in(fact_with_sizes(value, change)) for value in node.static.values()):
            return None  # a size that is known only at run time cannot stand in a static fact
    return change


def _size_at(kind: Type, axis: int | None) -> Size | None:
    """Return the length of an axis, or what an int is known to be."""
    if isinstance(kind, Array):
        return kind.shape[axis] if kind.shape and axis is not None else None
    return kind.size if isinstance(kind, Number) else None


def splice(call: Node, change: Change, replacements: dict[Value, Value]) -> list[Node]:
    """Return the callee's nodes for one call; results of the call are replaced by the callee's results."""
    callee: Graph = call.static["graph"]
    copier = Copier(dict(zip(callee.parameters, call.operands, strict=True)), change)
    nodes = [copier.node(node) for node in callee.body.nodes]
    for result, value in zip(call.results, callee.results, strict=True):
        copy = copier.values.get(value, value)
        replacements[result] = copy
        if result.name and not copy.name:
            copy.name = result.name
    return nodes

"""Puts small callees, and callees that are called once, in the place of their calls.

A callee's nodes are copied, with its parameters replaced by the arguments; domains are fresh, so that two copies of one loop
stay two loops.
"""

from __future__ import annotations

from collections import Counter

from s2sad.graph.clone import Copier, replace_values
from s2sad.graph.core import CALL, Graph, Node, Region, Value

SMALL = 12  # nodes; a helper of this size reads better where it is used


def inline(graph: Graph, limit: int = SMALL) -> Graph:
    """Inline, in place: callees without regions and with at most `limit` nodes, and callees called once and not recursive."""
    calls: Counter[Graph] = Counter()
    _count(graph, calls, set())
    replacements: dict[Value, Value] = {}
    _visit(graph.body, calls, limit, replacements)
    replace_values(graph.body, replacements)
    return graph


def _count(graph: Graph, calls: Counter[Graph], seen: set[Graph]) -> None:
    if graph in seen:
        return
    seen.add(graph)
    for node in graph.body.walk():
        if node.operation is CALL:
            calls[node.static["graph"]] += 1
            _count(node.static["graph"], calls, seen)


def _visit(region: Region, calls: Counter[Graph], limit: int, replacements: dict[Value, Value]) -> None:
    nodes = []
    for node in region.nodes:
        for inner in node.regions:
            _visit(inner, calls, limit, replacements)
        if node.operation is CALL and _wanted(node.static["graph"], calls, limit):
            nodes += splice(node, replacements)
        else:
            nodes.append(node)
    region.nodes = nodes


def _wanted(callee: Graph, calls: Counter[Graph], limit: int) -> bool:
    if _calls_itself(callee):
        return False
    if calls[callee] == 1:
        return not any(node.operation is CALL for node in callee.body.walk())
    return len(callee.body.nodes) <= limit and not any(node.regions or node.operation is CALL for node in callee.body.nodes)


def _calls_itself(graph: Graph) -> bool:
    pending, seen = list(graph.callees()), set()
    while pending:
        callee = pending.pop()
        if callee is graph:
            return True
        if callee not in seen:
            seen.add(callee)
            pending.extend(callee.callees())
    return False


def splice(call: Node, replacements: dict[Value, Value]) -> list[Node]:
    """Return the callee's nodes for one call; results of the call are replaced by the callee's results."""
    callee: Graph = call.static["graph"]
    copier = Copier(dict(zip(callee.parameters, call.operands, strict=True)))
    nodes = [copier.node(node) for node in callee.body.nodes]
    for result, value in zip(call.results, callee.results, strict=True):
        copy = copier.values.get(value, value)
        replacements[result] = copy
        if result.name and not copy.name:
            copy.name = result.name
    return nodes

"""Local simplifications of derivative code, once more after slots and branches have been pruned.

Builders simplify while they build; a cotangent that was a loop slot then may have become a constant since.  Only nodes of
a derivative are touched: primal arithmetic keeps every bit.
"""

from __future__ import annotations

from s2sad.graph.agree import agree
from s2sad.graph.build import Builder
from s2sad.graph.clone import replace_values
from s2sad.graph.core import FOR, Graph, Node, Region, Value
from s2sad.graph.types import Scalar
from s2sad.optimize.dead_code import drop_slots
from s2sad.rules.declare import REGISTRY, constant_of


def simplify(graph: Graph) -> Graph:
    """Simplify `graph` in place."""
    builder = Builder(graph.body, graph.sizes, simplify=True)
    _visit(graph.body, builder, {})
    return graph


def _visit(region: Region, builder: Builder, replacements: dict[Value, Value]) -> None:
    nodes, region.nodes = region.nodes, []
    with builder.inside(region):
        for node in nodes:
            node.operands = tuple(_final(value, replacements) for value in node.operands)
            for inner in node.regions:
                _visit(inner, builder, replacements)
            if node.operation is FOR:
                _drop_unchanged(node, replacements)
            simpler = _simpler(node, builder)
            if simpler is None:
                region.nodes.append(node)
            else:
                if node.result.name and not simpler.name and isinstance(simpler.owner, Node) and simpler.owner.reverses is not None:
                    simpler.name = node.result.name
                replacements[node.result] = simpler
    region.results = [_final(value, replacements) for value in region.results]


def _final(value: Value, replacements: dict[Value, Value]) -> Value:
    while value in replacements:
        value = replacements[value]
    return value


def _simpler(node: Node, builder: Builder) -> Value | None:
    if node.reverses is None or node.operation.simplify is None:
        return None
    builder.location, builder.reverses = node.location, node.reverses
    simpler = node.operation.simplify(builder, *node.operands, **node.static)
    if simpler is None:
        return None
    number = constant_of(simpler)
    if number is not None and simpler.type != node.result.type and isinstance(node.result.type, Scalar):
        return builder.constant(number, node.result.type)  # it may still be NumPy's: the types of its users rest on that
    if agree(simpler.type, node.result.type):
        return simpler
    return builder.emit(REGISTRY.rules["as_kind"], simpler, kind=node.result.type)  # users of the node rely on its kind


def _drop_unchanged(node: Node, replacements: dict[Value, Value]) -> None:
    """Remove the slots of a loop that every trip hands through: they are their initial values, before, inside and after."""
    body = node.regions[0]
    lead = 1 if node.static.get("leaves") else 0
    unchanged = {
        parameter: initial
        for parameter, result, initial in zip(body.parameters[1:], body.results[lead:], node.operands[3:], strict=True)
        if parameter is result
    }
    if not unchanged:
        return
    keep = [parameter not in unchanged for parameter in body.parameters[1:]]
    for stays, final, initial in zip(keep, node.results, node.operands[3:], strict=True):
        if not stays:
            replacements[final] = initial
    drop_slots(node, keep)
    replace_values(body, unchanged)

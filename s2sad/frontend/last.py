"""What a name holds behind a loop: what the last trip that assigned it has left."""

from __future__ import annotations

from typing import Any

from s2sad.graph.core import FOR, IF, UNDEFINED, WHILE, Node, Region, Value


def last_bound(builder: Any, body: Region, value: Value, kept: Value, around: tuple[Region, ...] = ()) -> Value:
    """Return `value` where the body of a loop binds it, and `kept`, which comes from the trips before, on the paths that do not.

    A branch that leaves a name alone gives no content; here that means the content of an earlier trip.  The node gets another
    result, for its present one may stand for other names as well.  `around` are the regions between the loop and `body`.
    """
    node = value.owner
    around = (*around, body)
    home = builder.home.get(value)
    if not isinstance(node, Node) or home not in around:
        return value
    if node.operation is UNDEFINED:
        return kept
    slot = node.results.index(value)
    if node.operation is IF:
        ends = [last_bound(builder, region, region.results[slot], kept, around) for region in node.regions]
        if all(end is region.results[slot] for end, region in zip(ends, node.regions, strict=True)):
            return value
        for region, end in zip(node.regions, ends, strict=True):
            region.results.append(end)
    elif node.operation in (FOR, WHILE):
        initial = node.operands[slot + (3 if node.operation is FOR else 0)]
        start = last_bound(builder, body, initial, kept, around)
        if start is initial:
            return value
        inner = node.regions[-1]
        end = inner.results[slot + bool(node.static.get("leaves"))]
        before = inner.parameters[slot + (node.operation is FOR)]
        for region in node.regions:
            parameter = Value(value.type, "", region, node.location)
            builder.home[parameter] = region
            region.parameters.append(parameter)
        again = inner.parameters[-1]
        inner.results.append(again if end is before else last_bound(builder, inner, end, again, around))
        node.operands = (*node.operands, start)
    else:
        return value
    result = Value(value.type, value.name, node, node.location)
    builder.home[result] = home
    node.results = (*node.results, result)
    return result

"""Values that some paths leave without content: those that one branch computes and another does not."""

from __future__ import annotations

from collections.abc import Iterator

from s2sad.graph.core import FOR, IF, UNDEFINED, WHILE, Node, Region, Value


def unbound_values(region: Region) -> set[Value]:
    """Return the values below a region that may have no content where they stand."""
    found: set[Value] = set()
    for node in region.walk():
        if node.operation is UNDEFINED:
            found.update(node.results)
    joins = [node for node in region.walk() if node.operation in (IF, FOR, WHILE)] if found else []
    grown = bool(joins)
    while grown:
        before = len(found)
        for node in joins:
            for source, receiver in handed_on(node):
                if source in found:
                    found.add(receiver)
        grown = len(found) > before
    return found


def handed_on(node: Node) -> Iterator[tuple[Value, Value]]:
    """Yield what a control node hands on, and to which value."""
    if node.operation is IF:
        for region in node.regions:
            yield from zip(region.results, node.results, strict=True)
        return
    body = node.regions[-1]
    initial = node.operands[3 if node.operation is FOR else 0 :]
    finals = body.results[1:] if node.static.get("leaves") else body.results
    for slot, (first, last, result) in enumerate(zip(initial, finals, node.results, strict=True)):
        for source in (first, last):
            yield source, result
            for region in node.regions:
                yield source, region.parameters[slot + (node.operation is FOR)]

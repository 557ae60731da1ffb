"""Put off what makes room: the clearing of a part of a cotangent.

Reversing ``x[i] = v`` reads the cotangent of that part and clears it.  Clearing at once would force a copy of what was read, which
is a view; cleared just before the cotangent is touched again, the view has been used up by then.  When what touches it
adds to the same part, the two become one assignment.
"""

from __future__ import annotations

from dataclasses import dataclass

from s2sad.graph.core import CONSTANT, Graph, Node, Region, Value
from s2sad.graph.index import Fancy, Index
from s2sad.graph.types import Array
from s2sad.rules.declare import REGISTRY


@dataclass(slots=True)
class _Use:
    """Where a cleared array is used first: the node in its own region (None: the region's results), and how often in all."""

    first: Node | None
    count: int = 1


def schedule(graph: Graph) -> None:
    """Move clearings down to the next touch, in all regions of a graph."""
    clears: dict[Value, Region] = {}
    _find(graph.body, clears)
    if not clears:
        return
    uses: dict[Value, _Use] = {}
    _uses(graph.body, clears, uses, {})
    for region in dict.fromkeys(clears.values()):
        _reorder(region, clears, uses)


def _find(region: Region, clears: dict[Value, Region]) -> None:
    for node in region.nodes:
        if is_clear(node):
            clears[node.result] = region
        for inner in node.regions:
            _find(inner, clears)


def is_clear(node: Node) -> bool:
    """Whether a node of a derivative writes zeros into a part of an array."""
    if node.operation.name != "put" or node.reverses is None or not isinstance(node.result.type, Array):
        return False
    owner = node.operands[1].owner
    return isinstance(owner, Node) and owner.operation is CONSTANT and owner.static["value"] == 0


def _uses(region: Region, clears: dict[Value, Region], uses: dict[Value, _Use], around: dict[Region, Node]) -> None:
    """Note the uses in a region; `around` gives for each region around it the node that is being walked."""
    for node in region.nodes:
        around[region] = node
        for value in node.operands:
            home = clears.get(value)
            if home is not None:
                _note(value, around[home], uses)
        for inner in node.regions:
            _uses(inner, clears, uses, around)
    around.pop(region, None)
    for value in region.results:
        home = clears.get(value)
        if home is not None:
            _note(value, around.get(home), uses)


def _note(value: Value, node: Node | None, uses: dict[Value, _Use]) -> None:
    use = uses.get(value)
    if use is None:
        uses[value] = _Use(node)
    else:
        use.count += 1


def _reorder(region: Region, clears: dict[Value, Region], uses: dict[Value, _Use]) -> None:
    waiting: dict[Node | None, list[Node]] = {}
    output: list[Node] = []

    def emit(node: Node) -> None:
        chain = [node]
        while True:  # what waits for this node, and for what waits for it
            ahead = waiting.pop(chain[-1], None)
            if not ahead:
                break
            output.extend(ahead[:-1])
            chain.append(ahead[-1])
        while chain:
            later = chain.pop()
            if chain and _merge(later, chain[-1], uses):
                continue
            output.append(later)

    for node in region.nodes:
        if node.results and clears.get(node.results[0]) is region:
            use = uses.get(node.result)
            if use is not None:
                waiting.setdefault(use.first, []).append(node)
        else:
            emit(node)
    for node in waiting.pop(None, ()):
        emit(node)
    region.nodes = output


def _merge(clear: Node, node: Node, uses: dict[Value, _Use]) -> bool:
    """Make one assignment of a clearing and an addition to the same part, if `node` is that and nobody else reads between."""
    if node.operation.name != "add_at" or node.operands[0] is not clear.result or uses[clear.result].count != 1:
        return False
    path = clear.static["path"]
    if node.static["path"] != path or node.operands[2:] != clear.operands[2:] or _may_repeat(path):
        return False
    node.operation = REGISTRY.rules["put"]
    node.operands = (clear.operands[0], *node.operands[1:])
    return True


def _may_repeat(path: tuple[object, ...]) -> bool:
    """Whether a path may address an element twice."""
    return any(isinstance(step, Index) and any(isinstance(item, Fancy) for item in step.items) for step in path)

"""Put off what makes room: the clearing of a part of a cotangent.

Reversing ``x[i] = v`` reads the cotangent of that part and clears it.  Clearing at once would force a copy of what was read, which
is a view; cleared just before the cotangent is touched again, the view has been used up by then.  When what touches it
adds to the same part, the two become one assignment.
"""

from __future__ import annotations

from dataclasses import field

from s2sad.graph.core import CONSTANT, Graph, Node, Region, Value
from s2sad.graph.index import Fancy, Index
from s2sad.graph.types import Array
from s2sad.record import record
from s2sad.rules.declare import REGISTRY


@record()
class _Uses:
    """Which cleared arrays each node needs (in it or in its regions; None: a region's results), and how often each is used."""

    needs: dict[Node | None, dict[Value, None]] = field(default_factory=dict)
    count: dict[Value, int] = field(default_factory=dict)

    def note(self, value: Value, node: Node | None) -> None:
        """Note one use of `value` by `node` of the region in which it is cleared."""
        self.needs.setdefault(node, {})[value] = None
        self.count[value] = self.count.get(value, 0) + 1


def schedule(graph: Graph) -> None:
    """Move clearings down to the next touch, and reads of a last entry up to where it is dropped, in all regions of a graph."""
    _read_before_dropping(graph.body)
    clears: dict[Value, Region] = {}
    _find(graph.body, clears)
    if not clears:
        return
    uses = _Uses()
    _walk(graph.body, clears, uses, {})
    for region in dict.fromkeys(clears.values()):
        _reorder(region, uses)


def _read_before_dropping(region: Region) -> None:
    """Let ``g = gs[-1]`` stand just ahead of ``gs.pop()``."""
    dropped: dict[Value, Node] = {}
    early: dict[Node, list[Node]] = {}
    constants: set[Node] = set()
    for node in region.nodes:
        if node.operation is CONSTANT:
            constants.add(node)
        elif node.operation.name == "list_pop":
            dropped.setdefault(node.operands[0], node)
        elif node.operation.name == "list_get" and node.operands[0] in dropped:
            place = node.operands[1].owner
            if isinstance(place, Node) and place.operation is CONSTANT:
                early.setdefault(dropped[node.operands[0]], []).extend((place, node) if place in constants else (node,))
        for inner in node.regions:
            _read_before_dropping(inner)
    if not early:
        return
    region.nodes = list(dict.fromkeys(other for node in region.nodes for other in (*early.get(node, ()), node)))


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


def _walk(region: Region, clears: dict[Value, Region], uses: _Uses, around: dict[Region, Node]) -> None:
    """Note the uses in a region; `around` gives for each region around it the node that is being walked."""
    for node in region.nodes:
        around[region] = node
        for value in node.operands:
            if value in clears:
                uses.note(value, around[clears[value]])
        for inner in node.regions:
            _walk(inner, clears, uses, around)
    around.pop(region, None)
    for value in region.results:
        if value in clears:
            uses.note(value, around.get(clears[value]))


def _reorder(region: Region, uses: _Uses) -> None:
    """Put each clearing off until somebody needs it."""
    waiting: dict[Value, Node] = {}
    output: list[Node] = []

    def emit(node: Node) -> None:
        pending = [node]
        while pending:
            ahead = next((value for value in uses.needs.get(pending[-1], ()) if value in waiting), None)
            if ahead is not None:  # this comes first, and what it needs before it
                pending.append(waiting.pop(ahead))
                continue
            done = pending.pop()
            if not (pending and is_clear(done) and _merge(done, pending[-1], uses)):
                output.append(done)

    for node in region.nodes:
        if is_clear(node) and node.result in uses.count:
            waiting[node.result] = node
        else:
            emit(node)
    while waiting:
        emit(waiting.pop(next(iter(waiting))))
    region.nodes = output


def _merge(clear: Node, node: Node, uses: _Uses) -> bool:
    """Make one assignment of a clearing and an addition to the same part, if nothing else reads the cleared array."""
    if node.operation.name != "add_at" or node.operands[0] is not clear.result or uses.count.get(clear.result) != 1:
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

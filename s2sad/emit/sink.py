"""Order within a region: a slot's next value is computed last when its present value is still read.

``ds2 = 0.5 * ds * x; dx[i] += s * ds; ds = ds2`` needs no second name once the two computations change places.  Only pure
computations move, only towards the end of their region, and never past a write to what they read.
"""

from __future__ import annotations

from s2sad.emit.fold import Fold, behind, handed_on, is_alias, leaves_of, movable
from s2sad.emit.scan import OPERAND, RESULT, Info, nodes_of
from s2sad.graph.core import CALL, FOR, IF, WHILE, Node, Region, Value


def sunk(folded: Fold) -> dict[Region, list[Node]]:
    """Return the regions whose nodes are better taken in another order, with that order."""
    found = folded.found
    slots: dict[Value, int] = {}  # parameter of a loop -> where its next value is computed
    latest = _Latest(folded)
    moves: dict[Region, list[Node]] = {}
    for node in found.ends:
        if node.operation in (FOR, WHILE):
            body = node.regions[-1]
            results = body.results[1:] if node.static.get("leaves") else body.results
            for parameter, result in zip(body.parameters[node.operation is FOR :], results, strict=True):
                slots[parameter] = found.infos[behind(found, result)].defined
    for node in found.ends:
        if node.operation not in (FOR, WHILE):
            continue
        body = node.regions[-1]
        results = body.results[1:] if node.static.get("leaves") else body.results
        for parameter, result in zip(body.parameters[node.operation is FOR :], results, strict=True):
            for value in _computed(folded, result):
                info = found.infos[value]
                if _candidate(folded, info) and not info.inline and _late(latest, folded, info, parameter, slots):
                    assert info.node is not None
                    moves.setdefault(info.block, []).extend((info.node, *_aliases(folded, info)))
    order: dict[Region, list[Node]] = {}
    for region, late in moves.items():
        chosen = dict.fromkeys(late)
        nodes = nodes_of(found, region)
        order[region] = [node for node in nodes if node not in chosen] + [node for node in nodes if node in chosen]
    return order


def _computed(folded: Fold, result: Value) -> list[Value]:
    """Return the values that become the next value of a slot: one, or one for each branch."""
    result = behind(folded.found, result)
    info = folded.found.infos[result]
    node = info.node
    if node is None or len(info.uses) != 1:
        return []
    if node.operation is IF:
        position = node.results.index(result)
        return [value for region in node.regions for value in _computed(folded, region.results[position])]
    return [result]


def _candidate(folded: Fold, info: Info) -> bool:
    node = info.node
    assert node is not None
    pure = not node.regions and not node.operation.effect and node.operation is not CALL and len(node.results) == 1
    use = handed_on(folded.found.infos, info)
    return pure and not node.operation.raises and use.kind == RESULT and use.block is info.block


def _aliases(folded: Fold, info: Info) -> list[Node]:
    """Return the nodes that only stand for the value: they follow it."""
    result: list[Node] = []
    use = info.uses[0]
    while use.kind == OPERAND and use.node is not None and is_alias(use.node):
        result.append(use.node)
        use = folded.found.infos[use.node.results[0]].uses[0]
    return result


class _Latest:
    """The last position in a region at which a value is read, directly."""

    def __init__(self, folded: Fold) -> None:
        self.folded = folded

    def of(self, value: Value, region: Region) -> int:
        last = -1
        for use in self.folded.found.infos[value].uses:
            places = [(use.position, use.block)]
            if use.kind == OPERAND and use.node is not None and len(use.node.results) == 1 and use.node.results[0] in self.folded.sites:
                places = self.folded.sites[use.node.results[0]]
            for position, block in places:
                while block is not region and block in self.folded.found.parents:
                    node, block = self.folded.found.parents[block]
                    position = self.folded.found.starts[node]
                if block is region:
                    last = max(last, position)
        return last


def _late(latest: _Latest, folded: Fold, info: Info, parameter: Value, slots: dict[Value, int]) -> bool:
    """Whether the node should move to the end: the slot is read behind it, and nothing stands in the way."""
    end = folded.found.spans[info.block][1]
    last = latest.of(parameter, info.block)
    if not info.defined < last < end:
        return False
    if not movable(folded.found, info, end):
        return False
    # What it reads must not be a slot whose own next value is computed in between.
    others = (slots[value] for value in leaves_of(folded, info.node) if value is not parameter and value in slots)
    return all(info.defined >= computed for computed in others)

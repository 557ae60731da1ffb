"""Live ranges: the positions at which a value must keep its name for itself.

A range is a list of closed intervals with holes: the branches of an `if` exclude each other, and a carried slot is free
between its last use in a trip and the place where the next trip's value is assigned.
"""

from __future__ import annotations

from collections.abc import Iterable

from s2sad.emit.fold import Fold
from s2sad.emit.scan import OPERAND, Info, Scan
from s2sad.graph.core import FOR, IF, WHILE, WITH, Node, Region, Value

Ranges = list[tuple[int, int]]


def live_ranges(folded: Fold) -> dict[Value, Ranges]:
    """Return the ranges of every value that has a name."""
    found = folded.found
    extra: dict[Value, Ranges] = {}
    for node in found.ends:
        _moved(found, node, extra)
    result: dict[Value, Ranges] = {}
    for value, info in found.infos.items():
        if not info.inline:
            result[value] = merged([*_uses(folded, info), *extra.get(value, ())])
    return result


def _moved(found: Scan, node: Node, extra: dict[Value, Ranges]) -> None:
    """Add the positions between which slots and results hold a value that has been moved into them."""
    start, end = found.starts[node], found.ends[node]
    if node.operation in (FOR, WHILE):
        body = node.regions[-1]
        first = node.regions[0]
        entry, close = found.spans[first]
        last = found.spans[body][1]
        entered = close if node.operation is WHILE else entry
        for slot, value in enumerate(node.results):
            parameter = first.parameters[slot + (node.operation is FOR)]
            extra.setdefault(parameter, []).append((start + 1, entered))
            extra.setdefault(value, []).append((last + 1, end))
        if node.static.get("leaves"):  # the flag is tested after the moves
            extra.setdefault(body.results[0], []).append((last, last + 1))
        return
    for region in node.regions:
        if len(region.results) == len(node.results):
            close = found.spans[region][1]
            for value in node.results:
                extra.setdefault(value, []).append((close + 1, end if node.operation is WITH else close + 1))


def _uses(folded: Fold, info: Info) -> Ranges:
    """Return one interval a region in which the value is live."""
    found = folded.found
    upper: dict[Region, int] = {info.block: info.defined}
    for use in info.uses:
        places = [(use.position, use.block)]
        if use.kind == OPERAND and use.node is not None and len(use.node.results) == 1 and use.node.results[0] in folded.sites:
            places = folded.sites[use.node.results[0]]
        for position, block in places:
            while block is not info.block:
                if upper.get(block, -1) >= position:
                    break
                upper[block] = position
                node, outer = found.parents[block]
                position = found.starts[node] if node.operation is IF else found.ends[node]
                block = outer
            else:
                upper[block] = max(upper[block], position)
    return [(info.defined if block is info.block else found.spans[block][0], last) for block, last in upper.items()]


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return the intervals in order, those that touch joined."""
    if isinstance(ranges, list) and len(ranges) == 1:
        return ranges
    result: Ranges = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            if high > result[-1][1]:
                result[-1] = (result[-1][0], high)
        else:
            result.append((low, high))
    return result


def overlap(first: Ranges, second: Ranges) -> bool:
    """Whether two range lists share a position."""
    i = j = 0
    while i < len(first) and j < len(second):
        if first[i][1] < second[j][0]:
            i += 1
        elif second[j][1] < first[i][0]:
            j += 1
        else:
            return True
    return False

"""A layered layout of boxes and edges, top to bottom: who computes stands above who uses.

Boxes get layers by longest path, edges over several layers get bends, the order in each layer is improved by barycentres,
and positions follow by least squares under the distances that must be kept.  No dependence on anything, and no randomness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from s2sad.record import record

GAP_X = 22.0  # between boxes of a layer
GAP_Y = 30.0  # between layers
WIRE = 10.0  # the width that a passing edge takes up
SWEEPS = 10


@record(eq=False)
class Box:
    """Something with a size; the layout gives `x` and `y` (of the left upper corner)."""

    width: float
    height: float
    fixed: str = ""  # "top" or "bottom": in the first or the last layer
    x: float = 0.0
    y: float = 0.0


@record(eq=False)
class Edge:
    """From a place on the lower side of one box to a place on the upper side of another; `points` is the way."""

    source: int
    target: int
    start: float  # from the left side of the source
    end: float
    points: list[tuple[float, float]] = field(default_factory=list)


@record(eq=False)
class _Cell:
    """A box, or a bend of an edge, in a layer."""

    width: float
    layer: int
    wire: bool
    rank: float = 0.0
    x: float = 0.0
    above: list[tuple[_Cell, float, float]] = field(default_factory=list)  # neighbour, place on it, place on this
    below: list[tuple[_Cell, float, float]] = field(default_factory=list)


def arrange(boxes: Sequence[Box], edges: Sequence[Edge]) -> tuple[float, float]:
    """Place the boxes (numbered as they stand; edges go to higher numbers) and route the edges; return width and height."""
    if not boxes:
        return 0.0, 0.0
    layers = _layers(boxes, edges)
    cells = [_Cell(box.width, layer, False) for box, layer in zip(boxes, layers, strict=True)]
    rows: list[list[_Cell]] = [[] for _ in range(max(layers) + 1)]
    for cell in cells:
        rows[cell.layer].append(cell)
    chains = _chains(edges, cells, rows)
    _order(rows)
    _place(rows)
    left = min(cell.x for row in rows for cell in row)
    tops, bottoms, y = [], [], 0.0
    for number, row in enumerate(rows):
        height = max((box.height for box, layer in zip(boxes, layers, strict=True) if layer == number), default=0.0)
        tops.append(y)
        bottoms.append(y + height)
        y += height + GAP_Y + min(2.5 * _crowd(row), 26.0)
    for box, cell in zip(boxes, cells, strict=True):
        box.x, box.y = cell.x - left, tops[cell.layer]
    for edge, chain in zip(edges, chains, strict=True):
        source, target = boxes[edge.source], boxes[edge.target]
        x = source.x + edge.start
        edge.points = [(x, source.y + source.height), (x, bottoms[layers[edge.source]])]
        for cell in chain:
            middle = cell.x + cell.width / 2 - left
            edge.points += [(middle, tops[cell.layer]), (middle, bottoms[cell.layer])]
        edge.points.append((target.x + edge.end, target.y))
    width = max(cell.x + cell.width for row in rows for cell in row) - left
    return width, bottoms[-1]


def _crowd(row: Sequence[_Cell]) -> int:
    """Return how many edges leave a layer aslant: they need room below it."""
    return sum(1 for cell in row for other, there, here in cell.below if abs(other.x + there - cell.x - here) > 4.0)


def _layers(boxes: Sequence[Box], edges: Sequence[Edge]) -> list[int]:
    """Longest path from above; what depends on nothing is drawn down to its first user."""
    into: list[list[int]] = [[] for _ in boxes]
    out: list[list[int]] = [[] for _ in boxes]
    for edge in edges:
        into[edge.target].append(edge.source)
        out[edge.source].append(edge.target)
    tops = any(box.fixed == "top" for box in boxes)
    layers = [0] * len(boxes)
    for number, box in enumerate(boxes):
        least = 1 if tops and box.fixed != "top" else 0
        layers[number] = max((layers[source] + 1 for source in into[number]), default=least)
        layers[number] = max(layers[number], least)
    last = max(layers)
    if any(box.fixed == "bottom" for box in boxes):
        last = max([layer + (box.fixed != "bottom") for box, layer in zip(boxes, layers, strict=True)])
    for number in reversed(range(len(boxes))):
        if boxes[number].fixed == "bottom":
            layers[number] = last
        elif boxes[number].fixed != "top" and not into[number] and out[number]:
            layers[number] = max(layers[number], min(layers[target] for target in out[number]) - 1)
    return layers


def _chains(edges: Sequence[Edge], cells: Sequence[_Cell], rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """Give each edge its bends; edges from one place share them as far as they go the same way."""
    shared: dict[tuple[int, float, int], _Cell] = {}
    joined: dict[tuple[int, int, float, float], None] = {}
    chains = []
    for edge in edges:
        chain: list[_Cell] = []
        previous, place = cells[edge.source], edge.start
        for layer in range(cells[edge.source].layer + 1, cells[edge.target].layer):
            key = (edge.source, edge.start, layer)
            bend = shared.get(key)
            if bend is None:
                bend = shared[key] = _Cell(WIRE, layer, True)
                rows[layer].append(bend)
                previous.below.append((bend, WIRE / 2, place))
                bend.above.append((previous, place, WIRE / 2))
            chain.append(bend)
            previous, place = bend, WIRE / 2
        target = cells[edge.target]
        if (id(previous), id(target), place, edge.end) not in joined:
            joined[id(previous), id(target), place, edge.end] = None
            previous.below.append((target, edge.end, place))
            target.above.append((previous, place, edge.end))
        chains.append(chain)
    return chains


def _order(rows: list[list[_Cell]]) -> None:
    """Reorder each layer so that few edges cross."""
    best, fewest = [list(row) for row in rows], -1
    for sweep in range(SWEEPS):
        for row in rows:
            for number, cell in enumerate(row):
                cell.rank = number
        crossings = sum(map(_crossings, rows))
        if fewest < 0 or crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
        if fewest == 0:
            break
        down = sweep % 2 == 0
        for row in rows[1:] if down else rows[-2::-1]:
            keys = {}
            for number, cell in enumerate(row):
                near = cell.above if down else cell.below
                ranks = [other.rank + place / max(other.width, 1.0) - mine / max(cell.width, 1.0) * 0.01 for other, place, mine in near]
                keys[cell] = sum(ranks) / len(ranks) if ranks else float(number)
            row.sort(key=keys.__getitem__)
            for number, cell in enumerate(row):
                cell.rank = number
    rows[:] = best


def _crossings(row: Sequence[_Cell]) -> int:
    """Count the crossings of the edges below a layer."""
    ends = []
    for cell in row:
        ends += [
            (cell.rank + place / max(cell.width, 1.0), other.rank + there / max(other.width, 1.0)) for other, there, place in cell.below
        ]
    ends.sort()
    lower = [end for _, end in ends]
    return sum(1 for i in range(len(lower)) for j in range(i) if lower[j] > lower[i] + 1e-9)


def _place(rows: Sequence[list[_Cell]]) -> None:
    """Choose the horizontal positions: each cell near its neighbours, in order and at a distance."""
    for row in rows:
        x = 0.0
        for cell in row:
            cell.x = x
            x += cell.width + GAP_X
    for sweep in range(3 * SWEEPS):
        direction = (("above",), ("below",), ("above", "below"))[sweep % 3]
        for row in rows if sweep % 3 != 1 else rows[::-1]:
            wanted, weights = [], []
            for cell in row:
                near = (cell.above if "above" in direction else []) + (cell.below if "below" in direction else [])
                # A passing edge should be straight: its bends hold on to each other.
                goals = [(other.x + there - here, 16.0 if cell.wire and other.wire else 1.0) for other, there, here in near]
                total = sum(weight for _, weight in goals)
                wanted.append(sum(goal * weight for goal, weight in goals) / total if goals else cell.x)
                weights.append(total or 0.05)
            for cell, x in zip(row, _apart(row, wanted, weights), strict=True):
                cell.x = x


def _apart(row: Sequence[_Cell], wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the positions nearest to the wanted ones that keep order and distance (pooling of adjacent violators)."""
    offsets, offset = [], 0.0
    for cell, following in zip(row, [*row[1:], None], strict=True):
        offsets.append(offset)
        gap = GAP_X / 2 if cell.wire or (following is not None and following.wire) else GAP_X
        offset += cell.width + gap
    blocks: list[tuple[float, float, int]] = []  # mean, weight, count
    for goal, weight, shift in zip(wanted, weights, offsets, strict=True):
        mean, count = goal - shift, 1
        while blocks and blocks[-1][0] > mean:
            other, heavy, many = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight += heavy
            count += many
        blocks.append((mean, weight, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + shift for mean, shift in zip(means, offsets, strict=True)]

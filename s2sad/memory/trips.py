"""How the trips of a loop are numbered where something is kept once a trip.

Rows are numbered by the loop's own index where it counts upwards from a small number, so that ``hs[i]`` reads as a person would write
it; otherwise by the number of the trip.
"""

from __future__ import annotations

from s2sad.graph.build import Builder
from s2sad.graph.core import CONSTANT, FOR, Node, Value
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import INT, Number
from s2sad.rules.declare import REGISTRY
from s2sad.rules.loops import trip_count

LARGEST_START = 4  # rows that may be left unused so that the index of the loop numbers the rows


class Trips:
    """The numbering of the trips of one loop.

    Attributes
    ----------
    countable : bool
        Whether the number of trips is known before the loop.
    extent : Size or None
        The number of rows, where the sizes of the entry tell it.
    by_index : bool
        Whether rows are numbered by the loop's index.
    reversed : bool
        Whether the loop visits its indices last to first: what one trip hands to the next lies a row *before* it.
    """

    __slots__ = ("by_index", "countable", "extent", "loop", "reversed", "step")

    def __init__(self, loop: Node, sizes: Sizes) -> None:
        self.loop = loop
        self.countable = loop.operation is FOR and not loop.static.get("leaves")
        self.reversed = bool(loop.static.get("reversed"))
        self.extent: Size | None = None
        self.by_index = False
        self.step: int | None = None
        if loop.operation is not FOR:
            return
        start, stop = size_of(loop.operands[0]), size_of(loop.operands[1])
        self.step = known_int(loop.operands[2])
        if not self.countable or start is None or stop is None or not start.entry or not stop.entry or self.step not in (1, -1):
            return
        length = stop - start if self.step == 1 else start - stop
        if not sizes.at_least(length, 0):
            return
        self.by_index = self.step == 1 and start.known is not None and 0 <= start.known <= LARGEST_START
        self.extent = stop if self.by_index else length

    def count(self, builder: Builder, more: int = 0) -> Value:
        """Return the number of rows, `more` than one a trip."""
        start, stop, step = self.loop.operands[:3]
        if self.by_index:
            rows = stop
        elif self.extent is not None:
            rows = builder.size(self.extent)
        else:
            rows = builder.emit(trip_count, start, stop, step)
        return shifted(builder, rows, more)

    def row(self, builder: Builder, index: Value, bounds: tuple[Value, ...]) -> Value:
        """Return the row of the trip with the given index; `bounds` are start, stop and step as seen from where it is wanted."""
        if self.by_index:
            return index
        start, _, step = bounds
        if self.step == -1:
            return builder.emit(REGISTRY.rules["subtract"], start, index)
        distance = index if known_int(start) == 0 else builder.emit(REGISTRY.rules["subtract"], index, start)
        return distance if self.step == 1 else builder.emit(REGISTRY.rules["floor_divide"], distance, step)

    def first_row(self, builder: Builder) -> Value:
        """Return the row of what enters the first trip, where rows hold what is handed from trip to trip."""
        if self.reversed:
            return self.count(builder)
        return self.loop.operands[0] if self.by_index else builder.constant(0)


def shifted(builder: Builder, number: Value, by: int) -> Value:
    """Return ``number + by``."""
    if not by:
        return number
    known = known_int(number)
    return builder.constant(known + by) if known is not None else builder.emit(REGISTRY.rules["add"], number, by)


def known_int(value: Value) -> int | None:
    """Return the number that an int is known to be."""
    owner = value.owner
    if isinstance(owner, Node) and owner.operation is CONSTANT and type(owner.static["value"]) is int:
        return int(owner.static["value"])
    size = size_of(value)
    return None if size is None else size.known


def size_of(value: Value) -> Size | None:
    """Return what an int is known to be, as a size."""
    return value.type.size if isinstance(value.type, Number) and value.type.kind == INT.kind else None

"""Read a part of an array from the array as it is in the end, where it is certain that no later trip has written that part.

`y[i - 1]`, read where `y[i]` is written and `i` grows, is still there after the loop.  A part is known to stay when on some
axis its subscript differs from those of all later writes: both are a loop's index plus a constant, and the writes move on; or both are
a value from outside of the loop plus constants that differ.  Subscripts that may count from the end are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from s2sad.analysis.scopes import LOOPS, Scopes, carried
from s2sad.graph.core import FOR, IF, Node, Region, Value
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.types import Array
from s2sad.memory.trips import known_int

Affine = tuple[Value | None, int]  # a value, or nothing, plus a constant


class Unwritten:
    """Answers for a later sweep; `at_hand` says whether it sees a value."""

    def __init__(self, scopes: Scopes, at_hand: Callable[[Value], bool]) -> None:
        self.scopes = scopes
        self.at_hand = at_hand
        self._finals: dict[Node, Value | None] = {}
        self._trips: dict[tuple[Value, Value], list[Node] | None] = {}

    def final(self, node: Node) -> Value | None:
        """Return the version, seen by the later sweep, in which a `get` still finds what it has read."""
        if node not in self._finals:
            self._finals[node] = self._final(node)
        return self._finals[node]

    def _final(self, node: Node) -> Value | None:
        version = node.operands[0]
        read = _subscripts(node, 1)
        if read is None or not isinstance(version.type, Array) or self.at_hand(version):
            return None
        while not self.at_hand(version):
            home = self.scopes.home(version)
            around = self.scopes.owner[home]
            if around is None or not (around.operation is IF or (around.operation in LOOPS and home is around.regions[-1])):
                return None
            found = self._handed_on(version, home, around)
            if found is None:
                return None
            slot, after = found
            if not all(self._apart(read, write) for write in after):
                return None
            if around.operation in LOOPS:
                parameters, _, ends = carried(around)
                writes = self._writes_of_trip(ends[slot], parameters[slot])
                if writes is None or not all(self._left_behind(read, write, around) for write in writes):
                    return None
            version = around.results[slot]
        return version

    def _handed_on(self, version: Value, home: Region, around: Node) -> tuple[int, list[Node]] | None:
        """Return in which slot a version of an array leaves its region, and what is written until then."""
        ends = carried(around)[2] if around.operation in LOOPS else home.results
        for slot, end in enumerate(ends):
            if end.type == version.type:
                writes = self._writes(end, version)
                if writes is not None:
                    return slot, writes
        return None

    def _writes_of_trip(self, end: Value, parameter: Value) -> list[Node] | None:
        if (end, parameter) not in self._trips:
            self._trips[end, parameter] = self._writes(end, parameter)
        return self._trips[end, parameter]

    def _writes(self, later: Value, earlier: Value) -> list[Node] | None:
        """Return the writes that make `later` of `earlier`; None when it is not made of it by writing parts."""
        found: list[Node] = []
        while later is not earlier:
            node = later.owner
            if not isinstance(node, Node):
                return None
            if node.operation.name in ("put", "add_at"):
                found.append(node)
                later = node.operands[0]
            elif node.operation is IF:
                slot = node.results.index(later)
                entries: set[Value] = set()
                for region in node.regions:
                    entry = region.results[slot]
                    while self.scopes.home(entry) is region:
                        before = _before(entry)
                        inner = None if before is None else self._writes(entry, before)
                        if before is None or inner is None:
                            return None
                        found += inner
                        entry = before
                    entries.add(entry)
                if len(entries) != 1:
                    return None
                (later,) = entries
            elif node.operation in LOOPS:
                parameters, initial, ends = carried(node)
                slot = node.results.index(later)
                inner = self._writes_of_trip(ends[slot], parameters[slot])
                if inner is None:
                    return None
                found += inner
                later = initial[slot]
            else:
                return None
        return found

    # Subscripts --------------------------------------------------------------------------------------------------------------

    def _apart(self, read: Sequence[Affine | None], write: Node) -> bool:
        """Whether a write in the same trip is to another part."""
        return any(
            one is not None and other is not None and one[0] is other[0] and one[1] != other[1] and self._from_the_front(one, other)
            for one, other in zip(read, _subscripts(write, 2) or (), strict=False)
        )

    def _left_behind(self, read: Sequence[Affine | None], write: Node, loop: Node) -> bool:
        """Whether a write in any later trip of `loop` is to another part."""
        body = loop.regions[-1]
        for one, other in zip(read, _subscripts(write, 2) or (), strict=False):
            if one is None or other is None or one[0] is not other[0] or not self._from_the_front(one, other):
                continue
            base = one[0]
            if loop.operation is FOR and base is body.parameters[0]:
                step = known_int(loop.operands[2])
                if step and (other[1] >= one[1] if (step > 0) != bool(loop.static.get("reversed")) else other[1] <= one[1]):
                    return True
            elif one[1] != other[1] and (base is None or self.scopes.depth[self.scopes.home(base)] < self.scopes.depth[body]):
                return True
        return False

    def _from_the_front(self, *subscripts: Affine) -> bool:
        """Whether subscripts are never negative."""
        for base, constant in subscripts:
            while base is not None:
                loop = self.scopes.owner[base.owner] if isinstance(base.owner, Region) else None
                if loop is None or loop.operation is not FOR or base is not loop.regions[0].parameters[0]:
                    return False
                step = known_int(loop.operands[2])
                if not step:
                    return False
                base, more = _affine(loop.operands[0] if step > 0 else loop.operands[1])
                constant += more if step > 0 else more + 1
            if constant < 0:
                return False
        return True


def _before(version: Value) -> Value | None:
    """Return the version of which one step makes this one."""
    node = version.owner
    if not isinstance(node, Node):
        return None
    if node.operation.name in ("put", "add_at"):
        return node.operands[0]
    if node.operation in LOOPS:
        return carried(node)[1][node.results.index(version)]
    return None


def _subscripts(node: Node, first: int) -> list[Affine | None] | None:
    """Return the subscript on each axis, where it is one number; `first` is the number of the first operand that varies."""
    path = node.static["path"]
    if len(path) != 1 or not isinstance(path[0], Index):
        return None
    found: list[Affine | None] = []
    for item in path[0].items:
        match item:
            case int():
                found.append((None, item))
            case Operand(number):
                found.append(_affine(node.operands[first + number]))
            case Slice():
                found.append(None)
            case _:
                return None
    return found


def _affine(value: Value) -> Affine:
    constant = 0
    while True:
        known = known_int(value)
        if known is not None:
            return None, constant + known
        node = value.owner
        if not isinstance(node, Node) or node.operation.name not in ("add", "subtract"):
            return value, constant
        left, right = node.operands
        more, rest = known_int(right), left
        if more is None and node.operation.name == "add":
            more, rest = known_int(left), right
        if more is None:
            return value, constant
        constant += more if node.operation.name == "add" else -more
        value = rest

"""Read entries of the user's lists from the list as it is in the end.

A list that loops and branches only append to holds, in each of its versions, a prefix of what it holds in the end: an entry
read along the way is still there.  No version of a list is ever kept for the sake of its entries.
"""

from __future__ import annotations

from collections.abc import Callable

from s2sad.analysis.scopes import LOOPS, Scopes, carried
from s2sad.graph.core import FOR, IF, Node, Region, Value
from s2sad.graph.types import List
from s2sad.memory.trips import known_int
from s2sad.record import record


@record(frozen=True)
class Entry:
    """Where an entry is found: in `values`, at `place`; or, where `place` is None, at a place counted by the trips.

    That place is the length of the list `start`, plus `each` for every trip of the loop of `body` that has been made, plus `more`.
    """

    values: Value
    place: Value | None
    start: Value | None = None
    each: int = 0
    body: Region | None = None
    more: int = 0


class Growing:
    """Answers for a later sweep; `at_hand` says whether it sees a value."""

    def __init__(self, scopes: Scopes, at_hand: Callable[[Value], bool]) -> None:
        self.scopes = scopes
        self.at_hand = at_hand
        self._entries: dict[Value, Entry | None] = {}

    def entry(self, value: Value) -> Entry | None:
        """Return where the result of a `list_get` is still found."""
        if value not in self._entries:
            self._entries[value] = self._entry(value)
        return self._entries[value]

    def _entry(self, value: Value) -> Entry | None:
        node = value.owner
        if not isinstance(node, Node) or node.operation.name != "list_get" or not isinstance(node.operands[0].type, List):
            return None
        version, place = node.operands
        values = None if self.at_hand(version) else self._final(version)
        if values is None:
            return None
        if self._from_the_front(place):
            return Entry(values, place)
        back = self._from_the_end(version, place)
        return None if back is None else self._counted(values, version, back)

    def _final(self, version: Value) -> Value | None:
        """Return the version that the later sweep sees and that begins with `version`."""
        while not self.at_hand(version):
            home = self.scopes.home(version)
            node = self.scopes.owner[home]
            if node is None:
                return None
            if node.operation in LOOPS and home is node.regions[-1]:
                parameters, _, ends = carried(node)
                slot = next((k for k, end in enumerate(ends) if end.type == version.type and extends(end, version)), None)
                if slot is None or not extends(ends[slot], parameters[slot]):
                    return None
            elif node.operation is IF:
                slot = next((k for k, end in enumerate(home.results) if end.type == version.type and extends(end, version)), None)
                if slot is None:
                    return None
            else:
                return None
            version = node.results[slot]
        return version

    def _from_the_front(self, place: Value) -> bool:
        """Whether a subscript certainly counts from the front."""
        known = known_int(place)
        if known is not None:
            return known >= 0
        owner = place.owner
        if isinstance(owner, Region):
            loop = self.scopes.owner[owner]
            if loop is None or loop.operation is not FOR or place is not owner.parameters[0]:
                return False
            start, step = known_int(loop.operands[0]), known_int(loop.operands[2])
            return start is not None and start >= 0 and step is not None and step > 0
        return isinstance(owner, Node) and owner.operation.name == "add" and all(map(self._from_the_front, owner.operands))

    def _from_the_end(self, version: Value, place: Value) -> int | None:
        """Return how far from the end of the list a subscript stands, when that is known."""
        known = known_int(place)
        if known is not None:
            return known
        owner = place.owner
        if isinstance(owner, Node) and owner.operation.name == "subtract":
            length, back = owner.operands[0].owner, known_int(owner.operands[1])
            if isinstance(length, Node) and length.operation.name == "list_length" and length.operands[0] is version and back:
                return -back
        return None

    def _counted(self, values: Value, version: Value, back: int) -> Entry | None:
        start, more = _appended(version)
        if self.at_hand(start):
            return None
        body = start.owner
        if not isinstance(body, Region):
            return None
        loop = self.scopes.owner[body]
        if loop is None or loop.operation not in LOOPS or body is not loop.regions[-1] or loop.static.get("reversed"):
            return None
        parameters, initial, ends = carried(loop)
        if start not in parameters:
            return None
        slot = parameters.index(start)
        before, each = _appended(ends[slot])
        if before is not start or not self.at_hand(initial[slot]):
            return None
        return Entry(values, None, initial[slot], each, body, more + back)


def extends(later: Value, earlier: Value) -> bool:
    """Whether a version of a list is another one with entries appended."""
    while later is not earlier:
        owner = later.owner
        if not isinstance(owner, Node):
            return False
        if owner.operation.name == "list_append":
            later = owner.operands[0]
        elif owner.operation is IF:
            slot = owner.results.index(later)
            return all(extends(region.results[slot], earlier) for region in owner.regions)
        elif owner.operation in LOOPS:
            parameters, initial, ends = carried(owner)
            slot = owner.results.index(later)
            if not extends(ends[slot], parameters[slot]):
                return False
            later = initial[slot]
        else:
            return False
    return True


def _appended(version: Value) -> tuple[Value, int]:
    """Return the version from which this one comes by appending in a straight line, and how many entries that is ago."""
    count = 0
    while isinstance(version.owner, Node) and version.owner.operation.name == "list_append":
        version = version.owner.operands[0]
        count += 1
    return version, count


def known_length(version: Value) -> int | None:
    """Return the length of a list that was built in a straight line."""
    start, count = _appended(version)
    return count if isinstance(start.owner, Node) and start.owner.operation.name == "list_new" else None

"""Which values that refer to memory are still read after a node.

The order of the nodes counts: branches exclude each other, and what a loop reads from outside is read again in the next trip.
"""

from __future__ import annotations

from collections.abc import Iterable

from s2sad.analysis.scopes import LOOPS, Scopes
from s2sad.graph.core import TRY, Node, Region, Value
from s2sad.graph.versions import holds_memory


class Liveness:
    """The last use of each value, region by region.

    Positions are those of the graph as it was when this was computed: nodes that are added later have none.
    """

    __slots__ = ("_last", "_position", "scopes")

    def __init__(self, body: Region, scopes: Scopes) -> None:
        self.scopes = scopes
        self._position: dict[Node, int] = {}
        self._last: dict[Value, dict[Region, int]] = {}
        self._region(body)

    def _region(self, region: Region) -> None:
        for position, node in enumerate(region.nodes):
            self._position[node] = position
            for value in node.operands:
                self._use(value, region, position)
            for inner in node.regions:
                self._region(inner)
        for value in region.results:
            self._use(value, region, len(region.nodes))

    def _use(self, value: Value, region: Region, position: int) -> None:
        if not holds_memory(value.type):
            return
        last = self._last.setdefault(value, {})
        home = self.scopes.home(value)
        while True:
            if last.get(region, -1) >= position:
                return  # a later use has been seen; the regions around know it as well
            last[region] = position
            if region is home:
                return
            owner = self.scopes.owner[region]
            assert owner is not None, "a value is used outside of its scope"
            position = self._position[owner]
            region = self.scopes.region[owner]

    def live_after(self, value: Value, node: Node) -> bool:
        """Whether `value` may be read after `node`, by what follows or in a later trip."""
        last = self._last.get(value)
        if last is None:
            return False
        home = self.scopes.home(value)
        region = self.scopes.region[node]
        while True:
            if last.get(region, -1) > self._position[node]:
                return True
            owner = self.scopes.owner[region]
            if region is home or owner is None:
                return False
            if owner.operation in LOOPS and any(part in last for part in owner.regions):
                return True  # in a later trip
            if owner.operation is TRY and any(part in last for part in owner.regions if part is not region):
                return True  # where an exception is handled, or finally
            node, region = owner, self.scopes.region[owner]

    def read_inside(self, value: Value, node: Node) -> bool:
        """Whether a region of `node` reads `value`."""
        last = self._last.get(value)
        return last is not None and any(region in last for region in node.regions)

    def spent(self, value: Value, node: Node) -> bool:
        """Whether nothing reads `value` any more, on any path, once the walk has come to `node`."""
        last = self._last.get(value)
        if last is None:
            return True
        home = self.scopes.home(value)
        inside = bool(node.regions)  # a read at this position may be one that is still to come
        while self.scopes.region[node] is not home:
            owner = self.scopes.owner[self.scopes.region[node]]
            if owner is None:
                return True  # its region has been left
            if owner is self.scopes.owner[home]:
                return False  # another branch of the same node: it may be a result of its own
            node, inside = owner, True
        return last.get(home, -1) < self._position[node] + (not inside)

    def last_reader(self, values: Iterable[Value], region: Region) -> Node:
        """Return the node of `region` that reads one of `values` last, or defines the last of them."""
        positions = [self._position[value.owner] for value in values if isinstance(value.owner, Node)]
        positions += [self._last[value].get(region, -1) for value in values if value in self._last]
        return region.nodes[max(positions)]

    def last_defined(self, values: Iterable[Value]) -> Value:
        """Return that of several values of one region which is computed last."""
        return max(values, key=lambda value: self._position[value.owner] if isinstance(value.owner, Node) else -1)

"""Where everything stands: the region around a node, the node around a region, the loops in between."""

from __future__ import annotations

from collections.abc import Iterable

from s2sad.graph.core import FOR, WHILE, Node, Region, Value

LOOPS = (FOR, WHILE)


class Scopes:
    """The tree of regions of one graph.

    Attributes
    ----------
    region : dict
        The region in which each node stands.
    owner : dict
        The node that owns each region; None for the body.
    depth : dict
        How many regions are around a region.
    """

    __slots__ = ("depth", "owner", "region")

    def __init__(self, body: Region) -> None:
        self.region: dict[Node, Region] = {}
        self.owner: dict[Region, Node | None] = {body: None}
        self.depth: dict[Region, int] = {body: 0}
        self.enter(body, body.nodes)

    def enter(self, region: Region, nodes: Iterable[Node]) -> None:
        """Take in nodes of `region`, and all that stands in them."""
        waiting = [(region, nodes)]
        while waiting:
            region, nodes = waiting.pop()
            below = self.depth[region] + 1
            for node in nodes:
                self.region[node] = region
                for inner in node.regions:
                    self.owner[inner] = node
                    self.depth[inner] = below
                    waiting.append((inner, inner.nodes))

    def home(self, value: Value) -> Region:
        """Return the region that defines `value`."""
        owner = value.owner
        if isinstance(owner, Region):
            return owner
        assert owner is not None
        return self.region[owner]

    def parent(self, region: Region) -> Region | None:
        """Return the region around a region."""
        owner = self.owner[region]
        return None if owner is None else self.region[owner]

    def common(self, left: Region, right: Region) -> Region:
        """Return the innermost region around both, or one of the two."""
        depth = self.depth
        while left is not right:
            if depth[left] < depth[right]:
                left, right = right, left
            around = self.parent(left)
            assert around is not None, "the regions belong to different graphs"
            left = around
        return left

    def path(self, inner: Region, outer: Region) -> list[Region]:
        """Return the regions from `inner` out to `outer`, without `outer`."""
        found = []
        while inner is not outer:
            found.append(inner)
            around = self.parent(inner)
            assert around is not None, "the outer region is not around the inner one"
            inner = around
        return found

    def is_loop(self, region: Region) -> bool:
        """Whether `region` is run once a trip."""
        owner = self.owner[region]
        return owner is not None and owner.operation in LOOPS


def carried(node: Node) -> tuple[list[Value], tuple[Value, ...], list[Value]]:
    """Return the carried parameters of a loop's body, what they start with, and what each trip gives for the next."""
    body = node.regions[-1]
    results = body.results[1:] if node.static.get("leaves") else body.results
    if node.operation is FOR:
        return body.parameters[1:], node.operands[3:], results
    return body.parameters, node.operands, results


def free_values(node: Node) -> list[Value]:
    """Return what a node and the regions in it read from outside of the node, each once, in order."""
    if not node.regions:
        return list(dict.fromkeys(node.operands))
    found = dict.fromkeys(node.operands)
    inside: set[Value] = set()
    for region in node.regions:
        inside.update(region.parameters)
        for inner in region.walk():
            inside.update(inner.results)
            for below in inner.regions:
                inside.update(below.parameters)
    for region in node.regions:
        for inner in region.walk():
            found.update(dict.fromkeys(inner.operands))
            for below in inner.regions:
                found.update(dict.fromkeys(below.results))
        found.update(dict.fromkeys(region.results))
    return [value for value in found if value not in inside]

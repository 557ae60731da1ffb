"""Nodes that wait for their place in regions that are being read."""

from __future__ import annotations

from dataclasses import field

from s2sad.analysis.scopes import Scopes
from s2sad.graph.core import Node, Region
from s2sad.record import record


@record()
class Insertions:
    """Lists of nodes, by where they belong: before or after a node, at the start or the end of a region."""

    before: dict[Node, list[Node]] = field(default_factory=dict)
    after: dict[Node, list[Node]] = field(default_factory=dict)
    start: dict[Region, list[Node]] = field(default_factory=dict)
    end: dict[Region, list[Node]] = field(default_factory=dict)
    regions: dict[Region, None] = field(default_factory=dict)

    def flush(self, scopes: Scopes) -> None:
        """Put all nodes in their places."""
        for region in self.regions:
            nodes = list(self.start.get(region, ()))
            for node in region.nodes:
                nodes += self.before.get(node, ())
                nodes.append(node)
                nodes += self.after.get(node, ())
            nodes += self.end.get(region, ())
            scopes.enter(region, (node for node in nodes if node not in scopes.region))
            region.nodes = nodes
        for waiting in (self.before, self.after, self.start, self.end, self.regions):
            waiting.clear()

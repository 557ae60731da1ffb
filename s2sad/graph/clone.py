"""Copies of graphs and regions, and replacement of values.

A copy has values, nodes and regions of its own; domains stay paired: regions that shared a domain in the original share one
in the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s2sad.graph.core import Domain, Graph, Node, Region, Value
from s2sad.graph.substitute import Change, fact_with_sizes, type_with_sizes


class Copier:
    """Copies regions; `values` maps what has been copied (values of surrounding regions may be put in beforehand)."""

    def __init__(self, values: dict[Value, Value] | None = None, change: Change | None = None) -> None:
        self.values: dict[Value, Value] = {} if values is None else values
        self.change = change
        self._domains: dict[Domain, Domain] = {}

    def domain(self, domain: Domain) -> Domain:
        """Return the domain that takes the place of `domain` in the copy."""
        return self._domains.setdefault(domain, Domain(domain.name))

    def region(self, region: Region) -> Region:
        """Return a copy of a region."""
        copy = Region(domain=self.domain(region.domain))
        copy.parameters = [self._value(value, copy) for value in region.parameters]
        copy.nodes = [self.node(node) for node in region.nodes]
        copy.results = [self.values.get(value, value) for value in region.results]
        return copy

    def node(self, node: Node) -> Node:
        """Return a copy of a node, whose operands have been copied or belong to the surroundings."""
        copy = Node(
            node.operation,
            tuple(self.values.get(value, value) for value in node.operands),
            self._static(node.static),
            tuple(self.region(region) for region in node.regions) if node.regions else (),
            location=node.location,
            reverses=node.reverses,
        )
        copy.results = tuple(self._value(value, copy) for value in node.results)
        return copy

    def _static(self, static: dict[str, Any]) -> dict[str, Any]:
        if self.change is None:
            return dict(static)
        return {name: fact_with_sizes(value, self.change) for name, value in static.items()}

    def _value(self, value: Value, owner: Node | Region) -> Value:
        kind = value.type if self.change is None else type_with_sizes(value.type, self.change)
        copy = Value(kind, value.name, owner, value.location)
        self.values[value] = copy
        return copy


def copy_graph(graph: Graph, name: str | None = None) -> tuple[Graph, dict[Value, Value]]:
    """Return a copy of a graph (called graphs are shared), and the map from old values to new ones."""
    copier = Copier()
    copy = Graph(name or graph.name, sizes=graph.sizes, stage=graph.stage)
    copy.body = copier.region(graph.body)
    copy.size_sources = {atom: (copier.values[value], axis) for atom, (value, axis) in graph.size_sources.items()}
    return copy, copier.values


def replace_values(region: Region, replacements: Mapping[Value, Value]) -> None:
    """Replace values in a region, in place, wherever they are used; replacements may be chained."""
    if not replacements:
        return

    def final(value: Value) -> Value:
        while value in replacements:
            value = replacements[value]
        return value

    def visit(region: Region) -> None:
        for node in region.nodes:
            node.operands = tuple(final(value) for value in node.operands)
            for inner in node.regions:
                visit(inner)
        region.results = [final(value) for value in region.results]

    visit(region)

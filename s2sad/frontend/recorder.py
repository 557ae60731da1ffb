"""A builder that remembers where values were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from s2sad.graph.build import Builder
from s2sad.graph.core import Domain, Node, Operation, Region, Value
from s2sad.graph.types import Type


class Recorder(Builder):
    """A builder that remembers in which region each value was made, and which regions are open."""

    def __init__(self, region: Region, sizes: Any) -> None:
        super().__init__(region, sizes)
        self.home: dict[Value, Region] = {}
        self.open: dict[Region, None] = {region: None}

    def append(
        self,
        operation: Operation,
        operands: Sequence[Value],
        static: dict[str, Any],
        types: Sequence[Type],
        *,
        names: Sequence[str] = (),
        regions: Sequence[Region] = (),
    ) -> Node:
        """Append a node with given result types."""
        node = super().append(operation, operands, static, types, names=names, regions=regions)
        for value in node.results:
            self.home[value] = self.region
        return node

    def new_region(self, types: Sequence[Type] = (), names: Sequence[str] = (), domain: Domain | None = None) -> Region:
        """Return an empty region with parameters of the given types."""
        region = super().new_region(types, names, domain)
        for value in region.parameters:
            self.home[value] = region
        return region

    def parameter(self, region: Region, kind: Type, name: str = "") -> Value:
        """Add a parameter to a region."""
        value = Value(kind, name, region, self.location)
        region.parameters.append(value)
        self.home[value] = region
        return value

    @contextmanager
    def inside(self, region: Region) -> Iterator[Region]:
        """Append to `region` for a while."""
        outer, self.region = self.region, region
        self.open[region] = None
        try:
            yield region
        finally:
            self.region = outer
            del self.open[region]

    def visible(self, value: Value) -> bool:
        """Whether a value may be used here."""
        return self.home.get(value) in self.open

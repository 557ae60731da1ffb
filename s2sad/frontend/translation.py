"""A helper's graph in the caller's terms: its sizes, its types, its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from s2sad.frontend.lower import Lowering
from s2sad.frontend.signatures import Given
from s2sad.graph.core import SIZE, Graph, Value
from s2sad.graph.sizes import Size
from s2sad.graph.substitute import fact_with_sizes, replaced, type_with_sizes
from s2sad.graph.types import Token, Type

if TYPE_CHECKING:
    from s2sad.frontend.graphs import Summary


def size_mapping(summary: Summary, given: Given) -> dict[str, Size]:
    """Return what the labels of a helper's graph are in the caller."""
    return {name: given.sizes[number] for name, number in summary.labels.items() if number < len(given.sizes)}


def substituted(size: Size, mapping: dict[str, Size]) -> Size | None:
    """Return a size of a helper in the caller's terms; None when it is made inside."""
    return replaced(size, lambda atom: mapping.get(atom.name))


def splice(low: Lowering, graph: Graph, values: list[Value], translate: Translator) -> list[Value]:
    """Copy the nodes of a helper to where it is called."""
    mapping: dict[Value, Value] = dict(zip(graph.parameters, values, strict=True))
    location = low.builder.location
    for node in graph.body.nodes:
        low.builder.location = node.location
        if node.operation is SIZE:
            made = low.value(low.size(translate.size(node.static["size"])))
            mapping[node.results[0]] = made
            continue
        copied = low.builder.append(
            node.operation,
            tuple(mapping[value] for value in node.operands),
            {name: translate.fact(fact) for name, fact in node.static.items()},
            [translate.type(value.type) for value in node.results],
            names=[value.name for value in node.results],
        )
        for before, after in zip(node.results, copied.results, strict=True):
            mapping[before] = after
            if isinstance(after.type, Token):
                low.store.write(low.world, after)
    low.builder.location = location
    return [mapping[value] for value in graph.results]


class Translator:
    """Sizes and types of a helper in the caller's terms; sizes made inside become run-time sizes of the caller."""

    def __init__(self, low: Lowering, mapping: dict[str, Size]) -> None:
        self.low = low
        self.mapping = dict(mapping)

    def size(self, size: Size) -> Size:
        """Return a size."""
        for atom in size.atoms():
            if atom.name not in self.mapping:
                self.mapping[atom.name] = self.low.sizes.fresh(atom.name.partition("?")[0] or "k")
        found = substituted(size, self.mapping)
        assert found is not None
        return found

    def type(self, kind: Type) -> Type:
        """Return a type."""
        return type_with_sizes(kind, self.size)

    def fact(self, fact: Any) -> Any:
        """Return a static fact."""
        return fact_with_sizes(fact, self.size)

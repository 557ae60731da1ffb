"""Cut a joint graph into a forward half and a reverse half.

What the reverse half needs of the forward half crosses in one value, the residual: the last result of the forward half
and the first parameter of the reverse half.  Numbers known at compile time are not carried over but written down again; sizes of the
entry are read off the arrays that cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from s2sad.analysis.scopes import free_values
from s2sad.analysis.unbound import unbound_values
from s2sad.graph.build import Builder
from s2sad.graph.clone import replace_values
from s2sad.graph.core import CONSTANT, SIZE, UNDEFINED, Graph, Node, Region, Value
from s2sad.graph.index import View
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import Array, Number, Residual
from s2sad.record import replace
from s2sad.rules.declare import REGISTRY

_REPEATED = (CONSTANT, SIZE, UNDEFINED)


def split(
    graph: Graph, boundary: int, *, parameters: int | None = None, results: int | None = None, names: tuple[str, str] | None = None
) -> tuple[Graph, Graph]:
    """Return the forward half and the reverse half of a joint graph, whose nodes become theirs.

    Placement sees to it that a residual which escapes shares memory with nothing that the caller can reach: `place` with the
    residual among the fresh results.

    Parameters
    ----------
    graph : Graph
        In stage kept.
    boundary : int
        The number of nodes of the body that belong to the forward half.
    parameters, results : int, optional
        How many of the parameters and results, the first ones, belong to the forward half; by default those that are needed for, or
        computed by, its nodes.
    names : tuple of str, optional
        The names of the halves.
    """
    ahead, behind = graph.body.nodes[:boundary], graph.body.nodes[boundary:]
    computed = {value for node in ahead for value in node.results}
    if parameters is None:
        parameters = _count_parameters(graph, ahead)
    if results is None:
        known = computed.union(graph.parameters[:parameters])
        results = next((number for number, value in enumerate(graph.results) if value not in known), len(graph.results))
    title, other_title = names or (f"{graph.name}_forward", f"{graph.name}_reverse")
    forward = Graph(title, Region(graph.parameters[:parameters], ahead, graph.results[:results]), graph.sizes, stage=graph.stage)
    known_sizes = replace(graph.sizes, seen=dict(graph.sizes.seen), assumptions={}, labels=set(graph.sizes.labels))
    reverse = Graph(other_title, Region(graph.parameters[parameters:], behind, graph.results[results:]), known_sizes, stage=graph.stage)
    for half in (forward, reverse):
        for value in half.parameters:
            value.owner = half.body
    mine = set(forward.parameters)
    forward.size_sources = {name: source for name, source in graph.size_sources.items() if source[0] in mine or source[0] in computed}
    _carry_over(forward, reverse, computed | mine)
    return forward, reverse


def _count_parameters(graph: Graph, ahead: list[Node]) -> int:
    read = {value for node in ahead for value in free_values(node)}
    read.update(value for value, _ in graph.size_sources.values())
    return max((number for number, value in enumerate(graph.parameters, 1) if value in read), default=0)


def _carry_over(forward: Graph, reverse: Graph, theirs: set[Value]) -> None:
    """Pack what crosses, and take it out again at the start of the reverse half."""
    wanted = dict.fromkeys(value for node in reverse.body.nodes for value in free_values(node) if value in theirs)
    wanted.update(dict.fromkeys(value for value in reverse.results if value in theirs))
    crossing = [value for value in wanted if not (isinstance(value.owner, Node) and value.owner.operation in _REPEATED)]
    start = Region()
    builder = Builder(start, reverse.sizes)
    replaced: dict[Value, Value] = {}
    for value in wanted:
        owner = value.owner
        if isinstance(owner, Node) and owner.operation in _REPEATED:
            replaced[value] = builder.append(owner.operation, (), dict(owner.static), [value.type], names=[value.name]).result
    atoms = _atoms([*start.nodes, *reverse.body.nodes])
    kind = Residual(forward.name)
    residual = Value(kind, "residual", reverse.body)
    items = Region()
    builder.region = items
    rules = REGISTRY.rules
    for number, value in enumerate(crossing):
        replaced[value] = builder.emit(rules["item"], residual, number=number, kind=value.type, name=value.name)
    unbound = unbound_values(forward.body)  # has no length on some paths
    arrays = [*(replaced[value] for value in crossing if value not in unbound), *reverse.parameters]
    for atom in atoms:
        source = _axis(arrays, atom)
        if source is None:
            number = len(crossing)
            with_size = Builder(forward.body, forward.sizes)
            crossing.append(with_size.size(Size.of(atom)))
            source = (builder.emit(rules["item"], residual, number=number, kind=crossing[-1].type, name=atom.name), None)
        reverse.size_sources[atom.name] = source
    for value in arrays:  # further derivatives may name every length that there is
        for axis, size in enumerate((value.type.shape or ()) if isinstance(value.type, Array) else ()):
            if size.known is None and size.entry and str(size).isidentifier():
                reverse.size_sources.setdefault(str(size), (value, axis))
    packed = Builder(forward.body, forward.sizes).emit(rules["pack"], *crossing, kind=kind, name="residual")
    forward.results.append(packed)
    reverse.parameters.insert(0, residual)
    replace_values(reverse.body, replaced)
    reverse.body.nodes[:0] = [*items.nodes, *start.nodes]


def _axis(values: Iterable[Value], atom: Atom) -> tuple[Value, int | None] | None:
    """Return an array, and an axis of it, whose length is `atom`; or an int that is `atom`, and None."""
    size = Size.of(atom)
    for value in values:
        if isinstance(value.type, Number) and value.type.size == size:
            return value, None
        if isinstance(value.type, Array) and value.type.shape is not None and size in value.type.shape:
            return value, value.type.shape.index(size)
    return None


def _atoms(nodes: Iterable[Node]) -> list[Atom]:
    """Return the labels that the static facts of nodes name, each once."""
    found: dict[str, Atom] = {}
    for node in nodes:
        for inner in (node, *(below for region in node.regions for below in region.walk())):
            for value in inner.results:  # an int that is known as a size may be written as one
                if isinstance(value.type, Number) and value.type.size is not None and value.type.size.entry:
                    found.update({atom.name: atom for atom in value.type.size.atoms()})
            for key, fact in inner.static.items():
                for size in _sizes(fact, inside_types=key == "row"):
                    found.update({atom.name: atom for atom in size.atoms()})
    return list(found.values())


def _sizes(fact: Any, inside_types: bool) -> Iterator[Size]:
    match fact:
        case Size():
            yield fact
        case Array(shape=shape) if inside_types and shape is not None:
            yield from shape
        case View(static=static):
            yield from _sizes(static, inside_types)
        case tuple() | list():
            for part in fact:
                yield from _sizes(part, inside_types)
        case _ if hasattr(fact, "items") and not isinstance(fact, dict):
            yield from _sizes(tuple(fact.items), inside_types)

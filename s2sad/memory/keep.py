"""Decide how values of a forward sweep survive for the reverse sweep, and bring them there.

What stands in a forward loop or branch and is referred to by `at_trip` is still in scope, or recomputed, or kept: see
`analysis/needed.py` for the choice, `memory/tape.py` for the stores, `memory/recall.py` for the reads.  Later sweeps are taken in
the order of the program, those in inner regions first, so that the second derivative's sweeps find the first one's references
lowered already.
"""

from __future__ import annotations

from s2sad.analysis.needed import TRIPS, Choice, choose, computing_cost, storing_cost
from s2sad.analysis.scopes import Scopes, carried
from s2sad.graph.build import Builder
from s2sad.graph.clone import replace_values
from s2sad.graph.core import AT_TRIP, Graph, Node, Region, Value
from s2sad.graph.index import Index, Operand
from s2sad.graph.types import Array
from s2sad.memory.ingredients import Ingredients
from s2sad.memory.recall import Recall
from s2sad.memory.tape import Recorder, Tape
from s2sad.record import replace

READING = 12  # what reading a kept value costs, in the units of analysis/needed.py


def keep(graph: Graph) -> Graph:
    """Lower every `at_trip` of a graph and of the graphs that it calls; return the graph, which is changed in place.

    Parameters
    ----------
    graph : Graph
        In stage pure.

    Returns
    -------
    Graph
        The same graph, in stage kept.  Forward loops that nobody needs any more are left for dead-code elimination.
    """
    if graph.stage != "pure":
        return graph
    graph.stage = "kept"
    _Keeper(graph).run()
    for callee in graph.callees():
        keep(callee)
    return graph


class _Keeper:
    """Works on one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.scopes = Scopes(graph.body)
        self.builder = Builder(graph.body, graph.sizes, simplify=False)
        self.recorder = Recorder(self.builder, self.scopes)
        self.final: dict[Value, Value] = {}  # a reference that has been lowered -> what it is
        self.by_elements: set[Value] = set()  # versions of arrays that are written element by element
        self.tapes: dict[Region, dict[Value, Tape]] = {}  # by the region in which they are found

    def run(self) -> None:
        groups: dict[Region, dict[Node, list[Node]]] = {}
        trivial: dict[Value, Value] = {}
        for node in self.graph.body.walk():
            if node.operation is AT_TRIP:
                self.file(node, groups, trivial)
            elif node.operation.name in ("put", "add_at") and _is_element(node):
                self.by_elements.update((node.operands[0], node.result))
        if trivial:
            replace_values(self.graph.body, trivial)
            self.final.update(trivial)
        depth = self.scopes.depth
        while groups:
            outer = max(groups, key=depth.__getitem__)
            for later, references in groups.pop(outer).items():
                _Group(self, outer, later, references).lower(groups)
        if trivial:
            _remove(self.graph.body, trivial)

    def file(self, node: Node, groups: dict[Region, dict[Node, list[Node]]], trivial: dict[Value, Value]) -> None:
        """File a reference under the innermost region around it and its value, and the node there that it stands in."""
        home, here = self.scopes.home(node.operands[0]), self.scopes.region[node]
        outer = self.scopes.common(home, here)
        if outer is home or outer is here:
            trivial[node.result] = node.operands[0]
            return
        later = self.scopes.owner[self.scopes.path(here, outer)[-1]]
        assert later is not None
        groups.setdefault(outer, {}).setdefault(later, []).append(node)

    def settled(self, value: Value) -> Value:
        """Return what stands for `value` now."""
        while value in self.final:
            value = self.final[value]
        return value


class _Group:
    """The references in one node of `outer` to values of the regions ahead of it."""

    def __init__(self, keeper: _Keeper, outer: Region, later: Node, references: list[Node]) -> None:
        self.keeper = keeper
        self.scopes = keeper.scopes
        self.builder = keeper.builder
        self.outer = outer
        self.tapes = keeper.tapes.setdefault(outer, {})
        self.ingredients = Ingredients(keeper.scopes, outer, keeper.settled)
        self.at_hand = self.ingredients.at_hand
        self.later = later
        self.references = {node: keeper.settled(node.operands[0]) for node in references}

    def lower(self, groups: dict[Region, dict[Node, list[Node]]]) -> None:
        """Replace the references; references to regions further out that are copied along the way are added to `groups`."""
        targets = dict.fromkeys(value for value in self.references.values() if not self.at_hand(value))
        self._record(choose(targets, self))
        self.keeper.recorder.waiting.flush(self.scopes)
        keeper = self.keeper
        recall = Recall(
            self.builder, keeper.recorder, self.ingredients, self.tapes, keeper.final, lambda node: keeper.file(node, groups, {})
        )
        for region in self.later.regions:
            recall.rewrite(region, self.references)

    # What may be chosen ------------------------------------------------------------------------------------------------------

    def sources(self, value: Value) -> tuple[Value, ...] | None:
        """Return what `value` can be recomputed from; see `Plan`."""
        if value in self.tapes:
            return ()
        found = self.ingredients.of(value)
        return None if found is None else tuple(source for source in found if not self.at_hand(source))

    def recompute_cost(self, value: Value) -> int:
        """Return what recomputing costs; see `Plan`."""
        if value in self.tapes:
            return 0
        owner = value.owner
        cost = 8 if isinstance(owner, Region) else computing_cost(owner) if owner is not None else 0
        assert cost is not None
        return cost * self._weight(value)

    def keep_cost(self, value: Value) -> int:
        """Return what keeping costs; see `Plan`."""
        weight = self._weight(value)
        return 2 if weight == 1 else storing_cost(value, value in self.keeper.by_elements) * weight

    def _weight(self, value: Value) -> int:
        weight = 1
        for region in self.scopes.path(self.scopes.home(value), self.outer):
            if self.scopes.is_loop(region):
                weight *= TRIPS
        return weight

    # The forward sweep -------------------------------------------------------------------------------------------------------

    def _record(self, choice: Choice) -> None:
        """Store what is to be kept; what a loop hands from trip to trip is stored once, and serves as entry and as exit."""
        kept = dict.fromkeys(choice.kept)
        wanted = {**kept, **{value: None for value in choice.recomputed if self._worth_reading(value)}}
        for value in choice.kept:
            owner = value.owner
            if not isinstance(owner, Region) or value in self.tapes:
                continue
            loop = self.scopes.owner[owner]
            assert loop is not None
            parameters, _, results = carried(loop)
            if value not in parameters:
                continue
            result = results[parameters.index(value)]
            shared = result in wanted and result not in self.tapes and result not in parameters
            shared = shared and self.scopes.home(result) is owner
            tape = self.keeper.recorder.record(value, self.outer, handed=shared)
            self.tapes[value] = tape
            if shared:
                self.tapes[result] = replace(tape, handed="exit", kind=result.type, name=result.name or tape.name)
        for value in choice.kept:
            if value not in self.tapes:
                self.tapes[value] = self.keeper.recorder.record(value, self.outer)

    def _worth_reading(self, value: Value) -> bool:
        owner = value.owner
        return isinstance(owner, Node) and (computing_cost(owner) or 0) > READING


def _remove(region: Region, references: dict[Value, Value]) -> None:
    """Remove references that have been replaced."""
    region.nodes = [node for node in region.nodes if node.operation is not AT_TRIP or node.result not in references]
    for node in region.nodes:
        for inner in node.regions:
            _remove(inner, references)


def _is_element(node: Node) -> bool:
    """Whether a node writes one element of an array."""
    base, path = node.operands[0].type, node.static["path"]
    if not isinstance(base, Array) or not base.shape or len(path) != 1 or not isinstance(path[0], Index):
        return False
    return len(path[0].items) == len(base.shape) and all(isinstance(item, int | Operand) for item in path[0].items)

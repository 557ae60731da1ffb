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
from s2sad.graph.core import AT_TRIP, Domain, Graph, Node, Region, Value
from s2sad.graph.index import Index, Operand
from s2sad.graph.types import Array, Number, Scalar
from s2sad.memory.consume import Consumer, backwards
from s2sad.memory.ingredients import Ingredients
from s2sad.memory.recall import Recall
from s2sad.memory.tape import Recorder, Tape
from s2sad.memory.threads import Threads
from s2sad.record import replace

ARITHMETIC = 6  # what the dearest arithmetic on numbers costs, in the units of analysis/needed.py
HANDING_OUT = 20  # what it costs to hand an array out of a branch: it may keep the branch of the forward sweep alive
READING = 12  # what reading a kept value costs, in the units of analysis/needed.py


def keep(graph: Graph, *, popping: bool = True) -> Graph:
    """Lower every `at_trip` of a graph and of the graphs that it calls; return the graph, which is changed in place.

    Parameters
    ----------
    graph : Graph
        In stage pure.
    popping : bool
        Whether the reverse sweep may use up what it reads: not, where it is to become a function of its own, to be called many times.

    Returns
    -------
    Graph
        The same graph, in stage kept.  Forward loops that nobody needs any more are left for dead-code elimination.
    """
    if graph.stage != "pure":
        return graph
    graph.stage = "kept"
    _Keeper(graph, popping).run()
    for callee in [callee for callee in graph.callees() if callee.stage != "open"]:
        keep(callee, popping=popping)
    return graph


class _Keeper:
    """Works on one graph."""

    def __init__(self, graph: Graph, popping: bool) -> None:
        self.graph = graph
        self.scopes = Scopes(graph.body)
        self.builder = Builder(graph.body, graph.sizes, simplify=False)
        self.threads = Threads(self.builder, self.scopes)
        self.recorder = Recorder(self.builder, self.scopes, self.threads)
        self.consumer = Consumer(self.threads, popping)
        self.final: dict[Value, Value] = {}  # a reference that has been lowered -> what it is
        self.by_elements: set[Value] = set()  # versions of arrays that are written element by element
        self.tapes: dict[Region, dict[Value, list[Tape]]] = {}  # by the region in which they are found

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
        self.consumer.settle()
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
        self.by_domain: dict[Domain, list[Region]] = {}  # of the later sweep
        self.ordered: dict[Region, bool] = {}
        self.lasting: set[Value] = set()  # values that are not computed again
        self.references = {node: keeper.settled(node.operands[0]) for node in references}

    def lower(self, groups: dict[Region, dict[Node, list[Node]]]) -> None:
        """Replace the references; references to regions further out that are copied along the way are added to `groups`."""
        targets = dict.fromkeys(value for value in self.references.values() if not self.at_hand(value))
        self._record(self._choice(targets))
        keeper = self.keeper
        keeper.threads.flush()
        recall = Recall(
            self.builder,
            keeper.recorder,
            self.ingredients,
            self.tape_of,
            keeper.consumer,
            keeper.final,
            lambda node: keeper.file(node, groups, {}),
        )
        for region in self.later.regions:
            recall.rewrite(region, self.references)
        keeper.threads.flush()

    def _choice(self, targets: dict[Value, None]) -> Choice:
        """Choose what is kept and what is computed again; a branch in which something is stored is not computed again."""
        while True:
            choice = choose(targets, self)
            storing = {
                self.scopes.owner[region] for value in choice.kept for region in self.scopes.path(self.scopes.home(value), self.outer)
            }
            again = {value for value in choice.recomputed if value not in self.tapes and value.owner in storing}
            if not again:
                return choice
            self.lasting |= again

    # What may be chosen ------------------------------------------------------------------------------------------------------

    def sources(self, value: Value) -> tuple[Value, ...] | None:
        """Return what `value` can be recomputed from; see `Plan`."""
        if value in self.tapes:
            return ()
        if value in self.lasting:
            return None
        found = self.ingredients.of(value)
        return None if found is None else tuple(source for source in found if not self.at_hand(source))

    def recompute_cost(self, value: Value) -> int:
        """Return what recomputing costs; see `Plan`."""
        if value in self.tapes:
            return 0
        owner = value.owner
        cost = 8 if isinstance(owner, Region) else computing_cost(owner) if owner is not None else 0
        assert cost is not None
        weight = self._weight(value)
        dear = cost > ARITHMETIC and not isinstance(value.type, Array)
        return 8 * cost if weight == 1 and dear else cost * weight

    def keep_cost(self, value: Value) -> int:
        """Return what keeping costs; see `Plan`."""
        weight = self._weight(value)
        if weight == 1 and not isinstance(value.type, Number | Scalar):
            return HANDING_OUT
        return storing_cost(value, value in self.keeper.by_elements) * weight

    def _weight(self, value: Value) -> int:
        weight = 1
        for region in self.scopes.path(self.scopes.home(value), self.outer):
            if self.scopes.is_loop(region):
                weight *= TRIPS
        return weight

    # The forward sweep -------------------------------------------------------------------------------------------------------

    def tape_of(self, value: Value) -> Tape | None:
        """Return where `value` is kept, in a form that this sweep can read."""
        tapes = self.tapes.get(value, ())
        return next((tape for tape in tapes if tape.form != "flat" or self._in_order(self.scopes.home(value))), None)

    def _in_order(self, home: Region) -> bool:
        """Whether the later sweep visits the instances of a region as they came, or last to first."""
        known = self.ordered.get(home)
        if known is None:
            if not self.by_domain:
                self._index(self.later)
            ahead = self.scopes.path(home, self.outer)
            behind = (self.scopes.path(region, self.outer) for region in self.by_domain.get(home.domain, ()))
            known = self.ordered[home] = all(backwards(self.scopes, ahead, path) is not None for path in behind)
        return known

    def _index(self, node: Node) -> None:
        for region in node.regions:
            self.by_domain.setdefault(region.domain, []).append(region)
            for inner in region.nodes:
                if inner.regions:
                    self._index(inner)

    def _record(self, choice: Choice) -> None:
        """Store what is to be kept; what a loop hands from trip to trip is stored once, and serves as entry and as exit."""
        kept = dict.fromkeys(choice.kept)
        wanted = {**kept, **{value: None for value in choice.recomputed if self._worth_reading(value)}}
        for value in choice.kept:
            owner = value.owner
            if not isinstance(owner, Region) or value in self.tapes:
                continue
            parameters, _, results = carried(self.keeper.threads.node(owner))
            if value not in parameters:
                continue
            result = results[parameters.index(value)]
            shared = result in wanted and result not in self.tapes and result not in parameters
            if shared and self.scopes.home(result) is owner:
                tape = self._store(value, handed=True)
                exit_ = replace(tape, handed="exit", kind=result.type, name=result.name or tape.name)
                self.tapes.setdefault(result, []).append(exit_)
        for value in (*choice.kept, *(value for value in choice.recomputed if value in self.tapes)):
            while not self.at_hand(value):  # what it is read from may have to be kept in turn
                found = self.tape_of(value)
                value = (found or self._store(value)).root

    def _store(self, value: Value, handed: bool = False) -> Tape:
        flat = self._in_order(self.scopes.home(value))
        tape = self.keeper.recorder.record(value, self.outer, handed=handed, flat=flat)
        self.tapes.setdefault(value, []).append(tape)
        return tape

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

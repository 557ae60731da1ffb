"""Decide which version of which array lives in which buffer, and write the decision into the graph.

Before this pass `put` and its kin give new versions; after it each of them writes into the buffer of its first operand,
and the order of the nodes is binding.  Where that would be wrong a `copy` node has been inserted.  The rules:

- A write is in place if nothing that may share the storage is read afterwards, and the storage is ours.  Ours are results of operations
  that allocate, and what a loop carries and sees to; never arguments, constants, broadcasts or views.
- A view that is read after a write to its base becomes a copy *of the view*; if the base itself is read, the write gets a copy
  of the base.
- What a loop writes in a carried value's buffer, or in one that changes places with it, enters the loop owned, unread elsewhere, and
  apart from all else that is carried; every trip hands it on in the same condition (`memory/rounds.py`).
- What escapes as a derivative owns its memory alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from s2sad.analysis.liveness import Liveness
from s2sad.analysis.needed import elements
from s2sad.analysis.scopes import LOOPS, Scopes
from s2sad.analysis.storage import Sharing, is_container, sharing_of
from s2sad.graph.core import CALL, Graph, Node, Region, Value
from s2sad.graph.index import is_view
from s2sad.graph.types import Array
from s2sad.graph.versions import holds_memory
from s2sad.memory import rounds
from s2sad.memory.copies import Copies
from s2sad.memory.poison import poison_dead
from s2sad.memory.schedule import schedule
from s2sad.memory.storages import Place, Root, Storages
from s2sad.memory.summary import Summary, apply_summary, summarise, unknown_summary
from s2sad.rules.declare import REGISTRY


def place(graph: Graph, poison: bool = False, *, fresh: frozenset[int] | None = None) -> Graph:
    """Sequence a graph and the graphs that it calls; return the graph, which is changed in place.

    Parameters
    ----------
    graph : Graph
        In stage kept.
    poison : bool
        Whether buffers are filled with NaN where they die and where they are allocated uninitialised, to find errors of this pass.
    fresh : set of int, optional
        Numbers of the results that must own their memory alone; None: all.  Others may be arguments or share with each other.
    """
    if graph.stage != "sequenced":
        _place(graph, poison, fresh, {})
    return graph


def _place(graph: Graph, poison: bool, fresh: frozenset[int] | None, summaries: dict[Graph, Summary]) -> None:
    summaries[graph] = unknown_summary(graph)
    for callee in [callee for callee in graph.callees() if callee.stage != "open"]:
        if callee not in summaries:
            _place(callee, poison, frozenset(), summaries)
    placed = graph.stage == "sequenced"  # a callee that another graph shares: walking it again only tells what it shares
    if not placed:
        schedule(graph)
    placer = Placer(graph, summaries)
    placer.run(frozenset(range(len(graph.results))) if fresh is None else fresh)
    if poison and not placed:
        poison_dead(graph, placer.storages, placer.copies.replaced)
    graph.stage = "sequenced"


class Placer:
    """Walks one graph in its order."""

    def __init__(self, graph: Graph, summaries: dict[Graph, Summary]) -> None:
        self.graph = graph
        self.summaries = summaries
        self.scopes = Scopes(graph.body)
        self.liveness = Liveness(graph.body, self.scopes)
        self.storages = Storages(self.liveness)
        self.copies = Copies(self.scopes)
        self.unheld: set[tuple[Node, int]] = set()  # operands through which containers refer to copies

    def run(self, fresh: frozenset[int]) -> None:
        """Place everything; results numbered in `fresh` get memory of their own."""
        for value in self.graph.parameters:
            if holds_memory(value.type):
                root = Root(owned=False)
                self.storages.set(value, Place((root,), held=(root,) if is_container(value.type) else ()))
        self.region(self.graph.body)
        self._let_go(fresh)
        self.summaries[self.graph] = summarise(self.graph, self.storages)
        self.copies.apply(self.graph.body)

    def mark(self) -> int:
        """Return the number that the next storage will have."""
        return self.storages.count + 1

    def region(self, region: Region) -> None:
        """Place the nodes of a region."""
        for node in region.nodes:
            if node.operation in LOOPS:
                rounds.place_loop(self, node)
            elif node.operation is CALL:
                summary = self.summaries.get(node.static["graph"])
                apply_summary(summary if summary is not None else unknown_summary(node.static["graph"]), node, self.storages)
            elif node.regions:
                self._branches(node)
            else:
                self._plain(node)

    # Ordinary nodes ----------------------------------------------------------------------------------------------------------

    def _plain(self, node: Node) -> None:
        storages = self.storages
        sharing = sharing_of(node)
        if sharing is Sharing.WRITES:
            self._write(node)
            return
        for value in node.results:
            if not holds_memory(value.type):
                continue
            first = node.operands[0] if node.operands else None
            source = storages.of(first) if first is not None else Place()
            match sharing:
                case Sharing.FRESH:
                    if not self._accumulate(node):
                        held: tuple[Root, ...] = ()
                        if is_container(value.type) and node.operation.name != "deep_copy":
                            storages.mixed.add(value)
                            held = self._hold(node, range(len(node.operands)))
                        storages.allocate(value, held)
                case Sharing.NOTHING:
                    storages.set(value, Place(nothing=True))
                case Sharing.CONSTANT:
                    root = Root(owned=False)
                    storages.set(value, Place((root,), held=(root,) if is_container(value.type) else ()))
                case Sharing.HOLDS:
                    storages.mixed.add(value)
                    storages.allocate(value, self._hold(node, range(len(node.operands))))
                case Sharing.HELD:
                    inner = source.held if is_container(value.type) else ()
                    storages.mix(value, Place(source.held, whole=False, held=inner))
                case Sharing.FOREIGN:
                    reach = [root for operand in node.operands for root in storages.of(operand).reach]
                    anything = tuple(dict.fromkeys([Root(owned=False), *reach]))
                    storages.mix(value, Place(anything, whole=False, held=anything))
                case Sharing.SAME if source.roots:
                    storages.set(value, source)
                case _ if source.roots:
                    storages.set(value, Place(source.roots, False, source.writable and sharing is Sharing.VIEW, source.held))
                case _:  # of a number
                    storages.set(value, Place((Root(),), sharing is not Sharing.READ_ONLY, sharing is not Sharing.READ_ONLY))
            if first is not None and sharing in (Sharing.SAME, Sharing.VIEW, Sharing.READ_ONLY):
                storages.base[value] = first

    def _hold(self, node: Node, numbers: Sequence[int]) -> tuple[Root, ...]:
        """Return what a container comes to refer to through operands, and note how."""
        found: dict[Root, None] = {}
        for number in numbers:
            known = self.storages.of(node.operands[number])
            found.update(dict.fromkeys(known.reach))
            for root in known.roots:
                root.holders[node, number] = None
        return tuple(found)

    # Writes ------------------------------------------------------------------------------------------------------------------

    def _write(self, node: Node) -> None:
        """Let a node write into the buffer of its first operand, or into a copy."""
        base = node.operands[0]
        if not holds_memory(base.type):
            return
        self._separate_operands(node)
        known = self.storages.of(base)
        if known.ours and self.clear(base, node):
            self.take(known)
            self._become(node.result, base, known)
        elif node.operation.name == "put" and not node.static["path"] and node.operands[1].type == base.type:
            # All of it is overwritten: a copy of the value serves, and what was there is not needed.
            node.operation, node.operands, node.static = REGISTRY.rules["copy"], (node.operands[1],), {}
            self.storages.allocate(node.result)
        else:
            copy = self.copies.before(node, 0)
            self.storages.allocate(copy, known.held)
            self._become(node.result, copy, self.storages.of(copy))
        if is_container(base.type):
            old = self.storages.of(node.result)
            held = tuple(dict.fromkeys([*old.held, *self._hold(node, range(1, len(node.operands)))]))
            self.storages.mix(node.result, Place(old.roots, old.whole, old.writable, held))

    def _become(self, result: Value, base: Value, known: Place) -> None:
        self.storages.set(result, known)
        self.storages.base[result] = base

    def _separate_operands(self, node: Node) -> None:
        """Copy an index array, or a value written through one, that shares memory with what is written."""
        if is_view(node.static.get("path", ())):
            return
        roots = set(self.storages.of(node.operands[0]).roots)
        for number in range(1, len(node.operands)):
            if roots.intersection(self.storages.of(node.operands[number]).reach):
                self.storages.allocate(self.copies.before(node, number))

    def take(self, known: Place) -> None:
        """Note that a storage is written: a loop that carries it has to see to it."""
        for root in known.roots:
            if root.loop is not None:
                root.written = True

    def clear(self, base: Value, node: Node, readers: list[Value] | None = None) -> bool:
        """See to it that nothing reads the storage of `base` after `node`: views are copied; say whether that is possible."""
        known = self.storages.of(base)
        if readers is None:
            readers = self.storages.readers(known, node, base)
            if is_container(base.type):
                readers = [value for value in readers if not set(known.roots).isdisjoint(self.storages.of(value).roots)]
        if not readers:
            return True
        holders = [value for value in readers if any(self.storages.holds(value, root) for root in known.roots)]
        views = [value for value in readers if value not in holders]
        if any(self.storages.of(value).whole or not isinstance(value.type, Array) for value in views):
            return False
        if holders and (is_container(base.type) or any(not root.releasable for value in holders for root in self._held_of(value, known))):
            return False
        carried = any(root.loop is not None for root in known.roots)
        if not carried and sum(elements(value.type) for value in views) > elements(base.type):
            return False
        for value in holders:
            for root in self._held_of(value, known):
                self.unhold(root)
        for value in views:
            if not set(self.storages.of(value).roots).isdisjoint(known.roots):
                self.copies.at_definition(value)
                self.storages.detach(value)
        return True

    def _held_of(self, value: Value, known: Place) -> list[Root]:
        return [root for root in known.roots if root in self.storages.of(value).held]

    def unhold(self, root: Root) -> None:
        """Let containers refer to copies of what lives in a releasable storage, made where they come to refer to it."""
        copy = Root()
        for node, number in root.holders:
            if (node, number) not in self.unheld:  # one operand may stand for several storages
                self.unheld.add((node, number))
                self.storages.set(self.copies.before(node, number), Place((copy,)))
            copy.holders[node, number] = None
        self.storages.release(root, copy)

    def _accumulate(self, node: Node) -> bool:
        """Turn the sum of an accumulator and a contribution into an addition in place."""
        if node.operation.name != "add" or node.reverses is None or not isinstance(node.result.type, Array):
            return False
        for number, value in enumerate(node.operands):
            known = self.storages.of(value)
            if value.type != node.result.type or not known.ours or not _is_accumulator(value):
                continue
            if self.storages.readers(known, node, value):
                continue
            other = node.operands[1 - number]
            node.operation, node.operands, node.static = REGISTRY.rules["add_at"], (value, other), {"path": ()}
            self.take(known)
            self._become(node.result, value, known)
            return True
        return False

    # Branches and results ----------------------------------------------------------------------------------------------------

    def _branches(self, node: Node) -> None:
        for region in node.regions:
            for value in region.parameters:
                if holds_memory(value.type):
                    root = Root(owned=False)
                    self.storages.set(value, Place((root,), held=(root,)))
            self.region(region)
        giving = [region for region in node.regions if len(region.results) == len(node.results)]
        for number, value in enumerate(node.results):
            if holds_memory(value.type):
                self.storages.mix(value, joined([self.storages.of(region.results[number]) for region in giving]))

    def _let_go(self, fresh: frozenset[int]) -> None:
        """Give the results of the graph that escape memory of their own."""
        results = self.graph.results
        storages = self.storages
        taken: dict[Root, None] = {}
        for number, value in enumerate(results):
            if number not in fresh:
                taken.update(dict.fromkeys(storages.of(value).reach))
        for number in sorted(fresh):
            value = results[number]
            known = storages.of(value)
            if not holds_memory(value.type) or known.nothing:
                continue
            shared = [root for root in known.held if (root in taken or not root.owned) and root not in known.roots]
            for root in shared:
                if root.releasable:
                    self.unhold(root)
            if not all(root.releasable or root not in storages.of(value).held for root in shared):
                taken.update(dict.fromkeys(self._copied_result(number, deep=True).reach))
                continue
            known = storages.of(value)
            owned = known.writable and bool(known.roots) and all(root.owned and root not in taken for root in known.roots)
            if not owned and isinstance(value.type, Array):
                known = self._copied_result(number)
            taken.update(dict.fromkeys(known.reach))

    def _copied_result(self, number: int, *, deep: bool = False) -> Place:
        copy = self.copies.of_result(self.graph.body, number, deep=deep)
        self.storages.allocate(copy)
        return self.storages.of(copy)


def joined(places: Sequence[Place]) -> Place:
    """Return where a value lives that is one of several."""
    bound = [place for place in places if not place.nothing]
    return Place(
        tuple(dict.fromkeys(root for place in bound for root in place.roots)),
        all(place.whole for place in bound),
        all(place.writable for place in bound),
        tuple(dict.fromkeys(root for place in bound for root in place.held)),
        nothing=not bound,
    )


def _is_accumulator(value: Value) -> bool:
    """Whether a value has a name of its own in the program that is emitted: it is carried, joined or written already."""
    owner = value.owner
    if isinstance(owner, Node):
        return bool(owner.regions) or owner.operation.name in ("put", "add_at")
    return True

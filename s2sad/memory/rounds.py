"""Buffers that go round in loops.

In the body each carried value has a storage of its own.  When the body writes into it, the loop must keep the promise that this storage
is owned and that nothing else refers to it, at the entry and from each trip to the next.  The promise covers every slot
that a written buffer passes through: buffers that change places are written in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from s2sad.analysis.scopes import carried
from s2sad.analysis.storage import is_container
from s2sad.graph.core import Node, Region, Value
from s2sad.graph.versions import holds_memory
from s2sad.memory.storages import Place, Root

if TYPE_CHECKING:
    from s2sad.memory.place import Placer


def place_loop(placer: Placer, node: Node) -> None:
    """Place a `for` or a `while`."""
    _Loop(placer, node).run()


class _Loop:
    """One loop; slots are numbered as the values that it carries."""

    def __init__(self, placer: Placer, node: Node) -> None:
        self.placer = placer
        self.storages = placer.storages
        self.node = node
        self.body: Region = node.regions[-1]
        parameters, initial, results = carried(node)
        self.offset = len(node.operands) - len(initial)
        self.lead = len(self.body.results) - len(results)
        self.slots = [slot for slot, value in enumerate(parameters) if holds_memory(value.type)]
        self.parameters: list[Value] = list(parameters)
        self.roots: dict[int, Root] = {}  # of each slot, in the body
        self.slot_of: dict[Root, int] = {}  # storages and contents
        self.written: dict[int, None] = {}  # slots that the promise covers, in order

    def result(self, slot: int) -> Value:
        """Return what a trip hands on in a slot."""
        return self.body.results[self.lead + slot]

    def initial(self, slot: int) -> Value:
        """Return what enters in a slot."""
        return self.node.operands[self.offset + slot]

    def run(self) -> None:
        self._open()
        first = self.placer.mark()
        for region in self.node.regions:
            self.placer.region(region)
        self.written = self._written_slots()
        if self.written:
            self._close_trip(first)
            self._enter()
        self._leave()

    def _open(self) -> None:
        """Give the parameters storages of their own; what a `while` tests is only read."""
        for region in self.node.regions:
            values = region.parameters[len(region.parameters) - len(self.parameters) :]
            for slot in self.slots:
                value = values[slot]
                root = Root(owned=region is self.body, loop=region)
                contents = (Root(owned=False, loop=region),) if is_container(value.type) else ()
                self.storages.set(value, Place((root,), held=contents))
                if region is self.body:
                    self.roots[slot] = root
                    self.slot_of.update(dict.fromkeys((root, *contents), slot))

    def _written_slots(self) -> dict[int, None]:
        """Return the slots that the promise covers: those that the body writes first, then those that share buffers with them."""
        first = [slot for slot in self.slots if self.roots[slot].written]
        neighbours: dict[int, list[int]] = {slot: [] for slot in self.slots}
        for slot in self.slots:
            known = self.storages.of(self.result(slot))
            if known.whole:
                for other in (self.slot_of[root] for root in known.roots if root in self.slot_of):
                    neighbours[slot].append(other)
                    neighbours[other].append(slot)
        found = dict.fromkeys(first)
        waiting = list(first)
        while waiting:
            for other in neighbours[waiting.pop()]:
                if other not in found:
                    found[other] = None
                    waiting.append(other)
        return found

    def _close_trip(self, first: int) -> None:
        """Let each trip hand on storages that are owned and apart: those made since `first`, or the loop's own."""
        taken: dict[Root, None] = {}
        fixed = {root for slot in self.slots for root in self.storages.of(self.result(slot)).held if not root.releasable}
        for slot in self.written:
            known = self.storages.of(self.result(slot))
            if known.nothing:
                continue
            apart = known.ours and all(
                root not in taken and root not in fixed and (root.number >= first or self.slot_of.get(root) in self.written)
                for root in known.roots
            )
            if not apart:
                known = self._copy_result(slot)
            taken.update(dict.fromkeys(known.roots))
        for slot in self.slots:
            if slot in self.written:
                self._release_contents(self.result(slot), taken)
                continue
            if any(root in taken for root in self.storages.of(self.result(slot)).roots):
                self._copy_result(slot)
            self._release_contents(self.result(slot), taken)

    def _copy_result(self, slot: int) -> Place:
        copy = self.placer.copies.of_result(self.body, self.lead + slot)
        self.storages.allocate(copy)
        return self.storages.of(copy)

    def _release_contents(self, value: Value, taken: dict[Root, None]) -> None:
        """Let a container refer to copies of what is written round the loop."""
        for root in self.storages.of(value).held:
            if root in taken and root not in self.storages.of(value).roots:
                self.placer.unhold(root)

    def _enter(self) -> None:
        """Let what enters be owned, unread elsewhere and apart."""
        entering: dict[Root, list[int]] = {}
        for slot in self.slots:
            for root in self.storages.of(self.initial(slot)).reach:
                entering.setdefault(root, []).append(slot)
        for slot in self.written:
            value = self.initial(slot)
            known = self.storages.of(value)
            if known.nothing:
                continue
            if known.ours and self.placer.clear(value, self.node, self._readers(slot, entering)):
                self.placer.take(known)
                continue
            copy = self.placer.copies.before(self.node, self.offset + slot)
            self.storages.allocate(copy, known.held)

    def _readers(self, slot: int, entering: dict[Root, list[int]]) -> list[Value]:
        """Return what shares memory with an initial value and is read in the loop, after it, or in another slot of it."""
        value = self.initial(slot)
        known = self.storages.of(value)
        liveness = self.placer.liveness
        roots = set(known.roots)
        found = dict.fromkeys(self.storages.readers(known, self.node, value))
        if is_container(value.type):
            found = {reader: None for reader in found if not roots.isdisjoint(self.storages.of(reader).roots)}
        for root in known.roots:
            found.update({member: None for member in root.members if liveness.read_inside(member, self.node)})
            others = (self.initial(other) for other in entering.get(root, ()) if other != slot)
            found.update({other: None for other in others if root in self.storages.of(other).reach})
        return list(found)

    def _leave(self) -> None:
        """Say where the results of the loop live."""
        for slot in self.slots:
            result = self.node.results[slot]
            if slot in self.written:
                self.storages.mixed.add(result)  # for what a list may hold
                self.storages.allocate(result, self._gather(slot).held)
            else:
                self.storages.mix(result, self._gather(slot))

    def _gather(self, slot: int) -> Place:
        """Join what enters in a slot and what any trip may hand on in it."""
        roots: dict[Root, None] = {}
        held: dict[Root, None] = {}
        whole = writable = True
        # Where a slot lives, or what it refers to, and which of the two that makes it for the slot that is asked for.
        waiting = [(slot, False, roots), (slot, True, held)]
        seen = {(slot, False, False), (slot, True, True)}
        through: list[Root] = []  # what the body's containers refer to, which stands for these
        while waiting:
            slot, contents, kept = waiting.pop()
            for value in (self.initial(slot), self.result(slot)):
                known = self.storages.of(value)
                if kept is roots and not known.nothing:
                    whole = whole and known.whole
                    writable = writable and known.writable
                for root in known.held if contents else known.roots:
                    other = self.slot_of.get(root)
                    if other is None:
                        kept[root] = None
                        continue
                    if kept is held:
                        through.append(root)
                    step = (other, root is not self.roots[other], kept is held)
                    if step not in seen:
                        seen.add(step)
                        waiting.append((other, step[1], kept))
        for root in held:
            for other_root in through:
                root.holders.update(other_root.holders)
                root.fixed = root.fixed or other_root.fixed
        return Place(tuple(roots), whole, writable, tuple(held))

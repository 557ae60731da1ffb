"""The storages in which the values of a graph live, as far as placement has come.

A *root* stands for a storage: one for each allocation, argument, constant, and for each parameter of a loop (what the loop carries
from trip to trip may lie in any of several buffers; in one trip it is one, and the loop sees to it that no two that are written
are the same).  A value has several roots where branches meet.
"""

from __future__ import annotations

from dataclasses import field

from s2sad.analysis.liveness import Liveness
from s2sad.analysis.storage import is_container
from s2sad.graph.core import Node, Region, Value
from s2sad.record import record


@record(eq=False)
class Root:
    """A storage.

    Attributes
    ----------
    owned : bool
        Whether it may be written: nobody outside of the graph knows of it.
    loop : Region or None
        The body of the loop for whose parameter this stands.
    written : bool
        For such a parameter: whether the body writes into it, so that it must enter owned and alone.
    members : dict
        The values that live in it or refer to it.
    holders : dict
        The operands through which containers have come to refer to it: (node, number).
    fixed : bool
        Whether a container that a callee has made refers to it: that reference cannot be given a copy instead.
    number : int
        Counts the roots in the order in which the walk came to them.
    """

    owned: bool = True
    loop: Region | None = None
    written: bool = False
    members: dict[Value, None] = field(default_factory=dict)
    holders: dict[tuple[Node, int], None] = field(default_factory=dict)
    fixed: bool = False
    number: int = 0

    @property
    def releasable(self) -> bool:
        """Whether every container that refers to it can refer to a copy instead."""
        return bool(self.holders) and not self.fixed


@record(frozen=True)
class Place:
    """Where a value lives.

    Attributes
    ----------
    roots : tuple of Root
        Its storage is one of these.
    whole : bool
        Whether it is the object that owns the storage, not a view.
    writable : bool
        Whether NumPy lets it be written (a broadcast must not be).
    held : tuple of Root
        For containers: storages of what it refers to.
    nothing : bool
        Whether it is a name that is not bound (or None): never read.
    """

    roots: tuple[Root, ...] = ()
    whole: bool = True
    writable: bool = True
    held: tuple[Root, ...] = ()
    nothing: bool = False

    @property
    def reach(self) -> tuple[Root, ...]:
        """All storages that the value lives in or refers to."""
        return self.roots + self.held

    @property
    def ours(self) -> bool:
        """Whether the value may be written in place, as far as ownership goes."""
        return self.whole and self.writable and bool(self.roots) and all(root.owned for root in self.roots)


NOWHERE = Place()


class Storages:
    """The place of each value that refers to memory."""

    def __init__(self, liveness: Liveness) -> None:
        self.liveness = liveness
        self.places: dict[Value, Place] = {}
        self.count = 0
        self.base: dict[Value, Value] = {}  # what a value is a view, or a version, of
        self.mixed: set[Value] = set()  # values that may be any of several, or refer to several

    def of(self, value: Value) -> Place:
        """Return the place of a value; numbers have none."""
        return self.places.get(value, NOWHERE)

    def set(self, value: Value, place: Place) -> None:
        """Say where a value lives."""
        old = self.places.get(value)
        if old is not None:
            for root in old.reach:
                root.members.pop(value, None)
        self.places[value] = place
        for root in place.reach:
            if not root.number:
                self.count += 1
                root.number = self.count
            root.members[value] = None

    def mix(self, value: Value, place: Place) -> None:
        """Say where a value lives that has come out of a branch, a loop, a call or a container, or is one."""
        self.mixed.add(value)
        self.set(value, place)

    def allocate(self, value: Value, held: tuple[Root, ...] = ()) -> Root:
        """Let a value live in a storage of its own."""
        root = Root()
        self.set(value, Place((root,), held=held))
        return root

    def detach(self, value: Value) -> None:
        """Give a value, and all views of it, a storage of its own: it has become a copy.

        What may be the value, or refer to it, among others, may live in the new storage as well as in the old one.
        """
        old = self.places[value]
        root = Root()
        for shared in old.roots:
            root.holders.update(shared.holders)
        members = dict.fromkeys(member for shared in old.roots for member in shared.members)
        for member in members:
            known = self.places[member]
            if self._comes_from(member, value):
                self.set(member, Place((root,), known.whole or member is value, known.writable or member is value, known.held))
            elif self._top(member) in self.mixed and root not in known.reach:
                roots = (*known.roots, root) if not set(known.roots).isdisjoint(old.roots) else known.roots
                held = (*known.held, root) if not set(known.held).isdisjoint(old.roots) else known.held
                self.set(member, Place(roots, known.whole, known.writable, held))

    def _comes_from(self, member: Value, value: Value) -> bool:
        while member is not value:
            around = self.base.get(member)
            if around is None:
                return False
            member = around
        return True

    def _top(self, member: Value) -> Value:
        while member not in self.mixed:
            around = self.base.get(member)
            if around is None:
                break
            member = around
        return member

    def release(self, root: Root, copy: Root) -> None:
        """Let containers that refer to a storage refer to `copy` instead."""
        for member in list(root.members):
            place = self.places[member]
            if root in place.held:
                held = tuple(copy if one is root else one for one in place.held)
                self.set(member, Place(place.roots, place.whole, place.writable, held))
        root.holders.clear()

    def readers(self, place: Place, node: Node, base: Value | None = None) -> list[Value]:
        """Return the values that share memory with `place` and are read after `node`; `base` is what the place is of.

        Writing into a list changes the list, not what it refers to: then only references to the list count.
        """
        found: dict[Value, None] = {}
        liveness = self.liveness
        for root in place.roots:
            spent = []
            for member in root.members:
                if liveness.live_after(member, node):
                    found[member] = None
                elif member is not base and liveness.spent(member, node):
                    spent.append(member)
            for member in spent:
                del root.members[member]
        return list(found)

    def holds(self, value: Value, root: Root) -> bool:
        """Whether a value refers to a storage without living in it."""
        return is_container(value.type) and root in self.of(value).held

"""What is known of one loop while it is lowered as a region."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any

from s2sad.frontend import exits
from s2sad.frontend.assigned import touched_names
from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.store import Changes
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    DictContent,
    Handle,
    InstanceContent,
    Items,
    Key,
    ListContent,
    Pending,
    Place,
    Stale,
    Variable,
)
from s2sad.graph.core import Node, Region, Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import Type
from s2sad.record import record

SlotPath = tuple[Any, ...]


class Again(Exception):
    """The head has been widened; the body is to be lowered again."""


class Peel(Exception):
    """The first trip is of another kind; it is lowered by itself when it certainly runs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@record(eq=False)
class Slot:
    """One carried value: its parameter, how its first value is made, its value at the end of a trip, its result."""

    path: SlotPath
    parameter: Value
    initial: Callable[[], Value]
    final: Value | None = None
    result: Value | None = None
    more: list[Value] = field(default_factory=list)  # its parameter in the test of a `while`


class LoopState:
    """What is known of one loop while it is lowered as a region."""

    def __init__(self, low: Lowering, node: Any, names: dict[str, bool]) -> None:
        self.low = low
        self.site = node
        self.names = names
        self.frame = low.frame
        self.keys: dict[Key, None] = {}
        self.kinds: dict[SlotPath, Type] = {}
        self.tagged: dict[SlotPath, list[ArrayRef]] = {}  # references to one of these arrays from outside, told by a carried number
        self.indexed: set[SlotPath] = set()  # references to a part of one array, whose indices are carried
        self.unindexed: set[SlotPath] = set()
        self.untagged: set[SlotPath] = set()
        self.own: set[SlotPath] = set()  # references that get a place of their own
        self.grow: dict[SlotPath, Type | None] = {}
        self.repeats: dict[SlotPath, ArrayRef] = {}  # lists that get one and the same array again and again
        self.conflicts: dict[SlotPath, str] = {}
        self.choices: dict[SlotPath, list[Abstract]] = {}
        self.wanted: dict[Variable, None] = {}
        self.missing: dict[Variable, Abstract] = {}  # what a name that is wanted holds at the end of a trip
        self.stale: dict[Place, Stale] = {}
        self.related: set[tuple[SlotPath, SlotPath]] = set()
        self.outer_related: set[tuple[SlotPath, Place]] = set()
        self.slots: list[Slot] = []
        self.places: dict[SlotPath, Place] = {}
        self.replaced: dict[Value, Value] = {}
        self.exported: dict[Place, Place] = {}
        self.late: dict[Value, Value] = {}
        self.changes: Changes = {}
        self.node: Node | None = None
        self.body: Region | None = None
        self.outer: Region = low.builder.region
        self.heads: dict[Key, Any] = {}  # what stands at the head of a trip
        self.entries: dict[Key, Any] = {}  # what stood there before the loop
        self.head_places: dict[Place, Any] = {}
        self.sources: dict[SlotPath, ArrayRef] = {}  # what a place of the loop's own stands for on the first trip
        self.fields: dict[Place, dict[str, None]] = {}  # attributes that the body is the first to write
        self.before: dict[str, Pending] = {}
        self.lengths: dict[Value, tuple[Size, Size | None, int | None]] = {}  # lists at the head: length there, before, growth a trip
        self.trips: Size | None = None
        self.partners_before: dict[Place, int] = {}
        self.code: exits.Exit | None = None
        self.leaves = False
        self.depth = 0  # how many branches and loops are around
        self.can_unroll = False
        self.cautious = low.session.tags
        self.bounds: Sequence[Abstract] | None = None
        self._guess()

    def _guess(self) -> None:
        """Say what is carried, from the syntax; what turns out to be written besides is added later."""
        low = self.low
        touched = touched_names(self.site) if hasattr(self.site, "body") else set()
        for name in self.names:
            variable = self._variable(name)
            if variable is not None:
                self.keys[variable] = None
        seen: set[Place] = set()
        for name in touched:
            variable = self._variable(name)
            if variable is not None and (variable not in self.keys or self.names.get(name) is False):
                self._arrays_of(low.store.read(variable), seen, 0)
        memo = low.session.memo.get(self.site)
        if memo is not None:
            if memo.world:
                self.keys[low.world] = None
            for path, kind in memo.kinds.items():
                self.kinds[path] = kind

    def _arrays_of(self, thing: Any, seen: set[Place], depth: int) -> None:
        match thing:
            case ArrayRef(place):
                if isinstance(self.low.store.read(place), Value):
                    self.keys[place] = None
            case Items(elements):
                for element in elements:
                    self._arrays_of(element, seen, depth + 1)
            case Handle(place) if place not in seen and depth < 4:
                seen.add(place)
                content = self.low.store.read(place)
                if isinstance(content, ListContent):
                    for element in content.elements:
                        self._arrays_of(element, seen, depth + 1)
                elif isinstance(content, (DictContent, InstanceContent)):
                    for _, element in content.entries if isinstance(content, DictContent) else content.fields:
                        self._arrays_of(element, seen, depth + 1)

    def _variable(self, name: str) -> Variable | None:
        frame: Any = self.frame
        if name in frame.source.scope.outer or name not in frame.source.scope.bound:
            frame = frame.parent
            while frame is not None and name not in frame.source.scope.bound:
                frame = frame.parent
        return None if frame is None else frame.variable(name)

    def binds(self, variable: Variable) -> bool:
        """Whether the body assigns a name that is not bound at the head."""
        return variable in self.keys and variable not in self.missing

    def want(self, variable: Variable) -> None:
        """A name is read that only an earlier trip can have bound: on the first trip the path ends here."""
        self.wanted[variable] = None
        raise DeadPath

    def _reset(self) -> None:
        self.slots = []
        self.places = {}
        self.heads = {}
        self.entries = {}
        self.head_places = {}
        self.sources = {}
        self.lengths = {}

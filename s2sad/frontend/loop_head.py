"""The head of a loop: what the body assigns becomes a parameter of the region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2sad.frontend import kinds
from s2sad.frontend.choices import option_number
from s2sad.frontend.lenses import hold_all, own_content
from s2sad.frontend.lists import element_kind, grown
from s2sad.frontend.loop_state import LoopState, Slot, SlotPath
from s2sad.frontend.lower import describe
from s2sad.frontend.objects import field_before
from s2sad.frontend.sameness import coerce, number_type, same
from s2sad.frontend.sharing import relate
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    Conflict,
    DictContent,
    ElementContent,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    ListContent,
    Pending,
    Place,
    RepeatedContent,
    Unbound,
    Variable,
)
from s2sad.graph.core import Region, Value
from s2sad.graph.index import Index, Operand, Path, Slice
from s2sad.graph.sizes import Size
from s2sad.graph.types import INT, TOKEN, List, Type


class LoopHead(LoopState):
    """What stands at the head of a trip."""

    def head(self, region: Region) -> None:
        """Bind what is carried to parameters."""
        low = self.low
        self.partners_before = {key: len(key.partners) for key in low.store.contents if isinstance(key, Place)}
        for key in list(self.keys):
            entry = low.store.read(key)
            if isinstance(key, Variable):
                if isinstance(entry, Unbound):
                    entry = ABSENT
                if isinstance(entry, Pending) and key in self.missing:
                    entry = entry.loop.leave(entry)
                self.entries[key] = entry
                if entry is ABSENT and key in self.missing:
                    head = self.parameters(region, self.missing[key], (key,), key.name)
                elif entry is ABSENT or isinstance(entry, Pending):
                    low.store.write(key, ABSENT)
                    continue
                else:
                    head = self.generalise(region, entry, (key,), key.name)
            elif entry is ABSENT:
                continue
            elif key is low.world:
                if entry is None:
                    entry = low.token()
                self.entries[key] = entry
                head = low.builder.parameter(region, TOKEN)
                self.slots.append(Slot((key,), head, low.token))
            else:
                self.entries[key] = entry
                if isinstance(entry, InstanceContent) and key in self.fields:
                    entry = self._with_fields(key, entry)
                head = self.generalise(region, entry, (key,), key.name)
            self.heads[key] = head
            low.store.write(key, head)
        for place, content in self.stale.items():
            low.store.write(place, content)
        self._relate()

    def _with_fields(self, place: Any, content: InstanceContent) -> InstanceContent:

        known = dict(content.fields)
        return InstanceContent(
            (*content.fields, *((name, field_before(self.low, place, name)) for name in self.fields[place] if name not in known))
        )

    def generalise(self, region: Region, thing: Any, path: SlotPath, name: str) -> Any:
        """Return what stands for a thing at the head of any trip."""
        low = self.low
        if path in self.conflicts:
            return Conflict(name, self.conflicts[path], low.location)
        if path in self.indexed:
            return self._part_of(region, thing, path)
        if path in self.tagged:
            return self._one_of(region, thing, path)
        if path in self.choices:
            return self._choice(region, thing, path, name)
        kind = number_type(low, thing)
        if kind is not None:
            return self.number(region, thing, kind, path, name)
        match thing:
            case ArrayRef():
                plainly = isinstance(path[0], Variable) and self.names.get(path[0].name, False) and not self.cautious
                if path in self.own or (plainly and not thing.place.readonly):
                    return self.own_place(region, thing, path, name)
                return thing
            case Items(elements, cls):
                return Items(
                    tuple(
                        self.generalise(region, element, (*path, k), f"{name}_{k}" if name else "") for k, element in enumerate(elements)
                    ),
                    cls,
                )
            case Handle(place):
                if path in self.own:
                    return self.twin(region, place, path, name)
                return thing
            case ListContent(elements):
                if path in self.grow:
                    return self._growing(region, thing, path, name)
                return ListContent(tuple(self.generalise(region, element, (*path, k), "") for k, element in enumerate(elements)))
            case GrowingContent(value):
                wide = self.grow.get(path)
                kind = value.type if wide is None else List(wide)
                parameter = self._parameter(region, kind, path, name, lambda: self._grown(value, thing, path))
                return self._list(parameter, thing.length)
            case RepeatedContent(element, count):
                return RepeatedContent(element, self.number(region, count, INT, path, ""))
            case DictContent(entries):
                return DictContent(tuple((key, self.generalise(region, entry, (*path, key), str(key))) for key, entry in entries))
            case InstanceContent(fields):
                return InstanceContent(tuple((key, self.generalise(region, entry, (*path, key), key)) for key, entry in fields))
        return thing

    def number(self, region: Region, thing: Abstract, kind: Type, path: SlotPath, name: str) -> Value:
        """Return a parameter for a number."""
        low = self.low
        wide = self.kinds.get(path)
        if wide is not None:
            joined = kinds.join(wide, kinds.forget_size(kind), low.sizes)
            kind = joined if joined is not None else kinds.forget_size(kind)
        else:
            kind = kinds.forget_size(kind)
        return self._parameter(region, kind, path, name, lambda: coerce(low, low.value(thing), kind))

    def _parameter(self, region: Region, kind: Type, path: SlotPath, name: str, initial: Callable[[], Value]) -> Value:
        parameter = self.low.builder.parameter(region, kind, name if name.isidentifier() else "")
        self.low.loops[parameter] = self
        self.slots.append(Slot(path, parameter, initial))
        return parameter

    def own_place(self, region: Region, reference: ArrayRef, path: SlotPath, name: str) -> ArrayRef:
        """Return a reference to a place of its own, whose content is carried."""
        low = self.low
        kind: Type = low.array_type(reference)
        wide = self.kinds.get(path)
        if wide is not None:
            kind = kinds.join(wide, kind, low.sizes) or kind
        parameter = self._parameter(region, kind, path, name, lambda: coerce(low, low.read(reference), kind))
        place = low.store.place("array", parameter, name=name, contiguous=reference.place.contiguous and not reference.path)
        low.session.stems.setdefault(self, {})[place] = reference.place
        self.places[path] = place
        self.head_places[place] = parameter
        place.readonly = reference.place.readonly
        self.sources[path] = reference
        return ArrayRef(place, (), (), name)

    def twin(self, region: Region, place: Place, path: SlotPath, name: str) -> Handle:
        """Return a container of the same structure in the place of one that is exchanged from trip to trip."""
        low = self.low
        content = low.store.read(place)
        root = content.root if isinstance(content, ElementContent) else None
        if isinstance(content, ElementContent):
            content = own_content(low, content)
        made = low.store.place(place.kind, None, name=place.name, cls=place.cls, limit=place.limit, factory=place.factory)
        self.places[path] = made
        relate(made, place)
        if root is not None:
            relate(made, root)
        head = self.generalise_owned(region, content, (*path, "*"), name)
        self.head_places[made] = head
        low.store.write(made, head)
        return Handle(made)

    def generalise_owned(self, region: Region, content: Any, path: SlotPath, name: str) -> Any:
        """Generalise the content of a container that is exchanged: its arrays and containers are exchanged too."""
        match content:
            case ListContent(elements):
                for k, element in enumerate(elements):
                    if isinstance(element, (ArrayRef, Handle)):
                        self.own.add((*path, k))
            case DictContent(entries) | InstanceContent(entries):
                for key, element in entries:
                    if isinstance(element, (ArrayRef, Handle)):
                        self.own.add((*path, key))
        return self.generalise(region, content, path, name)

    def _part_of(self, region: Region, thing: Any, path: SlotPath) -> Abstract:
        """Return a part of an array that carried indices lead to."""
        low = self.low
        skeleton, parts = skeleton_of(thing)
        operands = [
            self._parameter(region, INT, (*path, "index", k), "", lambda part=part: low.value(part))  # type: ignore[misc]
            for k, part in enumerate(parts)
        ]
        return ArrayRef(thing.place, skeleton, tuple(operands), thing.name)

    def _one_of(self, region: Region, thing: Abstract, path: SlotPath) -> Abstract:
        """Return one of several arrays that exist outside, told by a carried number."""
        low = self.low
        arrays = self.tagged[path]
        numbers = [
            next(k for k, array in enumerate(arrays) if same(array, option))
            for option in (thing.options if isinstance(thing, Choice) else (thing,))
        ]
        tag = self._parameter(region, INT, (*path, "tag"), "", lambda: option_number(low, thing, numbers))
        return Choice(tag, tuple(arrays))

    def _choice(self, region: Region, thing: Abstract, path: SlotPath, name: str) -> Abstract:
        """Return one of several things, told by a carried number."""
        low = self.low
        options = self.choices[path]
        from s2sad.frontend.loop_match import fits_option

        mine = thing.options if isinstance(thing, Choice) else (thing,)
        numbers = [next((k for k, option in enumerate(options) if fits_option(low, option, one)), 0) for one in mine]
        tag = self._parameter(region, INT, (*path, "tag"), "", lambda: option_number(low, thing, numbers))
        made: list[Abstract] = []
        for k, option in enumerate(options):
            here = [one for number, one in zip(numbers, mine, strict=True) if number == k]
            if len(here) > 1:
                return Conflict(name, "one of several things of one kind before the loop", low.location)
            if here:
                made.append(self.generalise(region, here[0], (*path, "option", k), name))
            else:
                made.append(self.parameters(region, option, (*path, "option", k), name))
        return Choice(tag, tuple(made))

    def _growing(self, region: Region, thing: ListContent, path: SlotPath, name: str) -> Any:

        low = self.low
        if path in self.repeats:
            count = self._parameter(region, INT, path, "", lambda: low.constant(len(thing.elements)))
            return RepeatedContent(self.repeats[path], count)
        element = self.grow[path]
        if thing.elements:
            mine = element_kind(low, (thing,))
            element = mine if element is None else kinds.join(element, mine, low.sizes)
        if element is None:
            # The first pass finds out what is appended.
            return Conflict(name, "a list whose elements are not known yet", low.location)
        kind = List(element)
        self.grow[path] = element
        holder = path[0] if len(path) == 1 else self.places.get(path[:-1])
        for one in thing.elements:
            if isinstance(holder, Place):
                hold_all(low, holder, one)
        parameter = self._parameter(region, kind, path, name, lambda: self._grown(None, thing, path))
        return self._list(parameter, Size.of(len(thing.elements)))

    def _list(self, parameter: Value, entry: Size | None) -> GrowingContent:
        """Return a list at the head of a trip; how much longer a trip makes it is found out at its end."""
        length = self.low.sizes.fresh("list")
        self.lengths[parameter] = (length, entry, None)
        return GrowingContent(parameter, length)

    def _grown(self, value: Value | None, content: Any, path: SlotPath) -> Value:

        element = self.grow.get(path)
        if value is not None and (element is None or List(element) == value.type):
            return value
        assert element is not None
        return grown(self.low, content, element)

    def parameters(self, region: Region, thing: Any, path: SlotPath, name: str) -> Any:
        """Return parameters in the structure of something that exists only from the first trip on."""
        low = self.low
        kind = number_type(low, thing)
        if kind is not None:
            wide = kinds.forget_size(kind)
            stored = self.kinds.get(path)
            if stored is not None:
                wide = kinds.join(stored, wide, low.sizes) or wide
            return self._parameter(region, wide, path, name, lambda: low.builder.undefined(wide, name))
        match thing:
            case ArrayRef():
                array = self.kinds.get(path) or self.kinds.get((*path, "type"))
                assert array is not None
                parameter = self._parameter(region, array, path, name, lambda: low.builder.undefined(array, name))
                place = low.store.place("array", parameter, name=name)
                self.places[path] = place
                self.head_places[place] = parameter
                return ArrayRef(place, (), (), name)
            case Items(elements, cls):
                return Items(tuple(self.parameters(region, element, (*path, k), "") for k, element in enumerate(elements)), cls)
            case Known():
                return thing
        return Conflict(name, f"{describe(thing)} from an earlier trip", low.location)

    def _relate(self) -> None:
        """Note which of the places at the head may share memory."""
        paths = list(self.places)
        reached = self._reached()
        for path, place in self.places.items():
            reference = self.sources.get(path)
            if reference is not None and reference.place in reached:
                relate(place, reference.place)
            if reference is not None:
                for partner in [
                    *reference.place.partners,
                    *(link.joined for link in reference.place.links),
                    *(link.reference.place for link in reference.place.links),
                ]:
                    if partner is not place and partner in reached:
                        relate(place, partner)
        for k, path in enumerate(paths):
            for other in paths[:k]:
                a, b = self.sources.get(path), self.sources.get(other)
                shared = a is not None and b is not None and (a.place is b.place or b.place in a.place.partners)
                if shared or (other, path) in self.related:
                    relate(self.places[path], self.places[other])
        for path, outer in self.outer_related:
            if path in self.places:
                relate(self.places[path], outer)

    def _reached(self) -> set[Place]:
        """Return the places that something other than a renamed holder refers to."""
        reached: set[Place] = set()

        def walk(thing: Any) -> None:
            match thing:
                case ArrayRef(place) | Handle(place):
                    reached.add(place)
                case Items(elements):
                    for element in elements:
                        walk(element)
                case ListContent(elements):
                    for element in elements:
                        walk(element)
                case DictContent(entries) | InstanceContent(entries):
                    for _, element in entries:
                        walk(element)
                case Choice(options=options):
                    for option in options:
                        walk(option)
                case Pending(final=final):
                    walk(final)
                case _ if (
                    hasattr(thing, "receiver") or hasattr(thing, "arguments") or hasattr(thing, "defaults") or hasattr(thing, "parts")
                ):
                    for name in ("receiver", "arguments", "defaults", "parts", "function"):
                        part = getattr(thing, name, None)
                        for one in part if isinstance(part, tuple) else (part,):
                            walk(one)

        for content in self.low.store.contents.values():
            walk(content)
        for thing in self.low.held:
            walk(thing)
        return reached


def skeleton_of(reference: ArrayRef) -> tuple[Path, list[Abstract]]:
    """Return the path of a reference with all whole numbers taken out of its subscripts, and these numbers."""
    parts: list[Abstract] = []

    def out(item: Any) -> Any:
        if isinstance(item, Operand):
            parts.append(reference.operands[item.number])
        elif isinstance(item, int):
            parts.append(Known(item))
        elif isinstance(item, Slice):
            return Slice(*(out(bound) if isinstance(bound, Operand) else bound for bound in (item.start, item.stop, item.step)))
        else:
            return item
        return Operand(len(parts) - 1)

    path = tuple(Index(tuple(map(out, step.items))) if isinstance(step, Index) else step for step in reference.path)
    return path, parts

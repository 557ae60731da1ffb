"""The end of a trip: what it leaves must fit into the head, or the head is widened."""

from __future__ import annotations

from typing import Any

from s2sad.errors import UnsupportedError
from s2sad.frontend import exits, kinds
from s2sad.frontend.choices import option_number, pick
from s2sad.frontend.joins import Mismatch
from s2sad.frontend.lists import element_kind, grown
from s2sad.frontend.loop_head import LoopHead, skeleton_of
from s2sad.frontend.loop_state import Again, Peel, Slot, SlotPath
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.sameness import coerce, fits, number_type, same
from s2sad.frontend.sharing import Root, relate, roots
from s2sad.frontend.signals import NeedStatic
from s2sad.frontend.store import ABSENT
from s2sad.frontend.trips import certainly_runs
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    Conflict,
    DictContent,
    ElementContent,
    Function,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    ListContent,
    Method,
    Partial,
    Pending,
    Place,
    RepeatedContent,
    Stale,
    Unbound,
    Variable,
)
from s2sad.graph.core import Region, Value
from s2sad.graph.types import BOOL, INT, Array, List, Number, Type


class LoopMatch(LoopHead):
    """What a trip leaves, held against what stands at the head."""

    def ends(self, region: Region, results: list[Value]) -> list[Value]:
        """Match what the trip leaves with the head; return the results of the region."""
        low = self.low
        again = False
        code: exits.Code = exits.current(low)
        dead = low.dead
        low.dead = False
        with low.builder.inside(region):
            possible = set(exits.kinds_of(code)) if not dead else {exits.FALLS}
            self.possible = possible
            leaving = tuple(sorted(filter(exits.ends_loop, possible)))
            self.leaves = bool(leaving)
            leave: Value | None = None
            self.code = None
            if leaving:
                flag = exits.is_code(low, code, leaving)
                leave = low.constant(flag) if isinstance(flag, bool) else flag
                kept = tuple(sorted({exits.FALLS, *filter(exits.passes_loop, possible)}))
                if kept[-1] > exits.BREAK or (exits.BREAK in kept and getattr(self.site, "orelse", None)):
                    value = self._kept_code(code, kept)
                    self.code = exits.Exit(value, kept)
            for slot in self.slots:
                slot.final = None
            if dead:
                for slot in self.slots:
                    slot.final = slot.parameter
                world = next((slot for slot in self.slots if slot.path == (low.world,)), None)
                if world is not None:
                    world.final = low.token()
            else:
                by_path = {slot.path: slot for slot in self.slots}
                for key in list(self.keys):
                    final = low.store.read(key)
                    if key not in self.heads:
                        if (
                            isinstance(key, Variable)
                            and key in self.wanted
                            and key not in self.missing
                            and final is not ABSENT
                            and not isinstance(final, Unbound)
                        ):
                            self._remember(final, (key,))
                            self.missing[key] = final
                            again = True
                        continue
                    if key is low.world:
                        by_path[key,].final = final
                        continue
                    again |= self.match(self.heads[key], final, (key,), by_path, key.name)
            again |= self._written()
            if again:
                raise Again
            again = self._aliases()
            if again:
                raise Again
        for slot in self.slots:
            if slot.final is None:
                slot.final = slot.parameter
        results = [slot.final for slot in self.slots if slot.final is not None]
        if self.code is not None:
            low.builder.parameter(region, self.code.value.type)
            results.append(self.code.value)
        return [leave, *results] if leave is not None else results

    def _kept_code(self, code: exits.Code, kept: tuple[int, ...]) -> Value:
        low = self.low
        if len(kept) == 2:
            flag = exits.is_code(low, code, (kept[1],))
            return low.constant(flag) if isinstance(flag, bool) else flag

        if isinstance(code, Known):
            return low.constant(code.value)
        result = code.value if code.value.type != BOOL else exits.as_code(low, code, (0, 1, 2))
        for one in code.codes:
            if one not in kept:
                result = pick(low, low.emit("equal", result, low.constant(one)), low.constant(exits.FALLS), result, INT)
        return result

    def _remember(self, thing: Any, path: SlotPath) -> None:
        """Note the types of the arrays in something that is wanted by the next trip."""
        if isinstance(thing, ArrayRef):
            self.kinds[path] = self._sealed(self.low.array_type(thing))
        elif isinstance(thing, Items):
            for k, element in enumerate(thing.elements):
                self._remember(element, (*path, k))

    def _sealed(self, kind: Type) -> Type:
        """Replace sizes that are made anew in each trip by a size of the loop's own."""
        if isinstance(kind, Array) and kind.shape is not None:
            return Array(kind.dtype, tuple(size if size.entry else self.low.sizes.fresh() for size in kind.shape))
        return kind

    def match(self, head: Any, final: Any, path: SlotPath, slots: dict[SlotPath, Slot], name: str) -> bool:
        """Fill the slots under `path` with what the trip leaves; `head` is what stood there at its head."""
        if path in self.conflicts:
            return False
        if path in self.choices:
            return self._match_choice(head, final, path, slots, name)
        if isinstance(final, Pending):
            final = final.loop.leave(final)
        if isinstance(final, Conflict):
            return self._conflict(path, final.reason)
        if isinstance(final, ElementContent) and final is not head:
            from s2sad.frontend.lenses import own_content

            if isinstance(path[0], Place):
                relate(path[0], final.root)
            final = own_content(self.low, final)
        if isinstance(final, Stale):
            if isinstance(path[0], Place) and len(path) == 1:
                self.stale[path[0]] = final
                self.keys.pop(path[0], None)
                return True
            return self._conflict(path, "it may share memory with something that was written")
        if final is ABSENT or isinstance(final, Unbound):
            # Deleted, or not bound on some path: the slot holds nothing.
            return self._conflict(path, "it may be deleted")
        if path in self.indexed or (path not in self.tagged and path not in self.unindexed and self._part_varies(head, final)):
            return self._match_part(head, final, path, slots)
        if path in self.tagged or (tells_apart(self, head, final) and path not in slots and path not in self.untagged):
            found = self._match_tagged(head, final, path, slots)
            if found is not None:
                return found
        slot = slots.get(path)
        if slot is not None:
            return self._match_slot(slot, head, final, path, name)
        match head:
            case ArrayRef():
                if same(head, final):
                    return False
                if isinstance(final, ArrayRef):
                    self.own.add(path)
                    return True
            case Items(elements) if isinstance(final, Items) and len(elements) == len(final.elements) and head.cls is final.cls:
                return any([self.match(a, b, (*path, k), slots, "") for k, (a, b) in enumerate(zip(elements, final.elements, strict=True))])
            case Handle(place):
                if path in self.places:
                    return self._match_twin(place, final, path, slots, name)
                if same(head, final):
                    return False
                if isinstance(final, Handle) and final.place.kind == place.kind and final.place.cls is place.cls:
                    self.own.add(path)
                    return True
            case RepeatedContent():
                return self._conflict(path, "a list of one array, and of others")
            case ListContent(elements):
                if isinstance(final, ListContent) and len(elements) == len(final.elements):
                    return any(
                        [self.match(a, b, (*path, k), slots, "") for k, (a, b) in enumerate(zip(elements, final.elements, strict=True))]
                    )
                return self._grow(head, final, path)
            case DictContent(entries):
                if isinstance(final, DictContent) and [key for key, _ in entries] == [key for key, _ in final.entries]:
                    return any(
                        [self.match(a, b, (*path, key), slots, str(key)) for (key, a), (_, b) in zip(entries, final.entries, strict=True)]
                    )
                if self.can_unroll:
                    raise NeedStatic(self)
                return self._conflict(path, "a dict whose keys change in the loop")
            case InstanceContent(fields) if isinstance(final, InstanceContent):
                widened = False
                others = dict(final.fields)
                for key, a in fields:
                    widened |= self.match(a, others[key], (*path, key), slots, key)
                new = [key for key in others if key not in dict(fields)]
                if new:
                    if not isinstance(path[0], Place) or len(path) != 1:
                        return self._conflict(path, "an attribute that is new in the loop")
                    self.fields.setdefault(path[0], {}).update(dict.fromkeys(new))
                    return True
                return widened
            case _:
                if same(head, final):
                    return False
        return self._choose(head, final, path, name)

    def _match_tagged(self, head: Any, final: Any, path: SlotPath, slots: dict[SlotPath, Slot]) -> bool | None:
        """Tell by a carried number which array from outside a reference leads to; None when it may be another array."""
        low = self.low
        journal = low.store.journal()
        arrays: list[ArrayRef] = list(self.tagged.get(path) or options_of(head))
        known = len(arrays)
        numbers: list[int] = []
        finals = options_of(final)
        for option in finals:
            number = next((k for k, array in enumerate(arrays) if same(array, option)), None)
            if number is None:
                outside = journal.get(option.place, option.place) is not ABSENT
                if not outside or not all(map(self._before, option.operands)) or len(arrays) >= MOST_ARRAYS:
                    return self._untag(path)
                arrays.append(option)
                number = len(arrays) - 1
            numbers.append(number)
        if not finals:
            return self._untag(path)
        if path in self.tagged and len(arrays) == known:
            slots[*path, "tag"].final = option_number(low, final, numbers)
            return False
        if len(arrays) == known == 1:
            return False
        self.tagged[path] = arrays
        return True

    def _part_varies(self, head: Any, final: Any) -> bool:
        """Whether references lead to parts of one array that only indices tell apart."""
        if not self.low.session.tags or not isinstance(head, ArrayRef) or not isinstance(final, ArrayRef) or head.place is not final.place:
            return False
        (before, first), (after, then) = skeleton_of(head), skeleton_of(final)
        return not same(head, final) and before == after and all(map(is_index, (*first, *then)))

    def _match_part(self, head: Any, final: Any, path: SlotPath, slots: dict[SlotPath, Slot]) -> bool:
        """Carry the indices of a reference."""
        if path not in self.indexed:
            self.indexed.add(path)
            return True
        if isinstance(final, ArrayRef) and final.place is head.place:
            after, parts = skeleton_of(final)
            if after == head.path and all(map(is_index, parts)):
                for k, part in enumerate(parts):
                    slots[*path, "index", k].final = self.low.value(part)
                return False
        self.indexed.discard(path)
        self.unindexed.add(path)
        return True

    def _untag(self, path: SlotPath) -> bool:
        """Give a reference that may lead to a new array an array of its own after all."""
        self.tagged.pop(path, None)
        self.untagged.add(path)
        return True

    def _before(self, value: Value) -> bool:
        """Whether a value exists before the loop."""
        region: Any = self.low.builder.home.get(value)
        return region is not self.body and value not in {slot.parameter for slot in self.slots}

    def _match_twin(self, place: Place, final: Any, path: SlotPath, slots: dict[SlotPath, Slot], name: str) -> bool:
        if not isinstance(final, Handle):
            return self._choose(Handle(place), final, path, name)
        return self.match(self.head_places[place], self.low.store.read(final.place), (*path, "*"), slots, name)

    def _match_slot(self, slot: Slot, head: Any, final: Any, path: SlotPath, name: str) -> bool:
        low = self.low
        kind = slot.parameter.type
        if isinstance(head, (ListContent, GrowingContent)):
            return self._match_list(slot, final, path)
        if isinstance(head, RepeatedContent):
            if not isinstance(final, RepeatedContent) or not same(head.element, final.element):
                return self._conflict(path, "a list of one array, and of others")
            slot.final = low.value(final.count)
            return False
        if isinstance(head, ArrayRef) or isinstance(kind, Array):
            if isinstance(final, Value) and isinstance(final.type, Array):
                found: Type = final.type
                value = final
            elif isinstance(final, ArrayRef):
                found = low.array_type(final)
                value = low.read(final)
            else:
                return self._choose(head, final, path, name)
            joined = kinds.join(kind, found, low.sizes)
            if joined == kind or kinds.contains(kind, found):
                slot.final = coerce(low, value, kind)
                return False
            if joined is None:
                return self._choose(head, final, path, name)
            self.kinds[path] = self._sealed(joined)
            return True
        other = number_type(low, final)
        if other is None:
            return self._choose(head, final, path, name)
        if kinds.contains(kind, kinds.forget_size(other)):
            slot.final = coerce(low, low.value(final), kind)
            return False
        joined = kinds.join(kind, kinds.forget_size(other), low.sizes)
        if joined is None:
            return self._choose(head, final, path, name)
        self.kinds[path] = joined
        memo = low.session.memo_of(self.site)
        memo.kinds[path] = joined
        return True

    def _grow(self, head: ListContent, final: Any, path: SlotPath) -> bool:

        if not isinstance(final, (ListContent, GrowingContent)):
            return self._conflict(path, "a list on some trips only")
        new = final.elements if isinstance(final, ListContent) else ()
        journal = self.low.store.journal()
        if self.can_unroll and any(isinstance(thing, ArrayRef) and journal.get(thing.place, thing.place) is not ABSENT for thing in new):
            raise NeedStatic(self)  # references to arrays from outside: which one it is matters
        if (
            new
            and all(same(new[0], thing) for thing in new)
            and isinstance(new[0], ArrayRef)
            and journal.get(new[0].place, new[0].place) is not ABSENT
        ) and (not head.elements or same(head.elements[0], new[0])):
            self.repeats[path] = new[0]
            self.grow[path] = None
            return True
        try:
            element = element_kind(self.low, (head, final))
        except (UnsupportedError, Mismatch):
            if self.can_unroll:
                raise NeedStatic(self) from None
            raise
        self.grow[path] = self._sealed(element)
        return True

    def _match_list(self, slot: Slot, final: Any, path: SlotPath) -> bool:

        low = self.low
        kind = slot.parameter.type
        assert isinstance(kind, List)
        if not isinstance(final, (ListContent, GrowingContent)):
            return self._conflict(path, "a list on some trips only")
        head, entry, _ = self.lengths[slot.parameter]
        grows = None if not isinstance(final, GrowingContent) or final.length is None else (final.length - head).known
        self.lengths[slot.parameter] = (head, entry, grows)
        if isinstance(final, ListContent) and not final.elements:
            slot.final = grown(low, final, kind.element)
            return False
        element = element_kind(low, (final,))
        if kinds.contains(kind.element, element):
            slot.final = grown(low, final, kind.element)
            return False
        joined = kinds.join(kind.element, element, low.sizes)
        if joined is None:
            return self._conflict(path, f"a list of {kind.element} and {element}")
        self.grow[path] = self._sealed(joined)
        return True

    def _conflict(self, path: SlotPath, reason: str) -> bool:
        self.conflicts[path] = reason
        return True

    def _choose(self, head: Any, final: Any, path: SlotPath, name: str) -> bool:
        """The thing at the end of a trip is of another kind than at the head."""
        low = self.low
        if _may_be_none(head) or _may_be_none(final) or (is_named(head) and is_named(final)) or isinstance(head, Choice):
            if isinstance(head, Known) and head.value is None and not _may_be_none(final) and self.peels:
                raise Peel("None before the loop only")
            options: list[Abstract] = list(head.options) if isinstance(head, Choice) else [head]
            for option in final.options if isinstance(final, Choice) else (final,):
                if not any(fits_option(low, one, option) for one in options):
                    if isinstance(option, ArrayRef):
                        self.kinds[(*path, "option", len(options))] = self._sealed(low.array_type(option))
                    options.append(option)
            if all(isinstance(option, (Known, Value, ArrayRef, Items)) or is_named(option) for option in options):
                self.choices[path] = options
                return True
        reason = f"{describe(head)} before the loop, {describe(final)} after a trip"
        if self.peels:
            raise Peel(reason)
        if self.can_unroll:
            raise NeedStatic(self)
        return self._conflict(path, reason)

    @property
    def peels(self) -> bool:
        """Whether the first trip certainly runs, so that it can be lowered by itself."""
        return self.bounds is not None and certainly_runs(self.low, self.bounds) is True

    def _match_choice(self, head: Any, final: Any, path: SlotPath, slots: dict[SlotPath, Slot], name: str) -> bool:
        """Fill the slots of a choice."""
        low = self.low
        options = self.choices[path]
        tag = slots[(*path, "tag")]
        found: list[tuple[int, Abstract]] = []
        finals = final.options if isinstance(final, Choice) else (final,)
        for option in finals:
            number = next((k for k, one in enumerate(options) if fits_option(low, one, option)), None)
            if number is None:
                if len(options) >= 8:
                    return self._conflict(path, "one of more than 8 things")
                if isinstance(option, ArrayRef):
                    self.kinds[(*path, "option", len(options))] = self._sealed(low.array_type(option))
                options.append(option)
                return True
            found.append((number, option))

        tag.final = option_number(low, final, [number for number, _ in found])
        widened = False
        for number in range(len(options)):
            inner = (*path, "option", number)
            mine = [option for k, option in found if k == number]
            if len(mine) == 1:
                widened |= self.match(options[number], mine[0], inner, slots, name)
            elif len(mine) > 1:
                return self._conflict(path, "one of several things of one kind")
        return widened

    def _written(self) -> bool:
        """Add what the body has written besides what was carried; return whether that asks for another attempt."""
        low = self.low
        again = False
        for key, before in low.store.journal().items():
            if key in self.keys or before is ABSENT:
                continue
            now = low.store.read(key)
            if now is before:
                continue
            if isinstance(key, Variable) and key.name.startswith("$"):
                continue
            if key is low.world:
                self.keys[key] = None
                low.session.memo_of(self.site).world = True
                again = True
            elif isinstance(now, Stale):
                if key not in self.stale and isinstance(key, Place):
                    self.stale[key] = now
                    again = True
            elif (isinstance(key, Place) and key in self.stale) or (isinstance(key, Variable) and isinstance(before, Pending)):
                continue
            else:
                self.keys[key] = None
                again = True
        return again

    def _aliases(self) -> bool:
        """Note which of the exchanged places share memory on the next trip; return whether that is news."""
        low = self.low
        journal = low.store.journal()
        finals: dict[SlotPath, list[Root]] = {}
        for path in self.places:
            thing = self._final_thing(path)
            if isinstance(thing, (ArrayRef, Handle)):
                finals[path] = roots(thing.place)
        paths = list(finals)
        heads = set(self.places.values())
        again = False
        for k, path in enumerate(paths):
            for other in paths[:k]:
                if (other, path) not in self.related and meet(finals[path], finals[other]):
                    self.related.add((other, path))
                    again |= self.places[other] not in self.places[path].partners
            for place, _ in finals[path]:
                for one in (place, *place.partners):
                    outer = one not in heads and journal.get(one, one) is not ABSENT and low.store.read(one) is not ABSENT
                    if outer and (path, one) not in self.outer_related:
                        self.outer_related.add((path, one))
                        again |= one not in self.places[path].partners
        for place, count in self.partners_before.items():
            if len(place.partners) != count and any(partner in self.partners_before for partner in place.partners[count:]):
                again = True
        return again

    def _final_thing(self, path: SlotPath) -> Any:
        thing: Any = self.low.store.read(path[0])
        for step in path[1:]:
            match thing:
                case Items(elements) | ListContent(elements):
                    thing = elements[step] if isinstance(step, int) and step < len(elements) else None
                case DictContent(entries) | InstanceContent(entries):
                    thing = dict(entries).get(step)
                case Handle(place):
                    thing = self.low.store.read(place)
                case _:
                    return None
        return thing


def _may_be_none(thing: Any) -> bool:
    options = thing.options if isinstance(thing, Choice) else (thing,)
    return any(isinstance(option, Known) and option.value is None for option in options)


def tells_apart(loop: LoopMatch, head: Any, final: Any) -> bool:
    """Whether references to one of several arrays are told apart."""
    return bool(loop.low.session.tags and options_of(head) and options_of(final))


def is_index(thing: Any) -> bool:
    """Whether a thing is a Python int."""
    if isinstance(thing, Known):
        return type(thing.value) is int
    return isinstance(thing, Value) and isinstance(thing.type, Number) and thing.type.kind == "int" and not thing.type.also


def options_of(thing: Any) -> list[ArrayRef]:
    """Return the arrays that a thing may be; none when it may be something else."""
    options = thing.options if isinstance(thing, Choice) else (thing,)
    arrays = [option for option in options if isinstance(option, ArrayRef)]
    return arrays if len(arrays) == len(options) else []


MOST_ARRAYS = 4  # that one name stands for, round a loop


def fits_option(low: Lowering, option: Abstract, thing: Abstract) -> bool:
    """Whether a thing is of the kind of an option."""
    if isinstance(option, ArrayRef) and isinstance(thing, ArrayRef):
        left, right = low.array_type(option), low.array_type(thing)
        return left.dtype == right.dtype and left.rank == right.rank
    return fits(low, option, thing)


def meet(left: list[Root], right: list[Root]) -> bool:
    """Whether two places may be one: under conditions that do not exclude each other."""
    for place, facts in left:
        for other, others in right:
            if (place is other or other in place.partners) and not any((condition, not holds) in others for condition, holds in facts):
                return True
    return False


def is_named(thing: Any) -> bool:
    """Whether a thing is told apart by its identity: a function, a text, a class, None."""
    return isinstance(thing, (Function, Method, Partial)) or (
        isinstance(thing, Known) and (callable(thing.value) or isinstance(thing.value, (str, type(None), type)))
    )

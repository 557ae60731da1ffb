"""What can be iterated over: how many elements there are, and which is the k-th."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from s2sad.frontend.arrays import length, subscript
from s2sad.frontend.choices import dispatch
from s2sad.frontend.containers import item_of
from s2sad.frontend.contents import content_of
from s2sad.frontend.enums import members
from s2sad.frontend.lists import list_length
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.numpy_calls import apply
from s2sad.frontend.operators import binary
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    GrowingContent,
    Handle,
    Items,
    Known,
    Lazy,
    ListContent,
    Place,
    Range,
    RepeatedContent,
)
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import Number
from s2sad.record import record

MOST_TRIPS = 64


@record()
class Plan:
    """How to visit the elements of something.

    Either `elements` is the number of elements known at compile time and the loop is written out (`structural`), or it is a loop
    over `start`, `stop`, `step`.  `element(k)` gives the element for an index: the loop's own, or a known one.  A container that the
    body may change has `now`, the number of its elements at this moment.
    """

    start: Abstract
    stop: Abstract
    step: Abstract
    element: Callable[[Abstract], Abstract]
    structural: bool = False
    count: int | None = None
    reverse: bool = False
    now: Callable[[], int] | None = None
    lists: tuple[Place, ...] = ()  # lists of unknown length, which the body must not make longer or shorter
    endless: bool = False  # `stop` means nothing

    @property
    def is_counter(self) -> bool:
        """Whether the indices are 0, 1, 2, ..."""
        return (
            isinstance(self.start, Known)
            and self.start.value == 0
            and isinstance(self.step, Known)
            and self.step.value == 1
            and not self.reverse
        )


def is_suspended(thing: Abstract) -> bool:
    """Whether a thing is suspended code, which runs while it is consumed."""
    if isinstance(thing, Handle) and thing.place.kind == "iterator":
        from s2sad.frontend.iterators import Suspended

        return thing.place.cls is Suspended
    if not isinstance(thing, Lazy):
        return False
    if thing.kind in ("zip", "map", "enumerate", "rest", "iter", "starmap", "pairwise", "slice"):
        return any(map(is_suspended, thing.parts))
    return thing.kind in ("generator", "comprehension", "filter", "nest", "chosen")


def resolved(low: Lowering, thing: Abstract) -> Abstract:
    """Return what is iterated over: of an instance, what its `__iter__` gives."""
    while isinstance(thing, Handle) and thing.place.kind == "instance":
        from s2sad.frontend.classes import iterate_object

        thing = low.usable(iterate_object(low, thing))
    return thing


def element_at(low: Lowering, one: Plan, index: Abstract) -> Abstract:
    """Return the element for an index that may vary though the elements are known one by one."""
    if one.structural and not isinstance(index, Known):
        assert one.count is not None
        return item_of(low, Items(tuple(one.element(Known(k)) for k in range(one.count))), index)
    return one.element(index)


def plan(low: Lowering, thing: Abstract) -> Plan:
    """Return how to iterate over a thing."""
    thing = low.usable(thing)
    match thing:
        case Range(start, stop, step):
            return Plan(start, stop, step, lambda k: k)
        case ArrayRef():
            kind = low.array_type(thing)
            if kind.shape == ():
                raise PrimalRaises("iteration over a 0-d array")
            return Plan(Known(0), length(low, thing), Known(1), lambda k: subscript(low, thing, k))
        case Items(elements):
            return _known(len(elements), lambda k: elements[k])
        case Known(value) if isinstance(value, (str, bytes, tuple, list, range)):
            return _known(len(value), lambda k: Known(value[k]))
        case Known(value) if members(value) is not None:
            options = members(value) or []
            return _known(len(options), lambda k: Known(options[k]))
        case Known(value) if isinstance(value, (dict, set, frozenset)):
            keys = list(value)
            return _known(len(keys), lambda k: Known(keys[k]))
        case Handle():
            content = content_of(low, thing)
            if isinstance(content, ListContent):
                return _known(len(content.elements), lambda k: _element(low, thing, k), lambda: _list_length(low, thing))
            if isinstance(content, GrowingContent):
                count = list_length(low, content)
                return Plan(Known(0), count, Known(1), lambda k: item_of(low, thing, k), lists=(thing.place,))
            if isinstance(content, RepeatedContent):
                return Plan(Known(0), content.count, Known(1), lambda k: content.element)
            if isinstance(content, DictContent):
                keys = [key for key, _ in content.entries]
                return _known(len(keys), lambda k: Known(keys[k]), lambda: _same_keys(low, thing, keys))

            if thing.place.kind == "iterator":
                from s2sad.frontend.iterators import opened

                return plan(low, opened(low, thing, whole=False))
            return plan(low, resolved(low, thing))
        case Lazy():
            return _lazy(low, thing)
    if isinstance(thing, Known) and thing.value is None:
        raise PrimalRaises("'NoneType' object is not iterable", TypeError)
    low.refuse("operands", what="a loop", kinds=describe(thing))


def _known(count: int, element: Callable[[int], Abstract], now: Callable[[], int] | None = None) -> Plan:
    def get(index: Abstract) -> Abstract:
        assert isinstance(index, Known)
        return element(index.value)

    return Plan(Known(0), Known(count), Known(1), get, structural=True, count=count, now=now)


def _element(low: Lowering, thing: Handle, k: int) -> Abstract:
    content = content_of(low, thing)
    if not isinstance(content, ListContent) or k >= len(content.elements):
        changed_while_iterated(low)
    return content.elements[k]


def _list_length(low: Lowering, thing: Handle) -> int:
    """Return how many elements a list has now: what the body appends is visited, too."""
    content = low.store.read(thing.place)
    if not isinstance(content, ListContent):
        changed_while_iterated(low)
    return len(content.elements)


def _same_keys(low: Lowering, thing: Handle, keys: list[Any]) -> int:
    """Return the number of keys of a dict or set; Python does not let it change."""
    content = low.store.read(thing.place)
    if not isinstance(content, DictContent):
        changed_while_iterated(low)
    if len(content.entries) != len(keys):
        kind = "Set" if thing.place.kind == "set" else "dictionary"
        raise PrimalRaises(f"{kind} changed size during iteration", RuntimeError)
    if [key for key, _ in content.entries] != keys:
        changed_while_iterated(low)
    return len(keys)


def changed_while_iterated(low: Lowering) -> NoReturn:
    """Refuse a container whose length is no longer known."""
    low.refuse("container", what="a list or dict is changed while it is iterated over", remedy="loop over a copy, list(...)")


def _lazy(low: Lowering, thing: Lazy) -> Plan:

    match thing.kind:
        case "zip":
            plans = [counted(low, plan(low, part)) for part in thing.parts]
            if not plans:
                return _known(0, lambda k: Known(None))
            return _together(low, plans, lambda k: Items(tuple(one.element(k) for one in plans)), bool(thing.detail))
        case "enumerate":
            one = counted(low, plan(low, thing.parts[0]))
            start = thing.parts[1]
            zero = isinstance(start, Known) and start.value == 0
            return _together(low, [one], lambda k: Items((k if zero else binary(low, gast.Add, start, k), one.element(k))), False)
        case "reversed":
            one = plan(low, thing.parts[0])
            if one.structural:
                assert one.count is not None
                count = one.count
                return Plan(
                    Known(0), Known(count), Known(1), lambda k: one.element(Known(count - 1 - low.static(k, "an index"))), True, count
                )
            return Plan(one.start, one.stop, one.step, one.element, reverse=not one.reverse, lists=one.lists)
        case "keys" | "iter":
            return plan(low, thing.parts[0])
        case "rest":
            from s2sad.frontend.iterators import remaining

            return remaining(low, *thing.parts)
        case "count":
            begin, step = thing.parts
            if all(isinstance(part, Known) and part.value == number for part, number in zip(thing.parts, (0, 1), strict=True)):
                return Plan(Known(0), Known(0), Known(1), lambda k: k, endless=True)
            return Plan(Known(0), Known(0), Known(1), lambda k: binary(low, gast.Add, begin, binary(low, gast.Mult, k, step)), endless=True)
        case "repeat":
            value, times = thing.parts
            if isinstance(times, Known) and times.value is None:
                return Plan(Known(0), Known(0), Known(1), lambda k: value, endless=True)
            return Plan(Known(0), times, Known(1), lambda k: value)
        case "cycle":
            one = counted(low, plan(low, thing.parts[0]))
            length = Known(one.count) if one.structural else one.stop
            return Plan(Known(0), Known(0), Known(1), lambda k: element_at(low, one, binary(low, gast.Mod, k, length)), endless=True)
        case "slice":
            return _sliced(low, counted(low, plan(low, thing.parts[0])), *thing.parts[1:])
        case "pairwise":
            one = counted(low, plan(low, thing.parts[0]))
            pair = partial(_pair, low, one)
            if one.structural:
                assert one.count is not None
                return _known(max(0, one.count - 1), lambda k: pair(Known(k)))
            return Plan(Known(0), binary(low, gast.Sub, one.stop, Known(1)), Known(1), pair, endless=one.endless)
        case "starmap":
            function, inner = thing.parts
            one = counted(low, plan(low, inner))
            from s2sad.frontend.calls import call

            return _together(
                low, [one], lambda k: call(low, function, known_elements(low, one.element(k), "the arguments of starmap"), {}), False
            )
        case "values" | "items":
            (handle,) = thing.parts
            assert isinstance(handle, Handle)
            content = content_of(low, handle)
            assert isinstance(content, DictContent)
            keys = [key for key, _ in content.entries]

            def entry(k: int) -> Abstract:
                now = content_of(low, handle)
                found = dict(now.entries)[keys[k]]
                return found if thing.kind == "values" else Items((Known(keys[k]), found))

            return _known(len(keys), entry, lambda: _same_keys(low, handle, keys))
        case "map":
            function, *parts = thing.parts
            plans = [counted(low, plan(low, part)) for part in parts]
            from s2sad.frontend.calls import call

            return _together(low, plans, lambda k: call(low, function, [one.element(k) for one in plans], {}), False)
        case "flat":
            from s2sad.rules.declare import REGISTRY

            flat = apply(low, REGISTRY.rules["ravel"], [thing.parts[0]], {})
            return plan(low, flat)
        case "product" | "ndindex":
            return _product(low, thing)
    low.refuse("yield", what=f"an iterator ({thing.kind}) is consumed here")


def _pair(low: Lowering, one: Plan, k: Abstract) -> Abstract:
    return Items((one.element(k), one.element(binary(low, gast.Add, k, Known(1)))))


def _sliced(low: Lowering, one: Plan, start: Abstract, stop: Abstract, step: Abstract) -> Plan:
    """Return the plan of `itertools.islice`."""
    if one.structural:
        assert one.count is not None
        numbers = range(one.count)[slice(*(low.static(part, "a bound of islice") for part in (start, stop, step)))]
        return _known(len(numbers), lambda k: one.element(Known(numbers[k])))
    if isinstance(start, Known) and start.value is None:
        start = Known(0)
    if isinstance(step, Known) and step.value is None:
        step = Known(1)
    end = one.stop
    if not (isinstance(stop, Known) and stop.value is None):
        end = stop if one.endless else smaller(low, one.stop, stop)
    elif one.endless:
        return counted(low, Plan(start, Known(0), step, one.element, endless=True))
    return Plan(start, end, step, one.element)


def _product(low: Lowering, thing: Lazy) -> Plan:
    plans = [plan(low, part) for part in thing.parts]
    if not all(one.structural or _static_count(low, one) is not None for one in plans):
        low.refuse("star", what="itertools.product")
    counts = [one.count if one.count is not None else _static_count(low, one) or 0 for one in plans]
    plans = [counted(low, one) for one in plans]
    total = 1
    for count in counts:
        total *= count

    def element(k: int) -> Abstract:
        parts: list[Abstract] = []
        for one, count in zip(reversed(plans), reversed(counts), strict=True):
            parts.append(one.element(Known(k % count)))
            k //= count
        return Items(tuple(reversed(parts)))

    return _known(total, element)


def _static_count(low: Lowering, one: Plan) -> int | None:
    parts = [one.start, one.stop, one.step]
    if all(isinstance(part, Known) for part in parts):
        return len(range(*(part.value for part in parts)))  # type: ignore[union-attr]
    return None


def _together(low: Lowering, plans: Sequence[Plan], element: Callable[[Abstract], Abstract], strict: bool) -> Plan:
    """Return the plan that visits several things at once: as many trips as the shortest has elements."""
    structural = any(one.structural for one in plans)
    all_plans = plans
    if plans and all(one.endless for one in plans):
        return Plan(Known(0), Known(0), Known(1), element, endless=True)
    plans = [one for one in plans if not one.endless]
    counts: list[Abstract] = [one.stop for one in plans]
    lists = tuple(place for one in plans for place in one.lists)
    if structural:
        known = min(one.count for one in plans if one.count is not None)
        for one in plans:
            if not one.structural:
                size = _size(low, one.stop)
                if size is None:
                    return _unevenly(low, all_plans, element, strict)
                if low.sizes.at_least(size, known) is not True:
                    number = size.evaluate(low.sizes.seen) if size.known is None else size.known
                    if number is None:
                        low.refuse("star", what="zip of things of known and unknown length")
                    low.sizes.assume(size, "==", Size.of(number))
                    known = min(known, number)
        now = (lambda: _least_now(low, plans, known)) if any(one.now is not None for one in plans) else None
        return Plan(Known(0), Known(known), Known(1), element, True, known, now=now, lists=lists)
    stop = counts[0]
    for other in counts[1:]:
        stop = smaller(low, stop, other)
    return Plan(Known(0), stop, Known(1), element, lists=lists)


def _least_now(low: Lowering, plans: Sequence[Plan], known: int) -> int:
    """Return how many trips things visited together allow at this moment; `known`: how many they allowed at first."""
    counts = [one.count if one.now is None else one.now() for one in plans]
    least = min(count for count in counts if count is not None)
    if least > known and None in counts:
        changed_while_iterated(low)
    return least


def _unevenly(low: Lowering, plans: Sequence[Plan], element: Callable[[Abstract], Abstract], strict: bool) -> Plan:
    """Visit things of known and of unknown length together: the known ones are indexed by a position that varies."""
    assert isinstance(plans, list)
    for number, one in enumerate(plans):
        if one.structural:
            plans[number] = Plan(Known(0), Known(one.count), Known(1), partial(element_at, low, one))
    return _together(low, plans, element, strict)


def _size(low: Lowering, number: Abstract) -> Size | None:
    kind = low.type_of(number)
    return kind.size if isinstance(kind, Number) else None


def smaller(low: Lowering, left: Abstract, right: Abstract) -> Abstract:
    """Return the smaller of two counts, by the sizes where they tell."""
    a, b = _size(low, left), _size(low, right)
    if a is not None and b is not None:
        if a == b or low.sizes.equal(a, b):
            return left
        larger = low.sizes.at_least(a - b, 0)
        if larger is not None:
            return right if larger else left

    from s2sad.frontend.folding import least

    return least(low, [left, right])


def counted(low: Lowering, one: Plan) -> Plan:
    """Return a plan whose indices are 0, 1, 2, ..."""
    if one.structural or (one.is_counter and not one.endless):
        return one
    if one.endless:
        if one.is_counter:
            return one
        return Plan(
            Known(0),
            Known(0),
            Known(1),
            lambda k: one.element(binary(low, gast.Add, one.start, binary(low, gast.Mult, k, one.step))),
            endless=True,
        )

    count = range_length(low, Range(one.start, one.stop, one.step))

    def element(k: Abstract) -> Abstract:
        if one.reverse:
            k = binary(low, gast.Sub, binary(low, gast.Sub, count, Known(1)), k)
        return one.element(binary(low, gast.Add, one.start, binary(low, gast.Mult, k, one.step)))

    return Plan(Known(0), count, Known(1), element, lists=one.lists)


def range_length(low: Lowering, thing: Range) -> Abstract:
    """Return ``len(range(...))``."""
    start, stop, step = (_size(low, part) for part in (thing.start, thing.stop, thing.step))
    if start is not None and stop is not None and step is not None and step.known:
        span = stop - start if step.known > 0 else start - stop
        enough = low.sizes.at_least(span, 0) if span.entry else None
        if enough is not None:
            count = span.ceil_div(abs(step.known)) if enough else Size.of(0)
            return low.size(count)
    return low.emit("trip_count", low.value(thing.start), low.value(thing.stop), low.value(thing.step))


def known_elements(low: Lowering, thing: Abstract, what: str, wanted: int | None = None) -> list[Abstract]:
    """Return the elements of something whose number is known."""
    from s2sad.frontend.iterators import opened

    thing = opened(low, resolved(low, low.usable(thing)))
    if isinstance(thing, Items):
        return list(thing.elements)
    if isinstance(thing, Handle):
        content = content_of(low, thing)
        if isinstance(content, ListContent):
            return list(content.elements)
    if is_suspended(thing):
        thing = as_list(low, thing)
        return known_elements(low, thing, what, wanted)
    if isinstance(thing, Choice):
        low.refuse("star", what=what)
    one = counted(low, plan(low, thing))
    if one.structural:
        assert one.count is not None
        return [one.element(Known(k)) for k in range(one.count)]
    if one.endless:
        low.refuse("star", what=what)
    size = _size(low, one.stop)
    number = None if size is None else size.known
    if number is None and size is not None:
        number = size.evaluate(low.sizes.seen)
        if number is not None:
            if number > MOST_TRIPS:
                low.refuse("budget", what=what, count=number)
            low.sizes.assume(size, "==", Size.of(number))
    if number is None and wanted is not None and size is not None and not low.sizes.seen:
        number = wanted
        low.sizes.assume(size, "==", Size.of(number))
    if number is None:
        if isinstance(one.stop, Value):
            number = int(low.static(one.stop, what))
        else:
            low.refuse("star", what=what)
    if number > MOST_TRIPS:
        low.refuse("budget", what=what, count=number)
    return [one.element(Known(k)) for k in range(number)]


def as_list(low: Lowering, thing: Abstract) -> Abstract:
    """Return ``list(thing)``."""
    from s2sad.frontend.iterators import opened

    thing = opened(low, resolved(low, low.usable(thing)))
    if isinstance(thing, Choice):
        return dispatch(low, thing, lambda option: as_list(low, option))
    if isinstance(thing, Handle):
        content = content_of(low, thing)
        if isinstance(content, ListContent):
            return Handle(low.store.place("list", content))
        if isinstance(content, GrowingContent):
            from s2sad.frontend.sequences import copy

            return copy(low, thing, content)
    from s2sad.frontend.comprehensions import collect

    return collect(low, thing)

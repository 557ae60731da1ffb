"""What is done with lists of unknown length: parts of them, changes in the middle, order, search."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from s2sad.frontend import kinds
from s2sad.frontend.branches import branch
from s2sad.frontend.containers import raise_python, write
from s2sad.frontend.contents import content_of
from s2sad.frontend.elements import is_mutable, kind_of_element, packed, unpacked
from s2sad.frontend.iteration import as_list
from s2sad.frontend.lenses import adopt, detach, from_front, hold_all
from s2sad.frontend.lists import element_kind, grown, widened
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.sharing import relate
from s2sad.frontend.values import Abstract, GrowingContent, Handle, Known, ListContent, SliceValue
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import List, Number, Opaque, Scalar, Type


def grow(low: Lowering, handle: Handle, content: ListContent) -> GrowingContent:
    """Make a list of known length one of unknown length."""
    element = element_kind(low, (content,))
    value = grown(low, content, element)
    for one in content.elements:
        hold_all(low, handle.place, one)
    made = GrowingContent(value, Size.of(len(content.elements)))
    write(low, handle.place, made)
    return made


def made_of(low: Lowering, value: Value, *sources: Handle, length: Size | None = None) -> Handle:
    """Return a new list with elements of others; what is mutable among them is in both."""
    handle = Handle(low.store.place("list", GrowingContent(value, length)))
    assert isinstance(value.type, List)
    if is_mutable(value.type.element):
        handle.place.shared = True
        for source in sources:
            source.place.shared = True
            relate(handle.place, source.place)
    return handle


def place_in(low: Lowering, index: Abstract) -> Value:
    """Return an index of a list as an int."""
    value = low.value(index, "an index")
    return low.emit("to_int", value) if isinstance(value.type, Scalar) else value


def _bounds(low: Lowering, index: SliceValue) -> tuple[list[Value], tuple[str, ...]]:
    given = [
        (name, low.value(bound, "a bound of a slice"))
        for name, bound in (("start", index.start), ("stop", index.stop), ("step", index.step))
        if not (isinstance(bound, Known) and bound.value is None)
    ]
    return [value for _, value in given], tuple(name for name, _ in given)


def sliced(low: Lowering, base: Handle, content: GrowingContent, index: SliceValue) -> Abstract:
    """Return ``items[a:b:c]``."""
    bounds, parts = _bounds(low, index)
    length = content.length if not parts or (parts == ("step",) and low.evaluated(bounds[0]) == -1) else None
    return made_of(low, low.emit("list_slice", content.value, *bounds, parts=parts), base, length=length)


def reverse_of(low: Lowering, items: Value) -> Value:
    """Return a list backwards."""
    return low.emit("list_slice", items, low.constant(-1), parts=("step",))


def _rewrite(low: Lowering, handle: Handle, value: Value, length: Size | None = None) -> None:
    detach(low, handle.place)
    write(low, handle.place, GrowingContent(value, length))


def assign_item(low: Lowering, base: Handle, content: GrowingContent, index: Abstract, value: Abstract) -> None:
    """Carry out ``items[i] = value``."""
    content = widened(low, content, kind_of_element(low, value))
    assert isinstance(content.value.type, List)
    place = place_in(low, index)
    new = packed(low, value, content.value.type.element)
    made = low.emit("list_put", content.value, new, place, name=base.place.name)
    _rewrite(low, base, made, content.length)
    if from_front(low, place):
        adopt(low, base.place, value, place, made)
    else:
        hold_all(low, base.place, value)


def assign_slice(low: Lowering, base: Handle, content: GrowingContent, index: SliceValue, value: Abstract) -> None:
    """Carry out ``items[a:b] = values``."""
    values = as_list(low, value)
    assert isinstance(values, Handle)
    other = content_of(low, values)
    element = element_kind(low, (content, other))
    items, others = grown(low, content, element), grown(low, other, element)
    if is_mutable(element):
        base.place.shared = values.place.shared = True
        relate(base.place, values.place)
    step = low.evaluated(low.value(index.step)) if not (isinstance(index.step, Known) and index.step.value is None) else 1
    if step != 1:
        bounds, parts = _bounds(low, index)
        _rewrite(low, base, low.emit("list_slice_put", items, others, *bounds, parts=parts, name=base.place.name), content.length)
        return
    nothing = Known(None)
    start = index.start if not (isinstance(index.start, Known) and index.start.value is None) else Known(0)
    front = _cut(low, items, SliceValue(nothing, start, nothing))
    stop = index.stop
    if isinstance(stop, Known) and stop.value is None:
        _rewrite(low, base, low.emit("list_concat", front, others))
        return
    first, last = low.evaluated(low.value(start)), low.evaluated(low.value(stop))
    if not (isinstance(first, int) and isinstance(last, int) and (first <= last) and (first < 0) == (last < 0)):
        # What lies behind the slice begins where it ends, and not ahead of where it begins.
        begin = low.emit("list_length", front)
        end = low.emit("list_length", _cut(low, items, SliceValue(nothing, stop, nothing)))
        stop = _larger(low, begin, end)
    rest = _cut(low, items, SliceValue(stop, nothing, nothing))
    _rewrite(low, base, low.emit("list_concat", low.emit("list_concat", front, others), rest))


def _larger(low: Lowering, left: Value, right: Value) -> Value:
    from s2sad.frontend.choices import pick
    from s2sad.graph.types import INT

    return pick(low, low.emit("greater", left, right), left, right, INT)


def _cut(low: Lowering, items: Value, index: SliceValue) -> Value:
    bounds, parts = _bounds(low, index)
    return low.emit("list_slice", items, *bounds, parts=parts)


def delete_item(low: Lowering, base: Handle, content: GrowingContent, index: Abstract) -> None:
    """Carry out ``del items[i]`` or ``del items[a:b]``."""
    if isinstance(index, SliceValue):
        if not (isinstance(index.step, Known) and index.step.value in (None, 1)):
            low.refuse("delete", what="a slice with a step, of a list of unknown length,")
        assign_slice(low, base, content, index, low.list_of(()))
        return
    text = "list assignment index out of range"
    place = position(low, content, index, (text, text))
    _rewrite(low, base, low.emit("list_delete", content.value, place, name=base.place.name), _less(content))


def _less(content: GrowingContent) -> Size | None:
    return None if content.length is None else content.length - 1


def position(low: Lowering, content: GrowingContent, index: Abstract, texts: tuple[str, str]) -> Value:
    """Return the place of an entry, counted from the front; raise IndexError, with one text for an empty list, where there is none."""
    place = place_in(low, index)
    length = low.emit("list_length", content.value)
    known = low.evaluated(place)
    if known in (0, -1) and content.value in low.filled:
        inside: Value | bool = True
    elif isinstance(known, int) and content.length is not None and content.length.known is not None:
        inside = -content.length.known <= known < content.length.known
    elif isinstance(known, int):
        inside = low.emit("greater_equal", length, low.constant(known + 1 if known >= 0 else -known))
    elif from_front(low, place):
        inside = low.emit("less", place, length)
    else:
        inside = low.emit("logical_and", low.emit("less_equal", low.emit("negative", length), place), low.emit("less", place, length))
    if inside is False:
        raise_python(low, IndexError(texts[0]))
    if isinstance(inside, Value):
        if texts[0] == texts[1]:
            branch(low, inside, lambda: None, lambda: raise_python(low, IndexError(texts[0])))
        else:
            some = low.emit("greater", length, low.constant(0))
            empty = partial(raise_python, low, IndexError(texts[1]))
            beyond = partial(raise_python, low, IndexError(texts[0]))
            branch(low, inside, lambda: None, lambda: branch(low, some, beyond, empty))
    if isinstance(known, int):
        return place if known >= 0 else low.emit("add", length, place)
    return place if from_front(low, place) else low.emit("remainder", place, length)


def pop(low: Lowering, handle: Handle, content: GrowingContent, index: Abstract | None = None) -> Abstract:
    """Carry out ``items.pop(i)``; what is emitted as `pop` raises by itself where the list is empty."""
    last = index is None or (isinstance(index, Known) and index.value == -1)
    if last or index is None:
        place = low.constant(-1)
    elif from_front(low, place_in(low, index)):
        place = place_in(low, index)
    else:
        place = position(low, content, index, ("pop index out of range", "pop from empty list"))
    detach(low, handle.place)
    value = low.emit("list_get", content.value, place)
    rest = low.emit("list_pop", content.value) if last else low.emit("list_delete", content.value, place)
    write(low, handle.place, GrowingContent(rest, _less(content)))
    return taken(low, handle, value)


def taken(low: Lowering, handle: Handle, value: Value) -> Abstract:
    """Return what has been taken out of a list."""
    thing = unpacked(low, value)
    if isinstance(thing, Handle):
        thing.place.held = handle.place.shared
    if handle.place.shared:
        hold_all(low, handle.place, thing)
    return thing


def insert(low: Lowering, handle: Handle, content: GrowingContent, index: Abstract, value: Abstract) -> Abstract:
    """Carry out ``items.insert(i, value)``."""
    content = widened(low, content, kind_of_element(low, value))
    assert isinstance(content.value.type, List)
    place = low.value(index, "an index")
    if low.evaluated(place) != 0:
        place = low.emit("list_length", low.emit("list_slice", content.value, place, parts=("stop",)))
    new = packed(low, value, content.value.type.element)
    made = low.emit("list_insert", content.value, new, place, name=handle.place.name)
    _rewrite(low, handle, made, None if content.length is None else content.length + 1)
    hold_all(low, handle.place, value)
    return Known(None)


def concatenated(low: Lowering, left: Handle, right: Handle) -> Abstract:
    """Return ``left + right``."""
    a, b = content_of(low, left), content_of(low, right)
    element = element_kind(low, (a, b))
    lengths = [Size.of(len(one.elements)) if isinstance(one, ListContent) else one.length for one in (a, b)]
    length = lengths[0] + lengths[1] if lengths[0] is not None and lengths[1] is not None else None
    return made_of(low, low.emit("list_concat", grown(low, a, element), grown(low, b, element)), left, right, length=length)


def repeated(low: Lowering, handle: Handle, count: Abstract) -> Abstract:
    """Return ``items * count``."""
    content = content_of(low, handle)
    number = low.value(count, "a number of repetitions")
    size = number.type.size if isinstance(number.type, Number) else None
    if isinstance(content, ListContent) and len(content.elements) == 1:
        (element,) = content.elements
        kind = kind_of_element(low, element)
        if is_mutable(kind):
            from s2sad.frontend.values import ArrayRef, RepeatedContent

            if isinstance(element, ArrayRef):
                return Handle(low.store.place("list", RepeatedContent(element, count)))
            low.refuse("container", what=f"{describe(element)} is repeated in a list", remedy="make each entry anew in a comprehension")
        counted = size if size is not None and low.sizes.at_least(size, 0) is True else None
        return Handle(low.store.place("list", GrowingContent(low.emit("list_filled", packed(low, element, kind), number), counted)))
    value = grown(low, content, element_kind(low, (content,)))
    times = low.evaluated(number)
    if not isinstance(times, int) or not 0 < times <= 16:
        low.refuse("static", what="the number of times that a list is repeated")
    made = value
    for _ in range(times - 1):
        made = low.emit("list_concat", made, value)
    return made_of(low, made, handle)


def copy(low: Lowering, handle: Handle, content: GrowingContent) -> Handle:
    """Return a copy of a list."""
    made = made_of(low, content.value, handle, length=content.length)
    return made


def order_of(low: Lowering, items: Handle, content: GrowingContent, keywords: dict[str, Abstract]) -> Value:
    """Return a list sorted as `list.sort` does."""
    key = keywords.pop("key", Known(None))
    reverse = low.static(keywords.pop("reverse", Known(False)), "the order of a sort")
    for name in keywords:
        low.refuse("unknown keyword", name=name, function="sort", remedy="give key and reverse only")
    keys = content.value
    if not (isinstance(key, Known) and key.value is None):
        from s2sad.frontend.values import Lazy

        ranks = as_list(low, Lazy("map", (key, Handle(low.store.place("list", content)))))
        assert isinstance(ranks, Handle)
        found = content_of(low, ranks)
        keys = grown(low, found, element_kind(low, (found,)))
    order = low.emit("list_order", keys, reverse=bool(reverse))
    return low.emit("list_gather", content.value, order)


def find(low: Lowering, content: GrowingContent, method: str, wanted: Abstract) -> Value:
    """Return ``items.index(value)``, ``items.count(value)`` or ``value in items``."""
    assert isinstance(content.value.type, List)
    element: Type = content.value.type.element
    if element == kinds.NOTHING:
        value = low.constant(None)
    else:
        kind = kind_of_element(low, wanted)
        if is_mutable(element) or is_mutable(kind):
            low.refuse("container", what=f"{describe(wanted)} is looked for in a list", remedy="look for a number or a text")
        comparable = isinstance(kind, (Number, Scalar)) and isinstance(element, (Number, Scalar))
        joined = None if comparable else kinds.join(element, kind, low.sizes)
        if not comparable and (joined is None or _undecided(element)):
            low.refuse("container", what=f"{describe(wanted)} is looked for in a list of {element}", remedy="loop over the list")
        value = packed(low, wanted, kind)
    return low.emit(f"list_{method}", content.value, value)


def _undecided(kind: Type) -> bool:
    if isinstance(kind, Opaque):
        return kind.name != "str"
    return any(map(_undecided, kinds.parts_of(kind)))


def remove(low: Lowering, handle: Handle, content: GrowingContent, wanted: Abstract) -> Abstract:
    """Carry out ``items.remove(value)``."""
    text = "list.remove(x): x not in list"
    branch(low, find(low, content, "contains", wanted), lambda: None, lambda: raise_python(low, ValueError(text)))
    place = find(low, content, "index", wanted)
    _rewrite(low, handle, low.emit("list_delete", content.value, place, name=handle.place.name), _less(content))
    return Known(None)


def _reverse(low: Lowering, handle: Handle, content: GrowingContent) -> Abstract:
    _rewrite(low, handle, reverse_of(low, content.value), content.length)
    return Known(None)


def _clear(low: Lowering, handle: Handle, content: GrowingContent) -> Abstract:
    detach(low, handle.place)
    write(low, handle.place, ListContent(()))
    return Known(None)


def _sort(low: Lowering, handle: Handle, content: GrowingContent, **keywords: Abstract) -> Abstract:
    _rewrite(low, handle, order_of(low, handle, content, keywords), content.length)
    return Known(None)


METHODS: dict[str, Callable[..., Abstract]] = {
    "pop": pop,
    "insert": insert,
    "remove": remove,
    "reverse": _reverse,
    "clear": _clear,
    "copy": copy,
    "sort": _sort,
    "index": lambda low, handle, content, wanted: find(low, content, "index", wanted),
    "count": lambda low, handle, content, wanted: find(low, content, "count", wanted),
}

"""Objects that are elements of a list of unknown length: reading one reads the list, writing one writes the list.

A list is one value of the graph, with all that is in it.  What a program takes out of it (a row, a dict, an instance) or has put into
it is a place whose content leads to the list: there is one copy of every number.  When the list is rearranged, such a place gets
a content of its own; it may still be in the list, so that a later write to either makes the other stale.
"""

from __future__ import annotations

from typing import Any

from s2sad.frontend import kinds
from s2sad.frontend.elements import Form, is_mutable, kind_of_content, packed_content, part, parts_of_content, unpacked
from s2sad.frontend.lower import Lowering
from s2sad.frontend.sameness import coerce
from s2sad.frontend.sharing import connect, relate, stale_partners
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    ElementContent,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    ListContent,
    Place,
)
from s2sad.graph.core import Node, Value
from s2sad.graph.types import Array, List, Record, Tuple, Type


def root_value(low: Lowering, root: Place) -> Value:
    """Return the present content of a list that has elements which are looked at."""
    from s2sad.frontend.contents import content_of

    content = content_of(low, Handle(root))
    if not isinstance(content, GrowingContent):
        low.refuse("conflict", name=root.name or "a list", reason="it is a list of unknown length on some paths only")
    return content.value


def element_value(low: Lowering, content: ElementContent) -> Value:
    """Return the present value of an element."""
    value = root_value(low, content.root)
    if content.value is not None and _appended_since(value, content.since) and low.builder.visible(content.value):
        return content.value
    for step in content.steps:
        value = _step(low, value, step)
    return value


def _step(low: Lowering, whole: Value, step: Value | int) -> Value:
    if isinstance(step, int):
        return part(low, whole, step, kinds.parts_of(whole.type)[step])
    return entry(low, whole, step)


def entry(low: Lowering, items: Value, index: Value) -> Value:
    """Return an entry of a list; what has just been put there is known."""
    owner = items.owner
    if (
        isinstance(owner, Node)
        and owner.operation.name == "list_put"
        and owner.operands[2] is index
        and low.builder.visible(owner.operands[1])
    ):
        return owner.operands[1]
    key = (items, index)
    found = low.entries.get(key)
    if found is None or not low.builder.visible(found):
        found = low.entries[key] = low.emit("list_get", items, index)
    return found


def _appended_since(version: Value, since: Value | None) -> bool:
    while version is not since:
        owner = version.owner
        if not isinstance(owner, Node) or owner.operation.name not in ("list_append", "as_kind"):
            return False
        version = owner.operands[0]
    return True


def element(low: Lowering, holder: Place, index: Value) -> Abstract:
    """Return an element of a list of unknown length as a thing of the program."""
    content = low.store.read(holder)
    root, steps = (content.root, content.steps) if isinstance(content, ElementContent) else (holder, ())
    whole = root_value(low, holder) if root is holder else element_value(low, content)
    assert isinstance(whole.type, List)
    return _seen(low, entry(low, whole, index), root, (*steps, index))


def _seen(low: Lowering, value: Value, root: Place, steps: tuple[Value | int, ...]) -> Abstract:
    """Return what lies behind some steps as a thing of the program; what can be written gets a place that leads there."""
    kind = value.type
    if not is_mutable(kind):
        return unpacked(low, value)
    match kind:
        case Array():
            return ArrayRef(_inner(low, "array", root, steps))
        case Tuple(elements):
            return Items(tuple(_seen(low, part(low, value, k, inner), root, (*steps, k)) for k, inner in enumerate(elements)))
        case Record(name, fields):
            form: Form = low.session.forms[name]
            if form.kind == "named":
                parts = tuple(_seen(low, part(low, value, k, inner), root, (*steps, k)) for k, (_, inner) in enumerate(fields))
                return Items(parts, form.cls)
            return Handle(_inner(low, form.kind, root, steps, form.cls))
    return Handle(_inner(low, "list", root, steps))


def _inner(low: Lowering, kind: str, root: Place, steps: tuple[Value | int, ...], cls: type | None = None) -> Place:
    for known in root.inner:
        content = low.store.read(known)
        if known.kind == kind and known.cls is cls and isinstance(content, ElementContent) and content.steps == steps:
            return known
    place = low.store.place(kind, ElementContent(root, steps), cls=cls)
    place.held = True
    root.inner.append(place)
    connect(place, root)
    return place


def content_behind(low: Lowering, content: ElementContent) -> Any:
    """Return the content of a container that is an element of a list."""
    value = element_value(low, content)
    match value.type:
        case List():
            return GrowingContent(value)
        case Record(name, fields):
            form: Form = low.session.forms[name]
            key = (value, content.root, content.steps)
            parts = low.seen.get(key)
            if parts is None:
                parts = tuple(
                    _seen(low, part(low, value, k, inner), content.root, (*content.steps, k)) for k, (_, inner) in enumerate(fields)
                )
                low.seen[key] = parts
            if form.kind == "list":
                return ListContent(parts)
            entries = tuple(zip(form.keys, parts, strict=True))
            return DictContent(entries) if form.kind == "dict" else InstanceContent(entries)
    raise AssertionError(value.type)


def write_container(low: Lowering, content: ElementContent, new: Any, place: Place) -> None:
    """Replace the content of a container that is an element of a list."""
    kind = kind_of_content(low, place, new)
    assert kind is not None, new
    write_element(low, content, packed_content(low, new, kind), place)


def write_element(low: Lowering, content: ElementContent, new: Value, place: Place) -> None:
    """Replace an element of a list."""
    root = content.root
    if root.shared:
        low.refuse("frozen list")
    root.pierced = True
    whole = root_value(low, root)
    wide = _widened(low, whole.type, content.steps, kinds.forget_size(new.type))
    value = _put(low, coerce(low, whole, wide), content.steps, new)
    from s2sad.frontend.contents import content_of

    before = content_of(low, Handle(root))
    assert isinstance(before, GrowingContent)
    behind, now = low.store.read(root), GrowingContent(value, before.length)
    if isinstance(behind, ElementContent):
        write_container(low, behind, now, root)
    else:
        low.store.write(root, now)
    stale_partners(low, root, place)


def _widened(low: Lowering, kind: Type, steps: tuple[Value | int, ...], new: Type) -> Type:
    """Return the kind of a container of which one part gets another kind."""
    if not steps:
        joined = kinds.join(kind, new, low.sizes)
        if joined is None:
            low.refuse("container", what=f"an element of a list ({kind}) becomes {new}", remedy="keep elements of one kind in a list")
        return joined
    step, *rest = steps
    if isinstance(step, int):
        parts = list(kinds.parts_of(kind))
        parts[step] = _widened(low, parts[step], tuple(rest), new)
        return kinds.with_parts(kind, parts)
    assert isinstance(kind, List)
    return List(_widened(low, kind.element, tuple(rest), new))


def _put(low: Lowering, whole: Value, steps: tuple[Value | int, ...], new: Value) -> Value:
    """Return a container with one element replaced."""
    if not steps:
        return coerce(low, new, whole.type)
    step, *rest = steps
    if isinstance(step, int):
        inner = kinds.parts_of(whole.type)
        parts = [part(low, whole, k, kind) for k, kind in enumerate(inner)]
        parts[step] = _put(low, parts[step], tuple(rest), new)
        return low.emit("pack", *parts, kind=whole.type)
    assert isinstance(whole.type, List)
    value = _put(low, entry(low, whole, step), tuple(rest), new) if rest else coerce(low, new, whole.type.element)
    return low.emit("list_put", whole, value, step, name=whole.name)


def adopt(low: Lowering, holder: Place, thing: Abstract, index: Value, since: Value) -> None:
    """Note that something mutable has been put into a list of unknown length at an index: it is that element from now on."""
    content = low.store.read(holder)
    root, steps = (content.root, content.steps) if isinstance(content, ElementContent) else (holder, ())
    whole = root_value(low, holder) if root is holder else element_value(low, content)
    owner = whole.owner
    if isinstance(owner, Node) and owner.operation.name in ("list_append", "list_put"):
        _adopt(low, thing, root, (*steps, index), owner.operands[1], since if root is holder else None)


def _adopt(low: Lowering, thing: Abstract, root: Place, steps: tuple[Value | int, ...], value: Value, since: Value | None) -> None:
    match thing:
        case Items(elements) if isinstance(value.type, (Tuple, Record)):
            for k, element in enumerate(elements):
                _adopt(low, element, root, (*steps, k), part(low, value, k, kinds.parts_of(value.type)[k]), since)
        case Choice():
            hold_all(low, root, thing)
        case ArrayRef(place) | Handle(place):
            free = hold(low, root, place)
            content = low.store.read(place)
            whole = isinstance(thing, Handle) or not thing.path
            if not free or not whole or place.links or place.origin is not None or place.readonly or not low.store.made_here(place):
                return
            if isinstance(thing, ArrayRef) and not isinstance(content, Value):
                return
            if isinstance(thing, Handle):
                _adopt_parts(low, content, root, steps, value, since)
            low.store.write(place, ElementContent(root, steps, since, value if isinstance(thing, ArrayRef) else None))
            root.inner.append(place)


def _adopt_parts(low: Lowering, content: Any, root: Place, steps: tuple[Value | int, ...], value: Value, since: Value | None) -> None:
    match content:
        case ListContent(things) if isinstance(value.type, List):
            for thing in things:
                hold_all(low, root, thing)
        case ListContent() | DictContent() | InstanceContent():
            for k, thing in enumerate(parts_of_content(content)):
                _adopt(low, thing, root, (*steps, k), part(low, value, k, kinds.parts_of(value.type)[k]), since)


def hold(low: Lowering, root: Place, place: Place) -> bool:
    """Note that a list holds an object; return whether it is the only reference that lists have to it."""
    connect(root, place)
    base = low.store.read(place)
    again = place.held or isinstance(base, ElementContent) or not low.made_in_trip(place)
    place.held = True
    if again:
        share(low, root)
        if isinstance(base, ElementContent):
            share(low, base.root)
    return not again


def share(low: Lowering, root: Place) -> None:
    """Note that an object may be twice in a list, or in two lists."""
    if root.pierced and low.open_loops and not root.shared:
        low.refuse("frozen list")
    root.shared = True


def hold_all(low: Lowering, root: Place, thing: Abstract) -> None:
    """Note that a list holds everything mutable in a thing."""
    match thing:
        case Items(elements):
            for element in elements:
                hold_all(low, root, element)
        case Choice(options=options):
            for option in options:
                hold_all(low, root, option)
        case ArrayRef(place):
            hold(low, root, place)
        case Handle(place):
            if hold(low, root, place):
                content = low.store.read(place)
                if isinstance(content, (ListContent, DictContent, InstanceContent)):
                    for part_ in parts_of_content(content):
                        hold_all(low, root, part_)


def leave_end(low: Lowering, holder: Place) -> None:
    """A list gets longer: an element at an index that may count from the end has a content of its own from now on."""
    for place in list(holder.inner):
        now = low.store.read(place)
        if isinstance(now, ElementContent) and not all(isinstance(step, int) or from_front(low, step) for step in now.steps):
            settle(low, place, now)


def from_front(low: Lowering, index: Value) -> bool:
    """Whether an index certainly counts from the front."""
    known = low.evaluated(index)
    if isinstance(known, int):
        return known >= 0
    loop = low.loops.get(index)
    if loop is not None and getattr(loop, "bounds", None) and loop.body is not None and index is loop.body.parameters[0]:
        start, step = (low.evaluated(low.value(loop.bounds[k])) for k in (0, 2))
        return isinstance(start, int) and isinstance(step, int) and start >= 0 and step > 0
    owner = index.owner
    if isinstance(owner, Node) and owner.operation.name in ("add", "multiply"):
        return all(from_front(low, operand) for operand in owner.operands)
    return isinstance(owner, Node) and owner.operation.name in ("list_length", "length", "size")


def detach(low: Lowering, holder: Place) -> None:
    """A list is rearranged: what was taken out of it has a content of its own from now on."""
    if not holder.inner and not isinstance(low.store.read(holder), ElementContent):
        return
    content = low.store.read(holder)
    root = content.root if isinstance(content, ElementContent) else holder
    steps = content.steps if isinstance(content, ElementContent) else ()
    for place in list(root.inner):
        now = low.store.read(place)
        if isinstance(now, ElementContent) and now.root is root and len(now.steps) > len(steps) and _may_meet(now.steps, steps):
            settle(low, place, now)


def _may_meet(inner: tuple[Value | int, ...], outer: tuple[Value | int, ...]) -> bool:
    return not any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(inner, outer, strict=False))


def settle(low: Lowering, place: Place, content: ElementContent) -> None:
    """Give a place a content of its own; what it was an element of may share memory with it."""
    low.store.write(place, own_content(low, content))
    relate(place, content.root)


def own_content(low: Lowering, content: ElementContent) -> Any:
    """Return what an element is now, apart from the list."""
    value = element_value(low, content)
    if isinstance(value.type, Array):
        return value
    if isinstance(value.type, List):
        return GrowingContent(value)
    thing = unpacked(low, value)
    assert isinstance(thing, Handle)
    return low.store.read(thing.place)

"""Things that were made inside a region, as the outside sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2sad.frontend.lower import Lowering
from s2sad.frontend.sharing import relate
from s2sad.frontend.store import ABSENT, Changes
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
    Lazy,
    ListContent,
    Method,
    Namespace,
    Partial,
    Pending,
    Place,
    Range,
    RepeatedContent,
    SliceValue,
)
from s2sad.graph.core import Value


def exported(
    low: Lowering,
    thing: Any,
    name: str,
    leaf: Callable[[Value, str], Value],
    changes: Changes,
    places: dict[Place, Place],
    since: int | None = None,
    looped: bool = False,
) -> Any:
    """Return a thing that was made inside a region as the outside sees it; `leaf` gives the outer value of an inner one."""

    def outside(place: Place, label: str) -> Place:
        existing = low.store.read(place)
        if existing is not ABSENT:
            if since is not None and place.number > since and places.get(place) is not place:
                places[place] = place  # handed out by a loop inside the region
                low.store.write(place, walk(existing, label))
            elif isinstance(existing, Value) and not low.builder.visible(existing):
                low.store.write(place, leaf(existing, label))
            return place
        found = places.get(place)
        if found is None:
            content = changes.get(place)
            found = low.store.place(
                place.kind,
                None,
                name=place.name,
                cls=place.cls,
                contiguous=place.contiguous,
                origin=place.origin,
                limit=place.limit,
                factory=place.factory,
            )
            places[place] = found
            low.store.write(found, walk(content, label))
            found.held, found.shared, found.pierced = place.held, place.shared, place.pierced
            for inner in place.inner:
                outside(inner, "") if changes.get(inner, ABSENT) is not ABSENT else None
            if isinstance(content, ElementContent) and not looped:
                outside(content.root, "").inner.append(found)
            for partner in place.partners:
                relate(found, places.get(partner, partner))
            for link in place.links:
                for other in (link.joined, link.reference.place):
                    if other is not place:
                        relate(found, places.get(other, other))
        return found

    def walk(item: Any, label: str) -> Any:
        match item:
            case Value():
                return leaf(item, label or item.name)
            case ArrayRef(place, path, operands):
                return ArrayRef(outside(place, label), path, tuple(leaf(operand, operand.name) for operand in operands), item.name)
            case Handle(place):
                return Handle(outside(place, label))
            case Items(elements, cls):
                return Items(tuple(walk(element, label) for element in elements), cls)
            case ListContent(elements):
                return ListContent(tuple(walk(element, label) for element in elements))
            case ElementContent() if looped:
                return Conflict(label, "an element of a list, taken out in a loop", low.location)
            case ElementContent(root, steps):
                return ElementContent(outside(root, ""), tuple(leaf(step, "") if isinstance(step, Value) else step for step in steps))
            case GrowingContent(value, length):
                return GrowingContent(leaf(value, label), length if length is not None and length.entry else None)
            case RepeatedContent(element, count):
                return RepeatedContent(walk(element, label), walk(count, ""))
            case DictContent(entries):
                return DictContent(tuple((key, walk(entry, label)) for key, entry in entries))
            case InstanceContent(fields):
                return InstanceContent(tuple((key, walk(entry, key)) for key, entry in fields))
            case Range(start, stop, step):
                return Range(walk(start, label), walk(stop, label), walk(step, label))
            case SliceValue(start, stop, step):
                return SliceValue(walk(start, label), walk(stop, label), walk(step, label))
            case Method(receiver, function):
                return Method(walk(receiver, label), function if isinstance(function, str) else walk(function, label))
            case Partial(function, arguments, keywords):
                return Partial(
                    walk(function, label), tuple(walk(a, label) for a in arguments), tuple((key, walk(a, key)) for key, a in keywords)
                )
            case Function(source, parent, defaults, keyword_defaults, origin):
                if defaults or keyword_defaults:
                    return Function(
                        source,
                        parent,
                        tuple(walk(a, label) for a in defaults),
                        tuple((key, walk(a, key)) for key, a in keyword_defaults),
                        origin,
                    )
                return item
            case Lazy(kind, parts, detail):
                return Lazy(kind, tuple(walk(part, label) for part in parts), detail)
            case Choice(tag, options):
                return Choice(leaf(tag, ""), tuple(walk(option, label) for option in options))
            case Namespace(receiver, classes):
                return Namespace(walk(receiver, label), classes)
            case Pending():
                return walk(force_in(low, item), label)
        return item

    return walk(thing, name)


def force(low: Lowering, pending: Pending) -> Abstract:
    """Return what a loop has left in a name, making it a slot of the loop."""
    left: Abstract = pending.loop.leave(pending)
    return left


def force_in(low: Lowering, pending: Pending) -> Abstract:
    """The same, for something inside another thing."""
    left: Abstract = pending.loop.leave(pending)
    return left

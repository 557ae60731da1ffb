"""Elements of lists of unknown length: tuples, records and lists as one value, and as things of the program again.

A tuple is a tuple of the graph.  Dicts of known keys, instances, named tuples and lists of unlike things are records; what a
record stands for is noted in the session under its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from s2sad.frontend import kinds
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.sameness import coerce
from s2sad.frontend.values import (
    Abstract,
    Choice,
    DictContent,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    ListContent,
    Place,
    Range,
)
from s2sad.graph.core import CONSTANT, Node, Value
from s2sad.graph.types import Array, List, Opaque, Record, Tuple, Type
from s2sad.record import record


@record(frozen=True)
class Form:
    """What a record of the graph stands for: a named tuple, list, dict or instance, with these keys; or one known thing."""

    kind: str  # "named", "list", "dict", "instance" or "known"
    cls: type | None = None
    keys: tuple[Any, ...] = ()
    known: Any = None


def _noted(low: Lowering, form: Form, label: str) -> str:
    """Return the name under which the session knows a form."""
    forms: dict[str, Form] = low.session.forms
    for name, known in forms.items():
        if known == form:
            return name
    name = label if label not in forms else f"{label}_{len(forms)}"
    forms[name] = form
    return name


def kind_of_element(low: Lowering, thing: Abstract) -> Type:
    """Return the kind that a thing has as an element of a list of unknown length.

    A list is one of unknown length when its elements are of one kind.
    """
    thing = low.usable(thing)
    kind = low.type_of(thing)
    if kind is not None:
        return kinds.forget_size(kind)
    match thing:
        case Items(elements, None):
            return Tuple(tuple(kind_of_element(low, element) for element in elements))
        case Items(elements, cls):
            assert cls is not None
            keys: tuple[Any, ...] = cls._fields  # type: ignore[attr-defined]
            return _record(low, Form("named", cls, keys), cls.__name__, elements)
        case Known(value) if isinstance(value, str):
            return Opaque("str")
        case Known(value) if value is None or callable(value):
            return Opaque(_noted(low, Form("known", known=value), getattr(value, "__name__", "none")))
        case Range():
            from s2sad.frontend.iteration import as_list

            return kind_of_element(low, as_list(low, thing))
        case Handle(place):
            from s2sad.frontend.contents import content_of

            found = kind_of_content(low, place, content_of(low, thing))
            if found is not None:
                return found
        case Choice(_, options):
            one = common_kind(low, [kind_of_element(low, option) for option in options])
            if one is not None and not isinstance(one, (Tuple, Record, List, Opaque)):
                return one
    low.refuse(
        "container",
        what=f"{describe(thing)} in a list of unknown length is not supported",
        remedy="keep numbers, arrays, or tuples, lists and dicts of these in the list",
    )


def kind_of_content(low: Lowering, place: Place, content: Any) -> Type | None:
    """Return the kind of a container with some content; None when it has none."""
    match content:
        case GrowingContent(value):
            return value.type
        case ListContent(elements):
            one = common_kind(low, [kind_of_element(low, element) for element in elements])
            if one is not None:
                return List(one)
            return _record(low, Form("list", None, tuple(range(len(elements)))), "list", elements)
        case DictContent(entries) if place.kind == "dict":
            keys = tuple(key for key, _ in entries)
            return _record(low, Form("dict", None, keys), "dict", [entry for _, entry in entries])
        case InstanceContent(fields) if place not in low.live_objects:
            keys = tuple(key for key, _ in fields)
            label = place.cls.__name__ if place.cls is not None else "instance"
            return _record(low, Form("instance", place.cls, keys), label, [entry for _, entry in fields])
    return None


def common_kind(low: Lowering, found: Sequence[Type]) -> Type | None:
    """Return the one kind of several elements; None when there is none."""
    result: Type = kinds.NOTHING
    for kind in found:
        joined = kinds.join(result, kind, low.sizes)
        if joined is None:
            return None
        result = joined
    return result


def _record(low: Lowering, form: Form, label: str, parts: Sequence[Abstract]) -> Record:
    labels = [key if isinstance(key, str) and key.isidentifier() else f"entry_{number}" for number, key in enumerate(form.keys)]
    if len(set(labels)) != len(labels):
        labels = [f"entry_{number}" for number in range(len(labels))]
    return Record(_noted(low, form, label), tuple((name, kind_of_element(low, part)) for name, part in zip(labels, parts, strict=True)))


def packed(low: Lowering, thing: Abstract, kind: Type) -> Value:
    """Return a thing as one value of a kind."""
    thing = low.usable(thing)
    match kind:
        case Tuple() | Record():
            if isinstance(thing, Value):
                return coerce(low, thing, kind)
            parts = [packed(low, part, inner) for part, inner in zip(parts_of_thing(low, thing), kinds.parts_of(kind), strict=True)]
            return low.emit("pack", *parts, kind=kind)
        case List(element):
            from s2sad.frontend.contents import content_of
            from s2sad.frontend.iteration import as_list
            from s2sad.frontend.lists import grown

            if isinstance(thing, Range):
                thing = as_list(low, thing)
            if isinstance(thing, Handle):
                return grown(low, content_of(low, thing), element)
    if isinstance(thing, Known) and isinstance(kind, Opaque):
        text = thing.value if isinstance(thing.value, str) else None
        return low.builder.constant(text, kind)
    return coerce(low, low.value(thing), kind)


def packed_content(low: Lowering, content: Any, kind: Type) -> Value:
    """Return the content of a container as one value of a kind."""
    if isinstance(kind, List):
        from s2sad.frontend.lists import grown

        return grown(low, content, kind.element)
    parts = [packed(low, part, inner) for part, inner in zip(parts_of_content(content), kinds.parts_of(kind), strict=True)]
    return low.emit("pack", *parts, kind=kind)


def parts_of_thing(low: Lowering, thing: Abstract) -> Sequence[Abstract]:
    """Return the parts of a tuple, list, dict or instance in order."""
    if isinstance(thing, Items):
        return thing.elements
    assert isinstance(thing, Handle), thing
    from s2sad.frontend.contents import content_of

    return parts_of_content(content_of(low, thing))


def parts_of_content(content: Any) -> Sequence[Abstract]:
    """Return the parts of a list, dict or instance in order."""
    match content:
        case ListContent(elements):
            return elements
        case DictContent(entries):
            return [entry for _, entry in entries]
        case InstanceContent(fields):
            return [entry for _, entry in fields]
    raise AssertionError(content)


def part(low: Lowering, whole: Value, number: int, kind: Type) -> Value:
    """Return one part of a tuple or record."""
    owner = whole.owner
    if isinstance(owner, Node) and owner.operation.name == "pack":
        return owner.operands[number]
    return low.emit("item", whole, number=number, kind=kind)


def unpacked(low: Lowering, value: Value) -> Abstract:
    """Return a value as a thing of the program."""
    kind = value.type
    match kind:
        case Tuple(elements):
            return Items(tuple(unpacked(low, part(low, value, number, inner)) for number, inner in enumerate(elements)))
        case Record(name, fields):
            form: Form = low.session.forms[name]
            parts = [unpacked(low, part(low, value, number, inner)) for number, (_, inner) in enumerate(fields)]
            return _formed(low, form, parts)
        case Opaque(name) if name in low.session.forms:
            return Known(low.session.forms[name].known)
        case Opaque("str") if isinstance(value.owner, Node) and value.owner.operation is CONSTANT:
            return Known(value.owner.static["value"])
    return low.result(value)


def _formed(low: Lowering, form: Form, parts: Sequence[Abstract]) -> Abstract:
    match form.kind:
        case "named":
            return Items(tuple(parts), form.cls)
        case "list":
            return low.list_of(parts)
        case "dict":
            return Handle(low.store.place("dict", DictContent(tuple(zip(form.keys, parts, strict=True)))))
    return Handle(low.store.place("instance", InstanceContent(tuple(zip(form.keys, parts, strict=True))), cls=form.cls))


def is_mutable(kind: Type) -> bool:
    """Whether elements of a kind can be written: what refers to one then sees the change."""
    match kind:
        case Array() | List():
            return True
        case Tuple(elements):
            return any(map(is_mutable, elements))
        case Record():
            return True
    return False

"""The signature of what a helper is given: types, structure, what is known, and which things are one object."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from s2sad.frontend.exporting import force
from s2sad.frontend.lower import Lowering
from s2sad.frontend.session import Separate
from s2sad.frontend.values import (
    ArrayRef,
    Choice,
    DictContent,
    Function,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    Lazy,
    ListContent,
    Method,
    Namespace,
    Partial,
    Pending,
    Place,
    Range,
    SliceValue,
)
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, List, Number, Type


class Given:
    """What a helper is given: values in order of appearance, sizes and places numbered by first appearance."""

    def __init__(self, low: Lowering, labels: bool = True) -> None:
        self.low = low
        self.labels = labels  # whether it counts which sizes certainly differ from 1
        self.leaves: list[Callable[[], Value]] = []
        self.sizes: list[Size] = []
        self.place_numbers: dict[Any, int] = {}
        self.place_list: list[Any] = []
        self.keep: list[Any] = []
        self.shared: set[Place] = set()
        self.views: dict[Any, ArrayRef] = {}
        self._values: list[Value] = []

    def copy(self) -> Given:
        """Return a copy that may grow by itself."""
        other = Given(self.low, self.labels)
        other.leaves = list(self.leaves)
        other.sizes = list(self.sizes)
        other.keep = self.keep
        other.place_numbers = dict(self.place_numbers)
        other.place_list = list(self.place_list)
        other.views = dict(self.views)
        other._values = list(self._values)
        return other

    def values(self) -> list[Value]:
        """Return the values that are given, computed where the call stands."""
        while len(self._values) < len(self.leaves):
            self._values.append(self.leaves[len(self._values)]())
        return self._values

    def size(self, size: Size) -> Hashable:
        """Return a size as part of a signature."""
        if size.known is not None:
            return size.known
        for number, known in enumerate(self.sizes):
            if known == size:
                return ("size", number, self.labels and self.low.sizes._is_label(size))
        self.sizes.append(size)
        return ("size", len(self.sizes) - 1, self.labels and self.low.sizes._is_label(size))

    def type(self, kind: Type) -> Hashable:
        """Return a type as part of a signature."""
        if isinstance(kind, Array):
            return ("array", kind.dtype, None if kind.shape is None else tuple(map(self.size, kind.shape)))
        if isinstance(kind, Number):
            return ("number", kind.kind, None if kind.size is None else self.size(kind.size), kind.also)
        if isinstance(kind, List):
            return ("list", self.type(kind.element))
        return (kind, getattr(kind, "also", ()))


class Signer:
    """Computes signatures; `flexible` widens known ints, as in a recursive group."""

    def __init__(self, low: Lowering, given: Given, *, flexible: bool) -> None:
        self.low, self.given, self.flexible = low, given, flexible

    def value(self, value: Value) -> Hashable:
        kind = value.type
        if self.flexible and isinstance(kind, Number) and kind.size is not None:
            kind = Number(kind.kind, None, kind.also)
        self.given.leaves.append(lambda: value)
        return ("value", self.given.type(kind))

    def place(self, place: Any) -> tuple[int, bool]:
        given = self.given
        number = given.place_numbers.get(place)
        if number is not None:
            return number, False
        number = given.place_numbers[place] = len(given.place_list)
        given.place_list.append(place)
        return number, True

    def sign(self, thing: Any) -> Hashable:
        """Return the signature of a thing; its values are added to what is given."""
        low, given = self.low, self.given
        match thing:
            case Pending():
                return self.sign(force(low, thing))
            case Value():
                return self.value(thing)
            case Known(value):
                if (isinstance(value, float) and not isinstance(value, np.generic)) or (self.flexible and type(value) is int):
                    given.leaves.append(lambda: low.constant(value))
                    return ("value", ("number", type(value).__name__, None, ()))
                if isinstance(value, (bool, int, str, bytes, type(None))):
                    return ("known", type(value), value)
                given.keep.append(value)
                return ("object", id(value), str(thing.origin))
            case ArrayRef(place, path, operands):
                if path:
                    key = (place, path, operands)
                    number, new = self.place(key)
                    if new:
                        given.views[key] = thing
                        given.leaves.append(lambda: low.read(thing))
                    return ("view", number, given.type(low.array_type(thing)) if new else None)
                number, new = self.place(place)
                if new:
                    content = low.content(place)
                    given.leaves.append(lambda: low.content(place))
                    return ("place", number, given.type(content.type), place.contiguous, place.readonly)
                return ("place", number)
            case Handle(place):
                number, new = self.place(place)
                if not new:
                    return ("place", number)
                return (
                    "container",
                    number,
                    place.kind,
                    id(place.cls),
                    self.content(low.store.read(place)),
                    str(place.origin) if place in low.live_objects else "",
                )
            case Items(elements, cls):
                return ("items", id(cls), tuple(self.sign(element) for element in elements))
            case Function(source, parent, defaults, keyword_defaults, origin):
                given.keep.append(source.node)
                return (
                    "function",
                    id(source.node),
                    id(parent),
                    tuple(self.sign(one) for one in defaults),
                    tuple((name, self.sign(one)) for name, one in keyword_defaults),
                    str(origin),
                )
            case Method(receiver, function):
                return ("method", self.sign(receiver), function if isinstance(function, str) else self.sign(function))
            case Partial(function, arguments, keywords):
                return (
                    "partial",
                    self.sign(function),
                    tuple(map(self.sign, arguments)),
                    tuple((name, self.sign(one)) for name, one in keywords),
                )
            case Range(start, stop, step):
                return ("range", self.sign(start), self.sign(stop), self.sign(step))
            case SliceValue(start, stop, step):
                return ("slice", self.sign(start), self.sign(stop), self.sign(step))
            case Lazy(kind, parts, detail) if kind in ("zip", "enumerate", "reversed", "map", "keys", "values", "items"):
                return ("lazy", kind, tuple(map(self.sign, parts)), detail)
            case Choice(tag, options):
                if any(isinstance(option, ArrayRef) and option.path for option in options):
                    raise Separate  # a part of an array is read only where the name stands for it
                return ("choice", self.sign(tag), tuple(map(self.sign, options)))
            case Namespace(receiver, classes):
                return ("namespace", self.sign(receiver), tuple(map(id, classes)))
        raise Separate

    def content(self, content: Any) -> Hashable:
        """Return the signature of what is in a container."""
        match content:
            case ListContent(elements):
                return ("list", tuple(map(self.sign, elements)))
            case GrowingContent(value, length):
                self.given.leaves.append(lambda: value)
                return ("growing", self.given.type(value.type), None if length is None or not length.entry else self.given.size(length))
            case DictContent(entries):
                return ("dict", tuple((type(key), key, self.sign(entry)) for key, entry in entries))
            case InstanceContent(fields):
                return ("instance", tuple((key, self.sign(entry)) for key, entry in fields))
        raise Separate


def rebuild(sub: Any, thing: Any, given: Given, parameter: Callable[[Callable[[], Value], Type, str], Value], name: str) -> Any:
    """Return a thing of the caller in a helper's state; `parameter` makes a parameter for a value."""
    low: Lowering = sub.outer

    def place(original: Any, kind: str, content: Any, **facts: Any) -> Place:
        made: Place = sub.store.place(kind, content, **facts)
        sub.imported[original] = made
        return made

    def walk(item: Any, label: str) -> Any:
        match item:
            case Pending():
                return walk(force(low, item), label)
            case Value():
                kind = item.type
                if sub.flexible and isinstance(kind, Number):
                    kind = Number(kind.kind, None, kind.also)
                return parameter(lambda: item, kind, label)
            case Known(value):
                if (isinstance(value, float) and not isinstance(value, np.generic)) or (sub.flexible and type(value) is int):
                    return parameter(lambda: low.constant(value), Number(type(value).__name__), label)
                return item
            case ArrayRef(original, path, operands):
                key: Any = (original, path, operands) if path else original
                found = sub.imported.get(key)
                if found is None:
                    kind = low.array_type(item)
                    value = parameter(lambda: low.read(item), kind, label or original.name)
                    found = place(
                        key,
                        "array",
                        value,
                        name=label or original.name,
                        contiguous=original.contiguous and not path,
                        readonly=original.readonly,
                    )
                return ArrayRef(found, (), (), label)
            case Handle(original):
                found = sub.imported.get(original)
                if found is None:
                    found = place(original, original.kind, None, name=label or original.name, cls=original.cls, origin=original.origin)
                    if original in low.live_objects:
                        sub.live_objects[found] = low.live_objects[original]
                    sub.store.contents[found] = content(low.store.read(original), label)
                return Handle(found)
            case Items(elements, cls):
                return Items(tuple(walk(element, "") for element in elements), cls)
            case Function(source, parent, defaults, keyword_defaults, origin):
                return Function(
                    source,
                    parent,
                    tuple(walk(one, "") for one in defaults),
                    tuple((key, walk(one, "")) for key, one in keyword_defaults),
                    origin,
                )
            case Method(receiver, function):
                return Method(walk(receiver, ""), function if isinstance(function, str) else walk(function, ""))
            case Partial(function, arguments, keywords):
                return Partial(
                    walk(function, ""), tuple(walk(one, "") for one in arguments), tuple((key, walk(one, "")) for key, one in keywords)
                )
            case Range(start, stop, step):
                return Range(walk(start, ""), walk(stop, ""), walk(step, ""))
            case SliceValue(start, stop, step):
                return SliceValue(walk(start, ""), walk(stop, ""), walk(step, ""))
            case Lazy(kind, parts, detail):
                return Lazy(kind, tuple(walk(part, "") for part in parts), detail)
            case Choice(tag, options):
                return Choice(walk(tag, ""), tuple(walk(option, "") for option in options))
            case Namespace(receiver, classes):
                return Namespace(walk(receiver, ""), classes)
        raise Separate

    def content(item: Any, label: str) -> Any:
        match item:
            case ListContent(elements):
                return ListContent(tuple(walk(element, "") for element in elements))
            case GrowingContent(value, length):
                return GrowingContent(
                    parameter(lambda: value, value.type, label), sub.size_here(length) if length is not None and length.entry else None
                )
            case DictContent(entries):
                return DictContent(tuple((key, walk(entry, str(key) if str(key).isidentifier() else "")) for key, entry in entries))
            case InstanceContent(fields):
                return InstanceContent(tuple((key, walk(entry, key)) for key, entry in fields))
        raise Separate

    return walk(thing, name)

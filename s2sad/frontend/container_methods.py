"""Methods of lists, dicts, sets, tuples, texts and numbers."""

from __future__ import annotations

import collections
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.frontend.array_methods import array_method
from s2sad.frontend.choices import dispatch
from s2sad.frontend.containers import list_position, raise_python, write
from s2sad.frontend.contents import content_of
from s2sad.frontend.draws import draw
from s2sad.frontend.lists import append, extend
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.texts import format_text, join_texts, opaque_method
from s2sad.frontend.values import Abstract, Choice, DictContent, GrowingContent, Handle, Items, Known, Lazy, ListContent, RepeatedContent
from s2sad.graph.core import Value
from s2sad.graph.types import Number, Opaque, Scalar


def container_method(low: Lowering, receiver: Abstract, name: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Call a method of a container, a text or a number."""
    if isinstance(receiver, Handle):
        content = content_of(low, receiver)
        table: dict[str, Callable[..., Abstract]] = {}
        if isinstance(content, (ListContent, GrowingContent)):
            from s2sad.frontend.sequences import METHODS as SEQUENCE_METHODS

            table = {**LIST_METHODS, **SEQUENCE_METHODS} if isinstance(content, GrowingContent) else LIST_METHODS
            if receiver.place.cls is collections.deque:
                from s2sad.frontend.deques import DEQUE_METHODS

                table = {**table, **DEQUE_METHODS}
        elif isinstance(content, RepeatedContent):
            table = {"append": _list_append}
        elif isinstance(content, DictContent):
            table = SET_METHODS if receiver.place.kind == "set" else DICT_METHODS
        method = table.get(name)
        if method is None or (keywords and name not in ("sort", "update")):
            low.refuse("unknown attribute", name=name, what=describe(receiver))
        return method(low, receiver, content, *arguments, **keywords)
    if isinstance(receiver, Items):
        if name == "_replace" and receiver.cls is not None:
            fields = receiver.cls._fields  # type: ignore[attr-defined]
            return Items(
                tuple(keywords.get(field, element) for field, element in zip(fields, receiver.elements, strict=True)), receiver.cls
            )
        if name == "_asdict" and receiver.cls is not None:
            fields = receiver.cls._fields  # type: ignore[attr-defined]
            return Handle(low.store.place("dict", DictContent(tuple(zip(fields, receiver.elements, strict=True)))))
        if name == "index" or name == "count":
            return _find(low, receiver.elements, name, arguments[0])
    if isinstance(receiver, Known) and isinstance(receiver.value, (str, bytes)):
        if all(isinstance(argument, Known) for argument in [*arguments, *keywords.values()]):
            return Known(getattr(receiver.value, name)(*(a.value for a in arguments), **{k: v.value for k, v in keywords.items()}))  # type: ignore[union-attr]
        if name == "format":
            return format_text(low, str(receiver.value), arguments, keywords)
        if name == "join":
            return join_texts(low, str(receiver.value), arguments[0])
    if isinstance(receiver, Known) and isinstance(receiver.value, (int, float, complex)) and not isinstance(receiver.value, np.generic):
        return number_method(low, receiver, name, arguments)
    if isinstance(receiver, Value):
        if isinstance(receiver.type, Number):
            return number_method(low, receiver, name, arguments)
        if isinstance(receiver.type, Scalar):
            return array_method(low, receiver, name, arguments, keywords)
        if isinstance(receiver.type, Opaque):
            return opaque_method(low, receiver, name, arguments, keywords)

        return draw(low, receiver, name, arguments, keywords)
    if isinstance(receiver, Known) and isinstance(receiver.value, np.generic):
        return array_method(low, receiver, name, arguments, keywords)
    low.refuse("unknown attribute", name=name, what=describe(receiver))


def number_method(low: Lowering, receiver: Abstract, name: str, arguments: list[Abstract]) -> Abstract:
    """Call a method of a Python number."""
    if name == "conjugate" and not arguments:
        return low.emit("conjugate", low.value(receiver))
    if name == "is_integer" and not arguments:
        value = low.value(receiver)
        return low.emit("equal", low.emit("remainder", value, low.constant(1.0)), low.constant(0.0))
    if name == "item":
        raise PrimalRaises("a Python number has no attribute 'item'")
    low.refuse("unknown attribute", name=name, what=describe(receiver))


def _find(low: Lowering, elements: Sequence[Abstract], name: str, wanted: Abstract) -> Abstract:
    fact = low.static(wanted, "an element to look for")
    facts = [low.static(element, "an element") for element in elements]
    if name == "count":
        return Known(facts.count(fact))
    if fact not in facts:
        raise_python(low, ValueError(f"{fact!r} is not in list"))
    return Known(facts.index(fact))


def _list_append(low: Lowering, receiver: Handle, content: Any, value: Abstract) -> Abstract:
    append(low, receiver, content, low.usable(value))
    return Known(None)


def _list_extend(low: Lowering, receiver: Handle, content: Any, value: Abstract) -> Abstract:
    extend(low, receiver, value)
    return Known(None)


def _list_pop(low: Lowering, receiver: Handle, content: Any, index: Abstract | None = None) -> Abstract:
    if not content.elements:
        raise_python(low, IndexError("pop from empty list"))
    position = -1 if index is None else list_position(low, index, len(content.elements), "pop")
    elements = list(content.elements)
    value = elements.pop(position)
    write(low, receiver.place, ListContent(tuple(elements)))
    return low.usable(value)


def _list_known(method: str) -> Callable[..., Abstract]:
    from s2sad.frontend.folding import sorted_elements

    def run(low: Lowering, receiver: Handle, content: Any, *arguments: Abstract, **keywords: Abstract) -> Abstract:
        if not isinstance(content, ListContent):
            raise AssertionError(content)
        elements = list(content.elements)
        if method == "insert":
            elements.insert(int(low.static(arguments[0], "an index")), arguments[1])
        elif method == "reverse":
            elements.reverse()
        elif method == "clear":
            elements.clear()
        elif method in ("index", "count"):
            return _find(low, elements, method, arguments[0])
        elif method == "copy":
            return low.list_of(elements)
        elif method == "remove":
            position = _find(low, elements, "index", arguments[0])
            assert isinstance(position, Known)
            del elements[position.value]
        elif method == "sort":
            elements = sorted_elements(low, elements, keywords)
        write(low, receiver.place, ListContent(tuple(elements)))
        return Known(None)

    return run


LIST_METHODS: dict[str, Callable[..., Abstract]] = {
    "append": _list_append,
    "extend": _list_extend,
    "pop": _list_pop,
    **{name: _list_known(name) for name in ("insert", "reverse", "clear", "index", "count", "copy", "remove", "sort")},
}


_NONE = Known(None)


def _dict_get(low: Lowering, receiver: Handle, content: DictContent, key: Abstract, default: Abstract = _NONE) -> Abstract:
    if isinstance(key, Choice):
        return dispatch(low, key, lambda option: _dict_get(low, receiver, content, option, default))
    name = low.static(key, "a key of a dict")
    return low.usable(dict(content.entries).get(name, default))


def _dict_view(kind: str) -> Callable[..., Abstract]:
    return lambda low, receiver, content: Lazy(kind, (receiver,))


def dict_update(low: Lowering, receiver: Handle, content: DictContent, other: Abstract | None = None, **keywords: Abstract) -> Abstract:
    """Carry out `dict.update`."""
    entries = dict(content.entries)
    if other is not None:
        more = content_of(low, other) if isinstance(other, Handle) else None
        if isinstance(more, DictContent):
            entries.update(more.entries)
        else:
            from s2sad.frontend.iteration import known_elements

            for pair in known_elements(low, other, "update"):
                key, value = known_elements(low, pair, "update")
                entries[low.static(key, "a key of a dict")] = value
    entries.update(keywords)
    write(low, receiver.place, DictContent(tuple(entries.items())))
    return Known(None)


def _dict_pop(low: Lowering, receiver: Handle, content: DictContent, key: Abstract, *default: Abstract) -> Abstract:
    name = low.static(key, "a key of a dict")
    entries = dict(content.entries)
    if name not in entries:
        if default:
            return default[0]
        raise_python(low, KeyError(name))
    value = entries.pop(name)
    write(low, receiver.place, DictContent(tuple(entries.items())))
    return low.usable(value)


def _dict_setdefault(low: Lowering, receiver: Handle, content: DictContent, key: Abstract, default: Abstract = _NONE) -> Abstract:
    name = low.static(key, "a key of a dict")
    entries = dict(content.entries)
    if name not in entries:
        entries[name] = default
        write(low, receiver.place, DictContent(tuple(entries.items())))
    return low.usable(entries[name])


def _dict_copy(low: Lowering, receiver: Handle, content: DictContent) -> Abstract:
    return Handle(low.store.place(receiver.place.kind, content))


def _dict_clear(low: Lowering, receiver: Handle, content: DictContent) -> Abstract:
    write(low, receiver.place, DictContent(()))
    return Known(None)


DICT_METHODS: dict[str, Callable[..., Abstract]] = {
    "get": _dict_get,
    "keys": _dict_view("keys"),
    "values": _dict_view("values"),
    "items": _dict_view("items"),
    "update": dict_update,
    "pop": _dict_pop,
    "setdefault": _dict_setdefault,
    "copy": _dict_copy,
    "clear": _dict_clear,
}


def _set_add(low: Lowering, receiver: Handle, content: DictContent, element: Abstract) -> Abstract:
    key = low.static(element, "an element of a set")
    write(low, receiver.place, DictContent(tuple({**dict(content.entries), key: Known(None)}.items())))
    return Known(None)


def _set_discard(low: Lowering, receiver: Handle, content: DictContent, element: Abstract) -> Abstract:
    key = low.static(element, "an element of a set")
    write(low, receiver.place, DictContent(tuple((name, entry) for name, entry in content.entries if name != key)))
    return Known(None)


SET_METHODS: dict[str, Callable[..., Abstract]] = {"add": _set_add, "discard": _set_discard, "copy": _dict_copy, "clear": _dict_clear}

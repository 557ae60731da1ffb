"""Lists, tuples, dicts, sets and texts: items, methods, operators."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

import numpy as np

from s2sad.frontend.branches import branch
from s2sad.frontend.choices import dispatch
from s2sad.frontend.contents import content_of
from s2sad.frontend.effects import raise_error
from s2sad.frontend.leaving import guard
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.operators import binary
from s2sad.frontend.sameness import same
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
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
    Place,
    Range,
    RepeatedContent,
    SliceValue,
    Stale,
)
from s2sad.graph.core import Value
from s2sad.graph.types import Number, Scalar

MOST_ELEMENTS = 8  # of a list, at a place that varies


def write(low: Lowering, place: Place, content: Any) -> None:
    """Replace the content of a container; containers that may be the same go stale."""
    before = low.store.read(place)
    if isinstance(before, ElementContent):
        from s2sad.frontend.lenses import write_container

        write_container(low, before, content, place)
        return
    low.store.write(place, content)
    if place.mirror is not None:
        low.store.write(place.mirror, InstanceContent(content.entries))
    for partner in place.partners:
        if partner is place.mirror:
            continue
        if not isinstance(low.store.read(partner), (Value, Stale, ElementContent)) and low.store.read(partner) is not content:
            low.store.write(partner, Stale(partner.name, place.name, low.location))


def item_of(low: Lowering, base: Abstract, index: Abstract) -> Abstract:
    """Return ``base[index]`` for everything but arrays."""
    match base:
        case Items(elements):
            if isinstance(index, SliceValue):
                return Items(tuple(elements[_slice(low, index)]))
            return elements[list_position(low, index, len(elements), "tuple")] if _is_known(index) else _varying_item(low, elements, index)
        case Known(value):
            if isinstance(value, (str, bytes, tuple, list, range)):
                key = _slice(low, index) if isinstance(index, SliceValue) else low.static(index, "an index")
                try:
                    return Known(value[key])
                except (IndexError, TypeError) as problem:
                    raise_python(low, problem)
            if isinstance(value, dict):
                key = low.static(index, "a key")
                if key not in value:
                    raise_python(low, KeyError(key))
                return low.live(value[key], None)
            if isinstance(value, enum.EnumMeta):
                return low.live(value[low.static(index, "the name of a member")], None)
            if value is None:
                raise PrimalRaises("'NoneType' object is not subscriptable", TypeError)
            if isinstance(value, type) or hasattr(value, "__class_getitem__"):
                return base  # list[int] and the like
            if isinstance(value, (int, float, complex)) and not isinstance(value, np.generic):
                raise PrimalRaises(f"'{type(value).__name__}' object is not subscriptable")
        case Handle(place):
            content = content_of(low, base)
            if isinstance(content, ListContent):
                if isinstance(index, SliceValue):
                    return low.list_of(content.elements[_slice(low, index)])
                if _is_known(index):
                    return low.usable(content.elements[list_position(low, index, len(content.elements), "list")], place.name)
                return _varying_item(low, content.elements, index)
            if isinstance(content, GrowingContent):
                return _growing_item(low, base, content, index)
            if isinstance(content, RepeatedContent):
                _check_position(low, low.value(index, "an index"), low.value(content.count))
                return content.element
            if isinstance(content, DictContent):
                return _dict_item(low, base, content, index)

            from s2sad.frontend.classes import call_special

            result = call_special(low, base, "__getitem__", [index])
            if result is not None:
                return result
        case Range():
            return _range_item(low, base, index)
        case Value(type=kind):
            if isinstance(kind, (Number, Scalar)):
                if (isinstance(index, Items) and not index.elements) or (isinstance(index, Known) and index.value is Ellipsis):
                    return base
                raise PrimalRaises("invalid index to scalar variable.")
    low.refuse("operands", what="a subscript", kinds=describe(base))


def _range_item(low: Lowering, base: Range, index: Abstract) -> Abstract:

    if isinstance(index, Known) and isinstance(index.value, int) and index.value >= 0:
        return binary(low, gast.Add, base.start, binary(low, gast.Mult, base.step, index))
    if all(isinstance(part, Known) for part in (base.start, base.stop, base.step)):
        whole = range(base.start.value, base.stop.value, base.step.value)  # type: ignore[union-attr]
        return item_of(low, Items(tuple(Known(k) for k in whole)), index)
    low.refuse("operands", what="a subscript", kinds="a range")


def _is_known(index: Abstract) -> bool:
    return isinstance(index, Known)


def _slice(low: Lowering, index: SliceValue) -> slice:
    return slice(*(low.static(part, "a bound of a slice of a list") for part in (index.start, index.stop, index.step)))


def list_position(low: Lowering, index: Abstract, length: int, kind: str) -> int:
    """Return an index of a list as a number in its range, or raise what Python raises."""
    position = low.static(index, "an index of a list")
    if not isinstance(position, (int, np.integer)):
        raise_python(low, TypeError(f"{kind} indices must be integers or slices, not {type(position).__name__}"))
    if not -length <= position < length:
        raise_python(low, IndexError(f"{kind} index out of range"))
    return int(position)


def raise_python(low: Lowering, problem: Exception) -> NoReturn:
    """Raise, in the program, an exception that Python has raised here."""
    raise_error(low, type(problem).__name__, *(str(part) for part in problem.args))


def _varying_item(low: Lowering, elements: Sequence[Abstract], index: Abstract) -> Abstract:
    """Return an element of a known list at an index that varies: one of several things."""
    if isinstance(index, Choice):
        return dispatch(low, index, lambda option: item_of(low, Items(tuple(elements)), option))
    value = low.value(index, "an index")
    found = low.evaluated(value)
    if isinstance(found, int):
        return elements[list_position(low, Known(found), len(elements), "list")]
    if not elements:
        raise_python(low, IndexError("list index out of range"))
    functions = all(isinstance(element, (Function, Method, Partial)) or is_function(element) for element in elements)
    if len(elements) > MOST_ELEMENTS or not (functions or all(low.type_of(element) is not None for element in elements)):
        low.demand(value)
        low.refuse("static", what="an index of a list of different things")
    if len(elements) == 1 or all(same(elements[0], element) for element in elements):
        return elements[0]
    low.demand_softly(value)
    count = len(elements)
    place = low.emit("remainder", value, low.constant(count))
    _check_index(low, value, count)
    if functions:
        return Choice(place, tuple(elements))
    return dispatch(low, Choice(place, tuple(elements)), lambda option: option)


def is_function(thing: Abstract) -> bool:
    """Whether a thing is a function of the running program."""
    return isinstance(thing, Known) and callable(thing.value)


def _check_index(low: Lowering, value: Value, count: int, message: str = "list index out of range") -> None:

    inside = low.emit("logical_and", low.emit("greater_equal", value, low.constant(-count)), low.emit("less", value, low.constant(count)))
    branch(low, inside, lambda: None, lambda: raise_error(low, "IndexError", message))
    guard(low)


def _check_position(low: Lowering, value: Value, count: Value) -> None:

    inside = low.emit("logical_and", low.emit("greater_equal", value, low.emit("negative", count)), low.emit("less", value, count))
    branch(low, inside, lambda: None, lambda: raise_error(low, "IndexError", "list index out of range"))
    guard(low)


def _growing_item(low: Lowering, base: Handle, content: GrowingContent, index: Abstract) -> Abstract:
    from s2sad.frontend.lenses import element
    from s2sad.frontend.sequences import place_in, sliced

    if isinstance(index, SliceValue):
        return sliced(low, base, content, index)
    return element(low, base.place, place_in(low, index))


def _dict_item(low: Lowering, base: Handle, content: DictContent, index: Abstract) -> Abstract:
    if isinstance(index, Choice):
        return dispatch(low, index, lambda option: item_of(low, base, option))
    key = low.static(index, "a key of a dict")
    for name, entry in content.entries:
        if (type(name) is type(key) and name == key) or (name == key and not isinstance(key, bool)):
            return low.usable(entry, str(key))
    default = base.place.cls
    factory = getattr(default, "default_factory", None)
    del factory
    made: Abstract | None = low.session.missing(low, base, key)
    if made is not None:
        return made
    raise_python(low, KeyError(key))


def set_item_of(low: Lowering, base: Abstract, index: Abstract, value: Abstract) -> None:
    """Carry out ``base[index] = value`` for everything but arrays."""
    if isinstance(base, Handle):
        content = content_of(low, base)
        if isinstance(content, ListContent):
            if isinstance(index, SliceValue):
                from s2sad.frontend.lists import known_or_none

                found = known_or_none(low, value)
                if found is not None:
                    elements = list(content.elements)
                    try:
                        elements[_slice(low, index)] = found
                    except ValueError as problem:
                        raise_python(low, problem)
                    write(low, base.place, ListContent(tuple(elements)))
                    return
            elif _is_known(index):
                position = list_position(low, index, len(content.elements), "list")
                elements = list(content.elements)
                elements[position] = value
                write(low, base.place, ListContent(tuple(elements)))
                return
            else:
                number = low.value(index, "an index")
                low.demand_softly(number)
                things = (*content.elements, value)
                if len(things) <= MOST_ELEMENTS + 1 and any(isinstance(element, (ArrayRef, Handle)) for element in things):
                    _put_varying(low, base.place, content, number, value)
                    return
            from s2sad.frontend.sequences import grow

            content = grow(low, base, content)
        if isinstance(content, GrowingContent):
            from s2sad.frontend.sequences import assign_item, assign_slice

            if isinstance(index, SliceValue):
                assign_slice(low, base, content, index, value)
            else:
                assign_item(low, base, content, index, value)
            return
        if isinstance(content, DictContent):
            key = low.static(index, "a key of a dict")
            entries = dict(content.entries)
            entries[key] = value
            write(low, base.place, DictContent(tuple(entries.items())))
            return

        from s2sad.frontend.classes import call_special

        if call_special(low, base, "__setitem__", [index, value]) is not None:
            return
    if isinstance(base, (Items, Known)):
        name = "tuple" if isinstance(base, Items) else type(base.value).__name__
        raise_python(low, TypeError(f"'{name}' object does not support item assignment"))
    low.refuse("operands", what="assignment to an element", kinds=describe(base))


def _put_varying(low: Lowering, place: Place, content: ListContent, index: Value, value: Abstract) -> None:
    """Put an array or container at a place of a list that varies: each element is the new one or stays what it is."""
    count = len(content.elements)
    if not count:
        raise_python(low, IndexError("list assignment index out of range"))
    if count > MOST_ELEMENTS:
        low.refuse("static", what="an index of a list of arrays")
    _check_index(low, index, count, "list assignment index out of range")
    position = low.emit("remainder", index, low.constant(count))

    def put(k: int) -> None:
        elements = list(content_of(low, Handle(place)).elements)
        elements[k] = value
        write(low, place, ListContent(tuple(elements)))

    for k in range(count):
        branch(low, low.emit("equal", position, low.constant(k)), partial(put, k), lambda: None)


def delete_item(low: Lowering, base: Abstract, index: Abstract) -> None:
    """Carry out ``del base[index]``."""
    if isinstance(base, Handle):
        content = content_of(low, base)
        if isinstance(content, DictContent):
            key = low.static(index, "a key of a dict")
            entries = dict(content.entries)
            if key not in entries:
                raise_python(low, KeyError(key))
            del entries[key]
            write(low, base.place, DictContent(tuple(entries.items())))
            return
        if isinstance(content, ListContent):
            elements = list(content.elements)
            if isinstance(index, SliceValue):
                del elements[_slice(low, index)]
            else:
                del elements[list_position(low, index, len(elements), "list")]
            write(low, base.place, ListContent(tuple(elements)))
            return
        if isinstance(content, GrowingContent):
            from s2sad.frontend.sequences import delete_item as delete_entry

            delete_entry(low, base, content, index)
            return
        from s2sad.frontend.classes import call_special

        if call_special(low, base, "__delitem__", [index]) is not None:
            return
    low.refuse("delete", what=describe(base))

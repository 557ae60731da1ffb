"""Operators on lists, tuples, sets, dicts and texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from s2sad.frontend.choices import dispatch
from s2sad.frontend.containers import write
from s2sad.frontend.contents import content_of
from s2sad.frontend.iteration import MOST_TRIPS
from s2sad.frontend.lists import extend
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.operators import BINARY, COMPARE, compare, conditional, short_circuit, truth
from s2sad.frontend.sequences import concatenated, find, repeated
from s2sad.frontend.syntax import gast
from s2sad.frontend.texts import is_text, joined, text_of
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    Lazy,
    ListContent,
    Range,
)
from s2sad.graph.core import Value


def binary_container(low: Lowering, kind: type, left: Abstract, right: Abstract) -> Abstract | None:
    """Apply an operator to lists, tuples, sets, dicts and texts; None when it is none of theirs."""
    if kind is gast.Add:
        if isinstance(left, Items) and isinstance(right, Items):
            return Items((*left.elements, *right.elements))
        a, b = list_content(low, left), list_content(low, right)
        if a is not None and b is not None:
            if isinstance(a, ListContent) and isinstance(b, ListContent):
                return low.list_of([*a.elements, *b.elements])
            return concatenated(low, left, right)  # type: ignore[arg-type]
    if kind is gast.Mult:
        for thing, count in ((left, right), (right, left)):
            if isinstance(thing, Items):
                return Items(thing.elements * int(low.static(count, "a number of repetitions")))
            content = list_content(low, thing)
            if content is not None and low.type_of(count) is not None:
                times = low.evaluated(low.value(count))
                if isinstance(content, ListContent) and isinstance(times, int) and times * len(content.elements) <= MOST_TRIPS:
                    return low.list_of(content.elements * times)
                assert isinstance(thing, Handle)
                return repeated(low, thing, count)
    if kind is gast.Add and is_text(left) and is_text(right):
        return joined(low, [left, right], "")
    if kind is gast.Mod and isinstance(left, Known) and isinstance(left.value, str):
        return text_of(low, [left, right])
    if kind in (gast.BitOr, gast.BitAnd, gast.Sub, gast.BitXor) and isinstance(left, Handle) and isinstance(right, Handle):
        a, b = content_of(low, left), content_of(low, right)
        if isinstance(a, DictContent) and isinstance(b, DictContent):
            first, second = dict(a.entries), dict(b.entries)
            if kind is gast.BitOr:
                merged = {**first, **second}
            elif kind is gast.BitAnd:
                merged = {key: entry for key, entry in first.items() if key in second}
            elif kind is gast.Sub:
                merged = {key: entry for key, entry in first.items() if key not in second}
            else:
                merged = {key: entry for key, entry in (*first.items(), *second.items()) if (key in first) != (key in second)}
            return Handle(low.store.place(left.place.kind, DictContent(tuple(merged.items()))))
    return None


def list_content(low: Lowering, thing: Abstract) -> Any:
    """Return the content of a list, None for everything else."""
    if isinstance(thing, Handle):
        content = content_of(low, thing)
        if isinstance(content, (ListContent, GrowingContent)):
            return content
    return None


def augmented(low: Lowering, kind: type, old: Handle, value: Abstract) -> Abstract | None:
    """Apply ``old <op>= value`` in place where Python does; None where it makes a new object."""
    content = content_of(low, old)
    if kind is gast.Add and isinstance(content, (ListContent, GrowingContent)):
        extend(low, old, value)
        return old
    if kind is gast.Mult and isinstance(content, ListContent):
        write(low, old.place, ListContent(content.elements * int(low.static(value, "a number of repetitions"))))
        return old
    if kind is gast.BitOr and isinstance(content, DictContent) and isinstance(value, Handle):
        other = content_of(low, value)
        if isinstance(other, DictContent):
            write(low, old.place, DictContent(tuple({**dict(content.entries), **dict(other.entries)}.items())))
            return old
    if isinstance(content, InstanceContent):
        from s2sad.frontend.classes import call_special

        return call_special(low, old, BINARY[kind.__name__][1].replace("__", "__i", 1), [value])
    return None


def membership(low: Lowering, element: Abstract, container: Abstract) -> Abstract:
    """Return ``element in container``."""
    if isinstance(container, Choice):
        return dispatch(low, container, lambda option: membership(low, element, option))
    if isinstance(element, Choice):
        return dispatch(low, element, lambda option: membership(low, option, container))
    if isinstance(container, Known):
        return Known(low.static(element, "an element") in container.value)
    if isinstance(container, Lazy) and container.kind == "keys":
        container = container.parts[0]
    if isinstance(container, Handle):
        content = content_of(low, container)
        if isinstance(content, DictContent):
            key = low.static(element, "a key")
            return Known(any(name == key for name, _ in content.entries))
        if isinstance(content, ListContent):
            elements: Sequence[Abstract] = content.elements
        elif isinstance(content, GrowingContent):
            return find(low, content, "contains", element)
        else:
            from s2sad.frontend.classes import call_special

            result = call_special(low, container, "__contains__", [element])
            if result is not None:
                return result
            low.refuse("operands", what="`in`", kinds=describe(container))
    elif isinstance(container, Items):
        elements = container.elements
    elif isinstance(container, Range) and all(isinstance(part, Known) for part in (container.start, container.stop, container.step)):
        return Known(low.static(element, "an element") in range(container.start.value, container.stop.value, container.step.value))  # type: ignore[union-attr]
    elif isinstance(container, ArrayRef):
        equal = low.emit("equal", low.read(container), low.value(element))
        return low.emit("to_bool", low.emit("any", equal))
    else:
        low.refuse("operands", what="`in`", kinds=describe(container))

    def rest(k: int) -> Abstract:
        if k == len(elements):
            return Known(False)
        return short_circuit(low, compare(low, gast.Eq, element, elements[k]), lambda: rest(k + 1), False)

    return rest(0)


def compare_containers(low: Lowering, kind: type, left: Abstract, right: Abstract) -> Abstract | None:
    """Compare lists and tuples element by element."""
    a, b = _sequence(low, left), _sequence(low, right)
    if a is None or b is None:
        if (
            kind in (gast.Eq, gast.NotEq)
            and (a is None) != (b is None)
            and not isinstance(left, (ArrayRef, Value))
            and not isinstance(right, (ArrayRef, Value))
        ):
            return Known(kind is gast.NotEq)
        return None
    if kind in (gast.Eq, gast.NotEq):
        if len(a) != len(b):
            return Known(kind is gast.NotEq)

        def rest(k: int) -> Abstract:
            if k == len(a):
                return Known(True)
            return short_circuit(low, compare(low, gast.Eq, a[k], b[k]), lambda: rest(k + 1), True)

        equal = rest(0)
        if kind is gast.Eq:
            return equal
        if isinstance(equal, Known):
            return Known(not equal.value)
        return low.emit("logical_not", low.value(equal))
    strict = {gast.LtE: gast.Lt, gast.GtE: gast.Gt}.get(kind, kind)

    def order(k: int) -> Abstract:
        if k == len(a) or k == len(b):
            return Known(bool(COMPARE[kind.__name__][3](len(a), len(b))))

        equal = truth(low, compare(low, gast.Eq, a[k], b[k]))
        if isinstance(equal, bool):
            return order(k + 1) if equal else compare(low, strict, a[k], b[k])
        return conditional(low, equal, lambda: order(k + 1), lambda: compare(low, strict, a[k], b[k]))

    return order(0)


def _sequence(low: Lowering, thing: Abstract) -> Sequence[Abstract] | None:
    if isinstance(thing, Items):
        return thing.elements
    content = list_content(low, thing)
    return content.elements if isinstance(content, ListContent) else None

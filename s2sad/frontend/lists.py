"""Lists of unknown length: what they hold, how they grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from s2sad.frontend import kinds
from s2sad.frontend.containers import write
from s2sad.frontend.contents import content_of
from s2sad.frontend.elements import kind_of_element, packed
from s2sad.frontend.joins import Mismatch
from s2sad.frontend.lenses import adopt, leave_end
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import binary
from s2sad.frontend.sameness import coerce, same
from s2sad.frontend.signals import NeedStatic
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, GrowingContent, Handle, Items, Known, ListContent, RepeatedContent
from s2sad.graph.core import Value
from s2sad.graph.types import List, Type


def element_kind(low: Lowering, contents: Sequence[Any]) -> Type:
    """Return the type that all elements of lists have.

    Raises
    ------
    Mismatch
        When they have none.
    """
    kind: Type | None = None
    for content in contents:
        if isinstance(content, GrowingContent):
            assert isinstance(content.value.type, List)
            found: list[Type] = [content.value.type.element]
        else:
            found = [kind_of_element(low, element) for element in content.elements]
        for one in found:
            joined = one if kind is None else kinds.join(kind, one, low.sizes)
            if joined is None:
                raise Mismatch(f"a list of {kind} and {one}")
            kind = joined
    return kinds.NOTHING if kind is None else kind


def grown(low: Lowering, content: Any, element: Type) -> Value:
    """Return a list of known length as a value of the graph."""
    if isinstance(content, GrowingContent):
        return coerce(low, content.value, List(element))
    value = low.emit("list_new", element=element)
    for one in content.elements:
        value = low.emit("list_append", value, packed(low, one, element))
    return value


def append(low: Lowering, handle: Handle, content: Any, thing: Abstract) -> None:
    """Append to a list."""
    if isinstance(content, ListContent):
        write(low, handle.place, ListContent((*content.elements, thing)))
        return
    if isinstance(content, RepeatedContent):
        if not same(content.element, thing):
            low.refuse("frozen list")

        write(low, handle.place, RepeatedContent(content.element, binary(low, gast.Add, content.count, Known(1))))
        return
    assert isinstance(content.value.type, List)
    content = widened(low, content, kind_of_element(low, thing))
    assert isinstance(content.value.type, List)
    value = packed(low, thing, content.value.type.element)
    leave_end(low, handle.place)
    end = low.emit("list_length", content.value)
    new = low.emit("list_append", content.value, value, name=handle.place.name)
    write(low, handle.place, GrowingContent(new, None if content.length is None else content.length + 1))
    adopt(low, handle.place, thing, end, new)


def widened(low: Lowering, content: GrowingContent, mine: Type) -> GrowingContent:
    """Return a list that can take an element of a kind."""
    assert isinstance(content.value.type, List)
    element = content.value.type.element
    if kinds.contains(element, mine):
        return content
    joined = kinds.join(element, mine, low.sizes)
    if joined is None:
        for loop in reversed(low.open_loops):
            if loop.can_unroll:
                raise NeedStatic(loop)
        low.refuse(
            "container", what=f"a list of {element} gets an element of another kind ({mine})", remedy="keep elements of one kind in a list"
        )
    return GrowingContent(coerce(low, content.value, List(joined)), content.length)


def list_length(low: Lowering, content: GrowingContent) -> Abstract:
    """Return the length of a list of unknown length."""
    size = content.length
    if size is not None and size.entry and all(atom.operator or atom.name in low.graph.size_sources for atom, _ in size.terms):
        return low.size(size)
    return low.emit("list_length", content.value)


def extend(low: Lowering, handle: Handle, value: Abstract) -> None:
    """Carry out ``list.extend(value)``."""
    content = content_of(low, handle)
    if isinstance(content, ListContent):
        found = known_or_none(low, value)
        if found is not None:
            write(low, handle.place, ListContent((*content.elements, *found)))
            return
    from s2sad.frontend.loops import visit

    visit(low, value, Unwritten(), lambda element: append(low, handle, content_of(low, handle), element), {})


class Unwritten:
    """A loop that is not written in the program."""

    body: ClassVar[list[Any]] = []
    target = None
    orelse: ClassVar[list[Any]] = []


def known_or_none(low: Lowering, thing: Abstract) -> list[Abstract] | None:
    """Return the elements of something whose number is known, else None."""
    if isinstance(thing, Handle) and thing.place.kind in ("iterator", "instance"):
        return None
    if isinstance(thing, (Items, Handle)):
        if isinstance(thing, Handle) and isinstance(content_of(low, thing), GrowingContent):
            return None
        from s2sad.frontend.iteration import known_elements

        return known_elements(low, thing, "an extension")
    from s2sad.frontend.iteration import is_suspended

    if is_suspended(thing):
        return None
    from s2sad.frontend.iteration import plan

    one = plan(low, thing)
    if one.structural:
        assert one.count is not None
        from s2sad.frontend.iteration import counted

        one = counted(low, one)
        return [one.element(Known(k)) for k in range(one.count or 0)]
    return None

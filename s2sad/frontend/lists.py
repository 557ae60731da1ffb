"""Lists of unknown length: what they hold, how they grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from s2sad.frontend import kinds
from s2sad.frontend.containers import content_of, write
from s2sad.frontend.joins import Mismatch
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.operators import binary
from s2sad.frontend.sameness import coerce, same
from s2sad.frontend.sharing import connect
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, ArrayRef, GrowingContent, Handle, Items, Known, ListContent, Place, RepeatedContent
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
            found = [_kind(low, element) for element in content.elements]
        for one in found:
            joined = one if kind is None else kinds.join(kind, one, low.sizes)
            if joined is None:
                raise Mismatch(f"a list of {kind} and {one}")
            kind = joined
    if kind is None:
        raise Mismatch("a list whose elements are not known")
    return kind


def _kind(low: Lowering, element: Abstract) -> Type:
    element = low.usable(element)
    if isinstance(element, (Items, Handle)):
        low.refuse(
            "container", what=f"{describe(element)} in a list of unknown length is not supported", remedy="keep one list for each part"
        )
    kind = low.type_of(element)
    if kind is None:
        low.refuse(
            "container",
            what=f"{describe(element)} in a list of unknown length is not supported",
            remedy="keep numbers or arrays in the list",
        )
    return kinds.forget_size(kind)


def grown(low: Lowering, content: Any, element: Type) -> Value:
    """Return a list of known length as a value of the graph."""
    if isinstance(content, GrowingContent):
        if content.value.type == List(element):
            return content.value
        return coerce(low, content.value, List(element))
    value = low.emit("list_new", element=element)
    for one in content.elements:
        value = low.emit("list_append", value, coerce(low, owned(low, one), element))
    return value


def owned(low: Lowering, thing: Abstract) -> Value:
    """Return a thing that goes into a list of unknown length; an array that is written later is refused there."""
    return low.value(thing)


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
    element = content.value.type.element
    mine = _kind(low, thing)
    if not kinds.contains(element, mine):
        joined = kinds.join(element, mine, low.sizes)
        if joined is None:
            low.refuse(
                "container",
                what=f"a list of {element} gets an element of another kind ({mine})",
                remedy="keep elements of one kind in a list",
            )
        element = joined
        content = GrowingContent(coerce(low, content.value, List(element)), content.length)
    value = coerce(low, owned(low, thing), element)
    new = low.emit("list_append", content.value, value, name=handle.place.name)
    if isinstance(thing, ArrayRef):
        relate_frozen(low, handle.place, thing.place)
    write(low, handle.place, GrowingContent(new, None if content.length is None else content.length + 1))


def list_length(low: Lowering, content: GrowingContent) -> Abstract:
    """Return the length of a list of unknown length."""
    if content.length is not None and content.length.entry:
        return low.size(content.length)
    return low.emit("list_length", content.value)


def relate_frozen(low: Lowering, holder: Place, place: Place) -> None:
    """Note that a list holds an array: when either is written, the other goes stale."""
    connect(holder, place)


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

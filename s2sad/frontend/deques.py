"""Deques: lists that are used from both ends, with at most so many elements; and counters, dicts that count."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from s2sad.frontend.branches import branch
from s2sad.frontend.container_methods import container_method
from s2sad.frontend.containers import raise_python, write
from s2sad.frontend.contents import content_of
from s2sad.frontend.iteration import as_list, known_elements
from s2sad.frontend.lists import append, known_or_none
from s2sad.frontend.lower import Lowering
from s2sad.frontend.sequences import grow, made_of, pop, position
from s2sad.frontend.values import Abstract, DictContent, GrowingContent, Handle, Known, ListContent, SliceValue


def make_deque(low: Lowering, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Return ``collections.deque(iterable, maxlen)``."""
    given = dict(zip(("iterable", "maxlen"), arguments, strict=False))
    given.update(keywords)
    limit = low.static(given["maxlen"], "the length of a deque") if "maxlen" in given else None
    handle = Handle(low.store.place("list", ListContent(()), cls=collections.deque, limit=None if limit is None else int(limit)))
    iterable = given.get("iterable")
    if iterable is not None:
        listed = as_list(low, iterable)
        assert isinstance(listed, Handle)
        content = content_of(low, listed)
        write(low, handle.place, content)
        if limit is not None:
            _keep_last(low, handle, int(limit))
    return handle


def _keep_last(low: Lowering, handle: Handle, limit: int) -> None:
    """Drop elements from the front until there are no more than so many."""
    content = content_of(low, handle)
    if isinstance(content, ListContent):
        write(low, handle.place, ListContent(content.elements[max(len(content.elements) - limit, 0) :]))
        return
    from s2sad.frontend.containers import item_of

    nothing = Known(None)
    part = SliceValue(Known(-limit), nothing, nothing) if limit else SliceValue(Known(0), Known(0), nothing)
    kept = item_of(low, handle, part)
    assert isinstance(kept, Handle)
    write(low, handle.place, content_of(low, kept))


def _dropping(low: Lowering, handle: Handle, front: bool) -> None:
    """Drop an element at the other end when one has been added to a deque that is full."""
    limit = handle.place.limit
    if limit is None:
        return
    content = content_of(low, handle)
    if isinstance(content, ListContent):
        if len(content.elements) > limit:
            write(low, handle.place, ListContent(content.elements[1:] if front else content.elements[:-1]))
        return
    if content.length is not None and content.length.known is not None and content.length.known <= limit:
        return
    index = Known(0) if front else None
    full = low.emit("greater", low.emit("list_length", content.value), low.constant(limit))

    def drop() -> None:
        pop(low, handle, content_of(low, handle), index)

    branch(low, full, drop, lambda: None)


def _append(low: Lowering, receiver: Handle, content: Any, value: Abstract) -> Abstract:
    append(low, receiver, content, low.usable(value))
    _dropping(low, receiver, True)
    return Known(None)


def _append_left(low: Lowering, receiver: Handle, content: Any, value: Abstract) -> Abstract:
    if isinstance(content, GrowingContent):
        container_method(low, Handle(receiver.place), "insert", [Known(0), low.usable(value)], {})
    else:
        write(low, receiver.place, ListContent((low.usable(value), *content.elements)))
    _dropping(low, receiver, False)
    return Known(None)


def _pop(left: bool) -> Callable[..., Abstract]:
    def run(low: Lowering, receiver: Handle, content: Any) -> Abstract:
        if isinstance(content, GrowingContent):
            text = "pop from an empty deque"
            position(low, content, Known(0), (text, text))
            return pop(low, receiver, content, Known(0) if left else None)
        if not content.elements:
            raise_python(low, IndexError("pop from an empty deque"))
        elements = list(content.elements)
        value = elements.pop(0 if left else -1)
        write(low, receiver.place, ListContent(tuple(elements)))
        return low.usable(value)

    return run


def _extend(left: bool) -> Callable[..., Abstract]:
    def run(low: Lowering, receiver: Handle, content: Any, values: Abstract) -> Abstract:
        add = _append_left if left else _append
        found = known_or_none(low, values)
        if found is not None:
            for value in found:
                add(low, receiver, content_of(low, receiver), value)
            return Known(None)
        from s2sad.frontend.lists import Unwritten
        from s2sad.frontend.loops import visit

        visit(low, values, Unwritten(), lambda element: add(low, receiver, content_of(low, receiver), element), {})
        return Known(None)

    return run


def _rotate(low: Lowering, receiver: Handle, content: Any, count: Abstract | None = None) -> Abstract:
    steps = Known(1) if count is None else low.usable(count)
    if isinstance(content, ListContent):
        if not isinstance(steps, Known):
            content = grow(low, receiver, content)
        else:
            turned = collections.deque(content.elements)
            turned.rotate(steps.value)
            write(low, receiver.place, ListContent(tuple(turned)))
            return Known(None)
    # ``rotate(k)`` is ``last k + others``; k is taken round the length, and an empty deque stays.
    length = low.emit("list_length", content.value)

    def turn() -> None:
        now = content_of(low, receiver)
        shift = low.emit("remainder", low.emit("negative", low.value(steps)), length)
        ahead = low.emit("list_slice", now.value, shift, parts=("start",))
        behind = low.emit("list_slice", now.value, shift, parts=("stop",))
        write(low, receiver.place, GrowingContent(low.emit("list_concat", ahead, behind), now.length))

    branch(low, low.emit("greater", length, low.constant(0)), turn, lambda: None)
    return Known(None)


def _copy(low: Lowering, receiver: Handle, content: Any) -> Abstract:
    place = receiver.place
    if isinstance(content, GrowingContent):
        made = made_of(low, content.value, receiver, length=content.length)
        made.place.cls, made.place.limit = place.cls, place.limit
        return made
    return Handle(low.store.place("list", content, cls=place.cls, limit=place.limit))


DEQUE_METHODS: dict[str, Callable[..., Abstract]] = {
    "append": _append,
    "appendleft": _append_left,
    "pop": _pop(False),
    "popleft": _pop(True),
    "extend": _extend(False),
    "extendleft": _extend(True),
    "rotate": _rotate,
    "copy": _copy,
}


def make_counter(low: Lowering, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Return ``collections.Counter(iterable)``: how often each thing occurs."""
    handle = Handle(low.store.place("dict", DictContent(()), cls=collections.Counter))
    if keywords or len(arguments) > 1:
        low.refuse("unknown function", name="collections.Counter with these arguments")
    counts: dict[Any, int] = collections.Counter()
    for element in known_elements(low, arguments[0], "what a Counter counts") if arguments else ():
        key = low.static(element, "what a Counter counts")
        counts[key] = counts.get(key, 0) + 1
    write(low, handle.place, DictContent(tuple((key, Known(count)) for key, count in counts.items())))
    return handle

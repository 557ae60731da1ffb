"""Comprehensions: written out over known structure, loops that append over what varies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2sad.frontend.assignment import assign
from s2sad.frontend.branches import branch
from s2sad.frontend.container_methods import container_method
from s2sad.frontend.containers import set_item_of
from s2sad.frontend.contents import content_of
from s2sad.frontend.expressions import expression
from s2sad.frontend.leaving import propagate
from s2sad.frontend.lists import Unwritten, append, known_or_none
from s2sad.frontend.loops import visit
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import truth
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.source import Scope, Source
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, DictContent, Frame, Handle, Lazy, ListContent


class Site:
    """The place of a loop in a comprehension; one object a comprehension, so that what is learnt about it is kept."""

    def __init__(self, node: Any, target: Any) -> None:
        self.lineno = node.lineno
        self.col_offset = node.col_offset
        self.end_lineno = node.end_lineno
        self.end_col_offset = node.end_col_offset
        self.body: list[Any] = []
        self.orelse: list[Any] = []
        self.target = target


def comprehension(low: Lowering, node: Any) -> Abstract:
    """Lower a comprehension or generator expression."""
    if any(getattr(generator, "is_async", 0) for generator in node.generators):
        low.refuse("async", node)
    if isinstance(node, gast.GeneratorExp):
        first = low.usable(expression(low, node.generators[0].iter))
        frame = _frame(low, node)
        return Lazy("comprehension", (first,), (node, frame))
    low.at(node)
    first = low.usable(expression(low, node.generators[0].iter))
    kind = "list" if isinstance(node, gast.ListComp) else "set" if isinstance(node, gast.SetComp) else "dict"
    handle = Handle(low.store.place(kind, ListContent(()) if kind == "list" else DictContent(())))

    def give() -> None:
        if isinstance(node, gast.DictComp):
            key = low.usable(expression(low, node.key))
            set_item_of(low, handle, key, low.usable(expression(low, node.value)))
        elif isinstance(node, gast.SetComp):
            container_method(low, handle, "add", [low.usable(expression(low, node.elt))], {})
        else:
            value = low.usable(expression(low, node.elt))
            low.at(node)
            append(low, handle, content_of(low, handle), value)

    run(low, node, _frame(low, node), first, give)
    return handle


def _frame(low: Lowering, node: Any) -> Frame:
    """Make the frame of a comprehension: its targets are its own, everything else belongs to the frame around it."""
    scope = getattr(node, "_s2sad_scope", None)
    if scope is None:
        scope = Scope()
        for generator in node.generators:
            for name in gast.walk(generator.target):
                if isinstance(name, gast.Name):
                    scope.bound.add(name.id)
        node._s2sad_scope = scope
    outer = low.frame
    source = Source("<comprehension>", node, outer.source.file, outer.source.line, outer.source.column, outer.source.module, None, scope)
    frame = low.new_frame(outer.function, source, outer)
    frame.captured = outer.captured
    outer.captured = outer.captured
    return frame


def run(low: Lowering, node: Any, frame: Frame, first: Abstract, give: Callable[[], None]) -> None:
    """Run the loops of a comprehension; `give` is run for each element."""
    sites = getattr(node, "_s2sad_sites", None)
    if sites is None:
        sites = node._s2sad_sites = [Site(node, generator.target) for generator in node.generators]

    def level(k: int, iterable: Abstract) -> None:
        generator = node.generators[k]

        def body(element: Abstract) -> None:
            assign(low, generator.target, element)
            conditions(generator.ifs, k)

        names = {name: True for name in frame.source.scope.bound}
        visit(low, iterable, sites[k], body, names)
        if low.dead:
            low.dead = False
            raise DeadPath

    def conditions(tests: list[Any], k: int) -> None:
        if tests:
            answer = truth(low, low.usable(expression(low, tests[0])))
            if isinstance(answer, bool):
                if answer:
                    conditions(tests[1:], k)
                return
            branch(low, answer, lambda: conditions(tests[1:], k), lambda: None)
            return
        if k + 1 < len(node.generators):
            level(k + 1, low.usable(expression(low, node.generators[k + 1].iter)))
        else:
            give()

    low.frames.append(frame)
    try:
        level(0, first)
    finally:
        low.frames.remove(frame)
    if low.tries:
        propagate(low, frame)
    if not frame.captured:
        low.store.forget(list(frame.variables.values()))


def collect(low: Lowering, thing: Abstract) -> Abstract:
    """Return the elements of anything that can be iterated over, as a list."""
    known = None
    from s2sad.frontend.iteration import is_suspended

    if isinstance(thing, Lazy) and thing.kind == "zip" and any(map(is_suspended, thing.parts)):
        # Nothing happens between two elements, so each may be listed by itself first.
        from s2sad.frontend.iteration import as_list

        thing = Lazy("zip", tuple(as_list(low, part) if is_suspended(part) else part for part in thing.parts), thing.detail)
    if not is_suspended(thing):
        known = known_or_none(low, thing)
    if known is not None:
        return low.list_of(known)
    handle = Handle(low.store.place("list", ListContent(())))
    visit(low, thing, Unwritten(), lambda element: append(low, handle, content_of(low, handle), low.usable(element)), {})
    if low.dead:
        low.dead = False
        raise DeadPath
    return handle

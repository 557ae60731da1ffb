"""Generators: suspended code, lowered where it is consumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2sad.frontend import exits
from s2sad.frontend.arrays import subscript
from s2sad.frontend.branches import abandon, branch, settle
from s2sad.frontend.comprehensions import run
from s2sad.frontend.expressions import expression
from s2sad.frontend.leaving import propagate, take_over
from s2sad.frontend.lists import Unwritten
from s2sad.frontend.loops import visit
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import truth
from s2sad.frontend.signals import DeadPath, Left
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Items, Known, Lazy


def consume(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """Run `body` for each element that a generator gives."""
    consumer = low.frame
    if lazy.kind == "comprehension":
        node, frame = lazy.detail

        def give() -> None:
            element = low.usable(expression(low, node.elt))
            _hand_over(low, consumer, body, element)

        run(low, node, frame, lazy.parts[0], give)
        return
    if lazy.kind == "filter":
        function, thing = lazy.parts

        from s2sad.frontend.calls import call

        def keep(element: Abstract) -> None:
            test = element if isinstance(function, Known) and function.value is None else call(low, function, [element], {})
            answer = truth(low, test)
            if isinstance(answer, bool):
                if answer:
                    body(element)
                return
            branch(low, answer, lambda: body(element), lambda: None)

        visit(low, thing, Unwritten(), keep, {})
        return
    if lazy.kind == "enumerate":
        _numbered(low, lazy, body)
        return
    if lazy.kind == "nest":
        _nest(low, lazy, body)
        return

    suspended(low, lazy, body)


def suspended(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any], *, managed: bool = False) -> None:
    """Run a generator function; `body` is run, in the frame of its consumer, where it yields.

    A generator that is `managed` by a `with` goes on after a body that leaves early.
    """
    consumer = low.frame
    function, values = lazy.detail
    frame = low.new_frame(function, function.source, function.parent)
    frame.captured = True
    location = low.location
    low.yields[frame] = (consumer, body, managed)
    from s2sad.frontend.calls import enter, leave_frame, run_body

    enter(low, frame, values)
    try:
        run_body(low, frame)
    finally:
        low.frames.pop()
        low.builder.location = location
        del low.yields[frame]
    frame.captured = False
    try:
        if low.tries and not low.dead:
            propagate(low, frame)
    finally:
        leave_frame(low, frame)


def _numbered(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """Count the elements of a generator."""
    inner, start = lazy.parts
    assert isinstance(inner, Lazy)
    count = low.frame.variable(f".count{len(low.frame.variables)}")
    low.frame.source.scope.bound.add(count.name)
    low.store.write(count, start)

    from s2sad.frontend.expressions import read_variable
    from s2sad.frontend.operators import binary

    def numbered(element: Abstract) -> None:
        number = read_variable(low, count, count.name)
        low.store.write(count, binary(low, gast.Add, number, Known(1)))
        body(Items((number, element)))

    consume(low, inner, numbered)
    low.store.forget([count])


def _nest(low: Lowering, lazy: Lazy, body: Callable[[Abstract], Any]) -> None:
    """``np.ndindex`` and ``np.ndenumerate``: one loop inside another."""

    def level(k: int, indices: tuple[Abstract, ...]) -> None:
        if k == len(lazy.parts):
            index = Items(indices)
            body(index if lazy.detail is None else Items((index, subscript(low, lazy.detail, index))))
            return
        visit(low, lazy.parts[k], Unwritten(), lambda element: level(k + 1, (*indices, element)), {})

    level(0, ())


def _hand_over(low: Lowering, consumer: Any, body: Callable[[Abstract], Any], element: Abstract, managed: bool = False) -> None:
    """Run the consumer's body in the consumer's frame."""
    low.frames.append(consumer)
    mark = len(low.opened)
    try:
        try:
            body(element)
        except DeadPath:
            low.dead = True
        except Left:
            pass
        except BaseException:
            abandon(low, mark)
            raise
        settle(low, mark)
    finally:
        low.frames.pop()
    if low.dead:
        low.dead = False
        raise DeadPath
    if low.tries:
        take_over(low, consumer)
    code = low.store.read(consumer.exit)
    if code is ABSENT or managed:
        return
    if isinstance(code, Known) and code.value in (exits.FALLS, exits.CONTINUE):
        low.store.write(consumer.exit, Known(exits.FALLS))
        return
    low.refuse("yield", what="a loop over a generator is left early")


def give(low: Lowering, node: Any) -> Abstract:
    """Lower a `yield`: the consumer's body runs here."""
    frame = low.frame
    found = low.yields.get(frame)
    if found is None:
        low.refuse("yield", node, what="yield here")
    consumer, body, managed = found
    if isinstance(node, gast.YieldFrom):
        visit(low, low.usable(expression(low, node.value)), Unwritten(), lambda element: _hand_over(low, consumer, body, element), {})
        return Known(None)
    element = Known(None) if node.value is None else low.usable(expression(low, node.value))
    low.at(node)
    _hand_over(low, consumer, body, element, managed)
    return Known(None)

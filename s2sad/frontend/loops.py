"""Loops: `for` and `while` as regions, or written out where the structure of the program depends on the trip.

At the head of a loop everything that the body assigns becomes a parameter of the region; the body is lowered once with that.
When what the body leaves does not fit into the parameter (another kind of number, a longer list, a reference to something
else), the head is widened and the body lowered again; the head only ever widens, so that comes to an end.  What the body
hands through unchanged is taken out afterwards.

A name that is plainly assigned in the body refers to a place of its own from the head on, so that ``u, v = v, u`` is a permutation of
contents.  That place may share memory with what the name referred to before the loop; a write to one makes the other stale, and
reading something stale is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from s2sad.errors import UnsupportedError
from s2sad.frontend import exits
from s2sad.frontend.assigned import assigned
from s2sad.frontend.assignment import assign
from s2sad.frontend.choices import dispatch
from s2sad.frontend.effects import raise_error
from s2sad.frontend.expressions import expression, read_variable
from s2sad.frontend.iteration import MOST_TRIPS, Plan, changed_while_iterated, is_suspended, plan, resolved
from s2sad.frontend.loop import Loop
from s2sad.frontend.loop_state import Peel
from s2sad.frontend.lower import Lowering
from s2sad.frontend.operators import binary, truth
from s2sad.frontend.signals import DeadPath, Left, NeedStatic
from s2sad.frontend.statements import block
from s2sad.frontend.syntax import gast
from s2sad.frontend.trips import after_trip, finish, static_trips, unroll, written_out
from s2sad.frontend.values import Abstract, ArrayRef, Choice, Handle, Known, Lazy, Range

MOST_PEELED = 4


def for_statement(low: Lowering, node: Any) -> None:
    """Lower a `for`."""
    iterable = low.usable(expression(low, node.iter))
    low.at(node)

    def trip(element: Abstract) -> None:
        assign(low, node.target, element)
        block(low, node.body)

    if isinstance(iterable, Choice):

        def use(option: Abstract) -> Abstract:
            visit(low, option, node, trip)
            finish(low, node.orelse)
            return Known(None)

        dispatch(low, iterable, use)
        return
    visit(low, iterable, node, trip)
    finish(low, node.orelse)


def visit(low: Lowering, iterable: Abstract, node: Any, body: Callable[[Abstract], Any], names: dict[str, bool] | None = None) -> None:
    """Run `body` for each element; exits of the body are left in the exit code."""
    with low.holding(iterable):
        _visit(low, iterable, node, body, names)


def _visit(low: Lowering, iterable: Abstract, node: Any, body: Callable[[Abstract], Any], names: dict[str, bool] | None = None) -> None:
    """Run `body` for each element; exits of the body are left in the exit code."""
    from s2sad.frontend.iterators import iterate, spend, state

    iterable = resolved(low, low.usable(iterable))
    if isinstance(iterable, Choice):

        def use(option: Abstract) -> Abstract:
            visit(low, option, node, body, names)
            return Known(None)

        dispatch(low, iterable, use)
        return
    place = iterable.place if isinstance(iterable, Handle) and iterable.place.kind == "iterator" else None
    if is_suspended(iterable):
        from s2sad.frontend.generators import consume

        source = iterable if place is None else state(low, place)[0]
        if place is not None:
            spend(low, place, False)
        whole = consume(low, source, body) if isinstance(source, Lazy) else True
        if place is not None and whole:
            spend(low, place, True)
        return
    found = iterate(low, place) if place is not None else None
    one = plan(low, iterable) if found is None else found
    if one.endless:
        _endless(low, one, node, body, names)
        return
    if one.structural:
        unroll(low, one, body, what=f"the loop at line {low.location.line}")
        return
    bounds = [low.usable(part) for part in (one.start, one.stop, one.step)]
    if isinstance(bounds[2], Known) and bounds[2].value == 0:
        raise_error(low, "ValueError", "range() arg 3 must not be zero")
    if all(isinstance(part, Known) for part in bounds) and len(range(*(part.value for part in bounds))) == 0:  # type: ignore[union-attr]
        return
    loop = Loop(low, node, assigned(node) if names is None else names)
    loop.can_unroll = all(isinstance(part, Known) for part in bounds) and len(range(*(part.value for part in bounds))) <= MOST_TRIPS  # type: ignore[union-attr]
    loop.bounds = None if one.reverse else bounds
    counts = isinstance(getattr(node, "target", None), gast.Name) and one.is_counter
    hint = node.target.id if counts or _plain_range(iterable, node) else ""
    if isinstance(iterable, ArrayRef):
        hint = ""
    try:
        loop.run_for(one, bounds, body, hint)
        if any(loop.changes_length(place) for place in one.lists):
            changed_while_iterated(low)
    except NeedStatic as need:
        if need.culprit is not loop:
            raise
        count = static_trips(low, bounds)
        if count is None:
            low.refuse("static", what=f"the index of the loop at line {low.frames[-1].source.location(node).line}")
        unroll(low, written_out(one, count), body, what="a loop whose index must be known")
    except Peel:
        peel(low, one, bounds, body, loop, hint)
    except UnsupportedError as problem:
        # What the loop starts with is shared with something else; what a trip leaves may not be.
        if problem.code != "S2S130" or low.session.peeled >= MOST_PEELED or not loop.peels:
            raise
        low.session.peeled += 1
        peel(low, one, bounds, body, loop, hint)


def _endless(low: Lowering, one: Plan, node: Any, body: Callable[[Abstract], Any], names: dict[str, bool] | None) -> None:
    """Run through something that has no end: the body leaves the loop."""
    from s2sad.frontend.generators import hidden

    index = hidden(low, "index", one.start)

    def trip() -> None:
        k = read_variable(low, index, index.name)
        low.store.write(index, binary(low, gast.Add, k, one.step))
        body(one.element(k))

    loop = Loop(low, node, {**(assigned(node) if names is None else names), index.name: True})
    loop.run_while(gast.Constant(value=True, kind=None), trip)
    low.store.forget([index])


def peel(low: Lowering, one: Plan, bounds: Sequence[Abstract], body: Callable[[Abstract], Any], loop: Loop, hint: str) -> None:
    """Lower the first trip by itself: the head of the others starts from what it has left."""
    start, stop, step = bounds

    def others() -> None:
        rest = Plan(binary(low, gast.Add, start, step), stop, step, one.element)
        again = Loop(low, loop.site, loop.names)
        again.run_for(rest, [rest.start, stop, step], body, hint)

    try:
        body(one.element(start))
    except DeadPath:
        low.dead = True
    except Left:
        pass
    after_trip(low, others)


def _plain_range(iterable: Abstract, node: Any) -> bool:

    return isinstance(iterable, Range) and isinstance(getattr(node, "target", None), gast.Name)


def _walk(low: Lowering, node: Any, problem: UnsupportedError) -> None:
    """Write a `while` out that walks over a structure which is known, such as a linked list: its condition is decided at each trip."""

    def go(trips: int) -> None:
        while True:
            answer = truth(low, low.usable(expression(low, node.test)))
            if not isinstance(answer, bool) or (answer and trips == MOST_TRIPS):
                raise problem
            if not answer:
                return
            block(low, node.body)
            trips += 1
            if low.dead:
                return
            code = exits.current(low)
            if not isinstance(code, Known) or code.value not in (exits.FALLS, exits.CONTINUE):
                after_trip(low, partial(go, trips))
                return
            low.store.write(low.frame.exit, Known(exits.FALLS))

    try:
        go(0)
    except DeadPath:
        low.dead = True


def while_statement(low: Lowering, node: Any) -> None:
    """Lower a `while`."""
    loop = Loop(low, node, assigned(node))
    try:
        loop.run_while(node.test, lambda: block(low, node.body))
    except UnsupportedError as problem:
        if problem.code != "S2S131":
            raise
        _walk(low, node, problem)
    except NeedStatic as need:
        if need.culprit is not loop:
            raise
        low.refuse("static", what="a number that changes in this `while` loop")
    finish(low, node.orelse)

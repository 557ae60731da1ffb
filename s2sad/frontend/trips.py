"""Loops that are written out, trip by trip, and what leaves them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from s2sad.frontend import exits
from s2sad.frontend.branches import branch
from s2sad.frontend.choices import pick
from s2sad.frontend.iteration import MOST_TRIPS, Plan
from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import DeadPath, Left, NeedStatic
from s2sad.frontend.statements import after, block
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import Abstract, Known
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import INT, Number


def after_trip(low: Lowering, others: Callable[[], None] | None) -> None:
    """Run the other trips where the one before has not left the loop."""
    if low.dead:
        return
    code = exits.current(low)
    if isinstance(code, Known):
        if code.value in (exits.FALLS, exits.CONTINUE):
            low.store.write(low.frame.exit, Known(exits.FALLS))
            if others is not None:
                others()
        return
    leaving = tuple(filter(exits.passes_loop, code.codes))
    if not leaving or others is None:
        if leaving:
            narrow(low, code)
        else:
            low.store.write(low.frame.exit, Known(exits.FALLS))
            if others is not None:
                others()
        return
    left = exits.is_code(low, code, leaving)
    assert isinstance(left, Value)

    def stay() -> None:
        low.store.write(low.frame.exit, Known(leaving[0]) if len(leaving) == 1 else exits.Exit(code.value, leaving))

    def rest() -> None:
        low.store.write(low.frame.exit, Known(exits.FALLS))
        low.store.write(low.frame.result, ABSENT)
        others()

    branch(low, left, stay, rest)


def static_trips(low: Lowering, bounds: Sequence[Abstract]) -> list[int] | None:
    """Return the indices of a loop over a range that must be known; None when they cannot be."""
    numbers = []
    for part in bounds:
        if isinstance(part, Known):
            numbers.append(int(part.value))
            continue
        kind = low.type_of(part)
        size = kind.size if isinstance(kind, Number) else None
        if size is not None and size.known is not None:
            numbers.append(size.known)
        elif size is not None and size.entry and (seen := size.evaluate(low.sizes.seen)) is not None and isinstance(part, Value):
            found = low.session.static_culprit(part)
            if found is not None:
                raise NeedStatic(found)
            low.sizes.assume(size, "==", Size.of(seen))
            numbers.append(seen)
        elif isinstance(part, Value):
            low.demand(part)
            return None
    return list(range(*numbers))


def written_out(one: Plan, trips: list[int]) -> Plan:
    """Return the plan of a loop that is written out for known indices."""
    if one.reverse:
        trips = trips[::-1]
    return Plan(Known(0), Known(len(trips)), Known(1), lambda k: one.element(Known(trips[k.value])), True, len(trips))  # type: ignore[union-attr]


def certainly_runs(low: Lowering, bounds: Sequence[Abstract]) -> bool | None:
    """Whether a loop over a range makes at least one trip, for the sizes of the entry."""
    sizes = []
    for part in bounds:
        kind = low.type_of(part)
        if not isinstance(kind, Number) or kind.size is None:
            return None
        sizes.append(kind.size)
    start, stop, step = sizes
    if step.known is None or step.known == 0:
        return None
    span = stop - start if step.known > 0 else start - stop
    if not span.entry:
        return None
    return low.sizes.at_least(span, 1)


def trip_size(low: Lowering, bounds: Sequence[Abstract]) -> Size | None:
    """Return the number of trips of a loop over a range, where sizes tell it without an assumption."""
    sizes = []
    for part in bounds:
        kind = low.type_of(part)
        if not isinstance(kind, Number) or kind.size is None or not kind.size.entry:
            return None
        sizes.append(kind.size)
    start, stop, step = sizes
    if not step.known:
        return None
    span = stop - start if step.known > 0 else start - stop
    if low.sizes.at_least(span, 0) is not True:
        return None
    return span.ceil_div(abs(step.known))


def unroll(low: Lowering, one: Plan, body: Callable[[Abstract], Any], what: str) -> None:
    """Write a loop out."""

    def count() -> int:
        number = (one.count or 0) if one.now is None else one.now()
        if number > MOST_TRIPS:
            low.refuse("budget", what=what, count=number)
        return number

    def go(k: int) -> None:
        while k < count():
            body(one.element(Known(k)))
            if low.dead:
                return
            code = exits.current(low)
            k += 1
            if not isinstance(code, Known):
                after_trip(low, functools.partial(go, k) if k < count() else None)
                return
            if code.value not in (exits.FALLS, exits.CONTINUE):
                return
            low.store.write(low.frame.exit, Known(exits.FALLS))

    try:
        go(0)
    except DeadPath:
        low.dead = True
    except Left:
        pass


def narrow(low: Lowering, code: exits.Exit) -> None:
    """Take `continue` out of an exit code at the end of a trip."""
    if exits.CONTINUE not in code.codes:
        return
    left = tuple(sorted({exits.FALLS, *code.codes} - {exits.CONTINUE}))
    if left == (exits.FALLS,):
        low.store.write(low.frame.exit, Known(exits.FALLS))
    elif len(left) == 2:
        flag = exits.is_code(low, code, (left[1],))
        assert isinstance(flag, Value)
        low.store.write(low.frame.exit, exits.Exit(flag, left))
    else:
        value = pick(low, low.emit("equal", code.value, low.constant(exits.CONTINUE)), low.constant(exits.FALLS), code.value, INT)
        low.store.write(low.frame.exit, exits.Exit(value, left))


def finish(low: Lowering, orelse: Sequence[Any]) -> None:
    """After a loop: `else`, and `break` has done its work."""
    if low.dead:
        return
    code = exits.current(low)
    if isinstance(code, Known):
        if code.value == exits.BREAK:
            low.store.write(low.frame.exit, Known(exits.FALLS))
        elif code.value == exits.FALLS and orelse:
            block(low, orelse)
        return
    if exits.BREAK not in code.codes:
        if orelse:
            after(low, code, lambda: block(low, orelse))
        return
    if orelse and exits.FALLS in code.codes:
        after(low, code, lambda: block(low, orelse))
        code = exits.current(low)
        if isinstance(code, Known):
            if code.value == exits.BREAK:
                low.store.write(low.frame.exit, Known(exits.FALLS))
            return
    left = tuple(sorted({exits.FALLS, *code.codes} - {exits.BREAK}))
    if left == (exits.FALLS,):
        low.store.write(low.frame.exit, Known(exits.FALLS))
        return
    if len(left) == 2:
        flag = exits.is_code(low, code, (left[1],))
        low.store.write(low.frame.exit, Known(left[1]) if flag is True else exits.Exit(flag, left))  # type: ignore[arg-type]
        return

    value = pick(low, low.emit("equal", code.value, low.constant(exits.BREAK)), low.constant(exits.FALLS), code.value, INT)
    low.store.write(low.frame.exit, exits.Exit(value, left))

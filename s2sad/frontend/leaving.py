"""Exceptions on their way to a handler leave a statement in its middle, and the functions that it calls."""

from __future__ import annotations

from collections.abc import Callable

from s2sad.frontend import exits
from s2sad.frontend.branches import Opened, run_arm
from s2sad.frontend.choices import pick
from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import Left
from s2sad.frontend.values import Frame, Known
from s2sad.graph.core import Value
from s2sad.graph.types import INT


def leave_if(low: Lowering, condition: Value, leave: Callable[[], None]) -> None:
    """The path leaves where the condition holds; what follows in the statement is lowered where it does not."""
    left = run_arm(low, leave, condition, True)
    assumed = low.assume(condition, False)
    region = low.builder.new_region()
    low.opened.append(Opened(condition, left, region, low.builder.region, assumed))
    low.store.begin()
    low.builder.region = region
    low.builder.open[region] = None


def guard(low: Lowering) -> None:
    """Where an exception may have left the present frame's statement, lower what follows only where none has.

    Raises
    ------
    Left
        When nothing follows.
    """
    code = exits.current(low)
    if isinstance(code, Known):
        if exits.raises(code.value):
            raise Left
        return
    leaving = tuple(filter(exits.raises, code.codes))
    if not leaving:
        return
    if exits.FALLS not in code.codes:
        raise Left
    flag = exits.is_code(low, code, leaving)
    assert isinstance(flag, Value)
    narrow = exits.narrowed(low, code, leaving)
    leave_if(low, flag, lambda: low.store.write(low.frame.exit, narrow))
    low.store.write(low.frame.exit, Known(exits.FALLS))


def propagate(low: Lowering, inner: Frame) -> None:
    """Carry an exception out of a frame that has ended into the present one.

    Raises
    ------
    Left
        When the frame has certainly been left by an exception.
    """
    code = low.store.read(inner.exit)
    if isinstance(code, Known):
        if exits.raises(code.value):
            low.store.write(low.frame.exit, code)
            raise Left
        return
    if not isinstance(code, exits.Exit):
        return
    leaving = tuple(filter(exits.raises, code.codes))
    if not leaving:
        return
    if len(leaving) == len(code.codes):
        low.store.write(low.frame.exit, code)
        raise Left
    before = exits.current(low)
    rest = exits.only(low, code, leaving)
    if isinstance(before, Known) and before.value == exits.FALLS:
        low.store.write(low.frame.exit, rest)
        return
    # The present frame waits to leave in another way: unless an exception comes, it still does.
    codes = tuple(sorted({*exits.kinds_of(before), *leaving}))
    value = exits.as_int(low, rest)
    merged = pick(low, low.emit("equal", value, low.constant(exits.FALLS)), exits.as_int(low, before), value, INT)
    low.store.write(low.frame.exit, exits.narrowed(low, exits.Exit(merged, codes), codes))


def take_over(low: Lowering, inner: Frame) -> None:
    """Carry an exception out of a frame that has not ended into the present one; what else the frame leaves by, it keeps."""
    code = low.store.read(inner.exit)
    if not any(map(exits.raises, exits.kinds_of(code))):
        return
    try:
        propagate(low, inner)
    finally:
        kept = tuple(one for one in exits.kinds_of(code) if not exits.raises(one))
        low.store.write(inner.exit, exits.only(low, code, kept) if isinstance(code, exits.Exit) and kept else Known(exits.FALLS))

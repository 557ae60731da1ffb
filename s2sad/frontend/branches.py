"""Branches: both sides lowered from one state, then closed by an `if`.

Where an exception may leave a statement in its middle, the rest of the statement is a branch as well: it is *opened* where the path
may leave, and *settled* where the statement (the trip, the branch) ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import DeadPath, Left, PrimalRaises
from s2sad.frontend.store import Changes
from s2sad.graph.core import Region, Value
from s2sad.record import record


@record(eq=False)
class Arm:
    """A branch that has been lowered: its region, what it changed, whether its end is reached."""

    region: Region
    changes: Changes = field(default_factory=dict)
    dead: bool = False


@record(eq=False)
class Opened:
    """A branch that is being lowered up to the end of the statement; `left` is the other one, which has left."""

    condition: Value
    left: Arm
    region: Region
    outer: Region
    assumed: dict[Value, frozenset[int]]


def branch(low: Lowering, condition: Value, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
    """Lower an `if` whose condition varies, both sides from the present state, and join what they leave."""
    location = low.location
    arms = [run_arm(low, then, condition, True), run_arm(low, otherwise, condition, False)]
    low.builder.location = location
    close(low, condition, arms)


def run_arm(low: Lowering, body: Callable[[], None], condition: Value | None = None, holds: bool = True, arm: Arm | None = None) -> Arm:
    """Lower one side; a given arm is continued."""
    assumed = low.assumed if condition is None else low.assume(condition, holds)
    low.store.begin()
    if arm is None:
        arm = Arm(low.builder.new_region())
    else:
        for key, content in arm.changes.items():
            low.store.write(key, content)
    low.dead = arm.dead
    mark = len(low.opened)
    try:
        with low.builder.inside(arm.region):
            try:
                body()
            except DeadPath:
                low.dead = True
            except Left:
                pass
            except PrimalRaises as problem:
                raise_here(low, problem)
            settle(low, mark)
    except BaseException:
        abandon(low, mark)
        low.store.rollback()
        low.assumed = assumed
        raise
    low.assumed = assumed
    arm.changes = low.store.rollback()
    arm.dead = low.dead
    low.dead = False
    return arm


def raise_here(low: Lowering, problem: PrimalRaises) -> None:
    """The function raises on this path, which need not be taken."""
    if low.tries:
        from s2sad.frontend.raising import caught_here

        if caught_here(low, problem):
            return
    low.effect("raise_", low.constant(str(problem)), exception=problem.exception)
    low.dead = True


def close(low: Lowering, condition: Value, arms: list[Arm]) -> None:
    """Append the `if` and make its results the present state."""
    from s2sad.frontend.joins import Join

    join = Join(low, condition, arms)
    join.run()
    low.dead = arms[0].dead and arms[1].dead


def settle(low: Lowering, mark: int) -> None:
    """Close the branches that have been opened since `mark`."""
    location = low.location
    while len(low.opened) > mark:
        one = low.opened.pop()
        arm = Arm(one.region, low.store.rollback(), low.dead)
        low.dead = False
        _step_out(low, one)
        close(low, one.condition, [one.left, arm])
    low.builder.location = location


def abandon(low: Lowering, mark: int) -> None:
    """Forget the branches that have been opened since `mark`: what they belong to is given up."""
    while len(low.opened) > mark:
        one = low.opened.pop()
        low.store.rollback()
        _step_out(low, one)


def _step_out(low: Lowering, one: Opened) -> None:
    if low.builder.region is one.region:  # an error may have led out of it already
        low.builder.region = one.outer
    del low.builder.open[one.region]
    low.assumed = one.assumed

"""Branches: both sides lowered from one state, then closed by an `if`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import DeadPath, PrimalRaises
from s2sad.frontend.store import Changes
from s2sad.graph.core import Region, Value
from s2sad.record import record


@record(eq=False)
class Arm:
    """A branch that has been lowered: its region, what it changed, whether its end is reached."""

    region: Region
    changes: Changes = field(default_factory=dict)
    dead: bool = False


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
    try:
        with low.builder.inside(arm.region):
            try:
                body()
            except DeadPath:
                low.dead = True
            except PrimalRaises as problem:
                raise_here(low, problem)
    except BaseException:
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
    low.effect("raise_", low.constant(str(problem)), exception=problem.exception)
    low.dead = True


def close(low: Lowering, condition: Value, arms: list[Arm]) -> None:
    """Append the `if` and make its results the present state."""
    from s2sad.frontend.joins import Join

    join = Join(low, condition, arms)
    join.run()
    low.dead = arms[0].dead and arms[1].dead

"""Things that are one of several: which, and their use by `if`s."""

from __future__ import annotations

from collections.abc import Callable

from s2sad.frontend.branches import branch
from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import Abstract, Choice, Variable
from s2sad.graph.core import IF, Value
from s2sad.graph.types import BOOL, INT, Type


def option_number(low: Lowering, thing: Abstract, numbers: list[int]) -> Value:
    """Return the number of an option among joined ones, given the numbers of its own options."""
    if not isinstance(thing, Choice):
        return low.constant(numbers[0])
    tag = thing.tag
    if tag.type == BOOL:
        return select_number(low, tag, numbers[0], numbers[1])
    if numbers == list(range(len(numbers))):
        return tag
    result = low.constant(numbers[-1])
    for k in range(len(numbers) - 2, -1, -1):
        result = pick(low, low.emit("equal", tag, low.constant(k)), low.constant(numbers[k]), result, INT)
    return result


def select_number(low: Lowering, condition: Value, left: int, right: int) -> Value:
    """Return one of two ints."""
    return pick(low, condition, low.constant(left), low.constant(right), INT)


def pick(low: Lowering, condition: Value, left: Value, right: Value, kind: Type, name: str = "") -> Value:
    """Append an `if` that gives one of two values that exist."""
    regions = (low.builder.new_region(), low.builder.new_region())
    regions[0].results.append(left)
    regions[1].results.append(right)
    return low.builder.append(IF, (condition,), {}, [kind], names=[name], regions=regions).results[0]


def dispatch(low: Lowering, choice: Choice, use: Callable[[Abstract], Abstract]) -> Abstract:
    """Use one of several things: an `if` for each that is possible here, and the results joined."""
    allowed = low.assumed.get(choice.tag)
    return _dispatch(low, choice, use, [number for number in range(len(choice.options)) if allowed is None or number in allowed])


def _dispatch(low: Lowering, choice: Choice, use: Callable[[Abstract], Abstract], numbers: list[int]) -> Abstract:
    first, *rest = numbers
    if not rest:
        return use(low.usable(choice.options[first]))
    condition = is_option(low, choice, frozenset((first,)))
    holder = Variable("$choice", low.frame)

    def run(step: Callable[[], Abstract]) -> Callable[[], None]:
        def body() -> None:
            low.store.write(holder, step())

        return body

    branch(low, condition, run(lambda: use(low.usable(choice.options[first]))), run(lambda: _dispatch(low, choice, use, rest)))
    if low.dead:
        raise DeadPath
    if low.tries:
        from s2sad.frontend.leaving import guard

        guard(low)
    result: Abstract = low.store.read(holder)
    low.store.write(holder, ABSENT)
    return low.usable(result)


def is_option(low: Lowering, choice: Choice, wanted: frozenset[int]) -> Value:
    """Return whether a choice is one of the options of these numbers, as a bool that branches understand."""
    tag, count = choice.tag, len(choice.options)
    if tag.type == BOOL:
        if 0 in wanted:
            return tag
        return low.emit("logical_not", tag)
    numbers = sorted(wanted)
    others = [number for number in range(count) if number not in wanted]
    if len(others) < len(numbers):
        condition = _one_of(low, tag, others, "not_equal", "logical_and")
    else:
        condition = _one_of(low, tag, numbers, "equal", "logical_or")
    low.tests[condition] = (tag, wanted, count)
    return condition


def _one_of(low: Lowering, tag: Value, numbers: list[int], compare: str, combine: str) -> Value:
    result: Value | None = None
    for number in numbers:
        test = low.emit(compare, tag, low.constant(number))
        result = test if result is None else low.emit(combine, result, test)
    assert result is not None
    return result

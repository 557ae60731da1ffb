"""Exit codes: how `break`, `continue` and `return` travel to where they go.

The code is a variable of the frame, so branches and loops carry it.  Code that follows a branch which may have exited is lowered
once, where the code is 0.
"""

from __future__ import annotations

from s2sad.frontend.choices import pick, select_number
from s2sad.frontend.lower import Lowering
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import Known, Unbound
from s2sad.graph.core import Value
from s2sad.graph.types import BOOL, INT
from s2sad.record import record

FALLS, BREAK, CONTINUE, RETURN = 0, 1, 2, 3
FAILS = 4  # a condition of `while` that is evaluated inside the trip
RAISES = 5  # the first code of an exception on its way to a handler: one code for each handler around


@record(frozen=True, eq=False)
class Exit:
    """An exit code that varies: a bool (true is `codes[1]`) when there are two codes and one is 0, else an int."""

    value: Value
    codes: tuple[int, ...]


Code = Known | Exit


def kinds_of(code: object) -> tuple[int, ...]:
    """Return the codes that are possible."""
    if isinstance(code, Exit):
        return code.codes
    return (code.value,) if isinstance(code, Known) else (FALLS,)


def raises(code: int) -> bool:
    """Whether a code is that of an exception."""
    return code >= RAISES


def ends_loop(code: int) -> bool:
    """Whether a code leaves the loop in whose body it arises."""
    return code not in (FALLS, CONTINUE)


def passes_loop(code: int) -> bool:
    """Whether a code that has left a loop goes on to what is around it."""
    return code in (BREAK, RETURN) or raises(code)


def narrowed(low: Lowering, code: Exit, left: tuple[int, ...]) -> Code:
    """Return a code where only the codes `left` are possible any more."""
    if len(left) == 1:
        return Known(left[0])
    if len(left) == 2 and left[0] == FALLS and code.value.type != BOOL:
        return Exit(low.emit("not_equal", code.value, low.constant(FALLS)), left)
    return Exit(code.value, left)


def as_int(low: Lowering, code: Code) -> Value:
    """Return a code as an int."""
    if isinstance(code, Known):
        return low.constant(code.value)
    return select_number(low, code.value, code.codes[1], FALLS) if code.value.type == BOOL else code.value


def only(low: Lowering, code: Exit, kept: tuple[int, ...]) -> Code:
    """Return a code in whose place, where it is none of `kept`, stands that nothing has been left."""
    if kept in ((), (FALLS,)):
        return Known(FALLS)
    found = tuple(sorted({FALLS, *kept}))
    if len(found) == 2:
        flag = is_code(low, code, (found[1],))
        return Known(found[1] if flag else FALLS) if isinstance(flag, bool) else Exit(flag, found)
    value = as_int(low, code)
    for one in code.codes:
        if one not in found:
            value = pick(low, low.emit("equal", value, low.constant(one)), low.constant(FALLS), value, INT)
    return Exit(value, found)


def current(low: Lowering) -> Code:
    """Return the exit code of the present frame."""
    code = low.store.read(low.frame.exit)
    return Known(FALLS) if code is ABSENT or isinstance(code, Unbound) else code


def leave(low: Lowering, code: int) -> None:
    """Note that the path leaves by `code`."""
    low.store.write(low.frame.exit, Known(code))


def certain(low: Lowering) -> bool:
    """Whether the path has certainly left the block."""
    return low.dead or FALLS not in kinds_of(current(low))


def as_code(low: Lowering, code: object, codes: tuple[int, ...]) -> Value:
    """Return a code as a value: a bool when `codes` is 0 and one other, else an int."""
    flags = len(codes) == 2 and codes[0] == FALLS
    if isinstance(code, Exit):
        if code.codes == codes or (not flags and code.value.type != BOOL):
            return code.value
        if code.value.type == BOOL:
            return select_number(low, code.value, code.codes[1], FALLS)
        return code.value
    number = code.value if isinstance(code, Known) else FALLS
    return low.constant(number != FALLS) if flags else low.constant(number)


def is_code(low: Lowering, code: Code, wanted: tuple[int, ...]) -> Value | bool:
    """Return whether a code is one of `wanted`: a bool, or a value."""
    possible = kinds_of(code)
    inside = [one for one in possible if one in wanted]
    if not inside:
        return False
    if len(inside) == len(possible):
        return True
    assert isinstance(code, Exit)
    if code.value.type == BOOL:
        return code.value if code.codes[1] in wanted else low.emit("logical_not", code.value)
    result: Value | None = None
    if len(possible) - len(inside) < len(inside):
        for one in possible:
            if one not in wanted:
                test = low.emit("not_equal", code.value, low.constant(one))
                result = test if result is None else low.emit("logical_and", result, test)
    else:
        for one in inside:
            test = low.emit("equal", code.value, low.constant(one))
            result = test if result is None else low.emit("logical_or", result, test)
    assert result is not None
    return result

"""`try`: handlers by exit codes, `finally` on every way out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from s2sad.frontend import exits
from s2sad.frontend.assignment import assign
from s2sad.frontend.branches import branch
from s2sad.frontend.exceptions import raise_thing
from s2sad.frontend.exporting import force
from s2sad.frontend.expressions import expression
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.raising import Attempt, Classes, Handler
from s2sad.frontend.source import children
from s2sad.frontend.statements import after, block
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Choice, Items, Known, Pending, Unbound, Variable

Body = Callable[[], Any]


def try_statement(low: Lowering, node: Any) -> None:
    """Lower a `try`."""

    def attempt() -> None:
        if node.handlers:
            _handlers(low, node)
        else:
            block(low, node.body)

    if node.finalbody:
        finally_do(low, attempt, lambda: block(low, node.finalbody), any(map(shows, node.finalbody)))
    else:
        attempt()


def _handlers(low: Lowering, node: Any) -> None:
    taken = _classes(low, node)
    handlers = [
        handler_of(low, classes, k, part.name is not None and _reads(part, part.name.id), any(map(_raises_again, part.body)))
        for k, (classes, part) in enumerate(zip(taken, node.handlers, strict=True))
    ]

    def handle(handler: Handler, part: Any) -> None:
        exception = None if handler.caught is None else caught_in(low, handler)
        low.handling.append(exception)
        try:
            if part.name is not None:
                assign(low, part.name, Known(None) if exception is None else exception)
            block(low, part.body)
        finally:
            low.handling.pop()
        if part.name is not None and not low.dead:
            low.store.write(low.frame.variable(part.name.id), ABSENT)

    otherwise = partial(block, low, node.orelse) if node.orelse else None
    bodies = [(handler, partial(handle, handler, part)) for handler, part in zip(handlers, node.handlers, strict=True)]
    attempted(low, lambda: block(low, node.body), bodies, otherwise)


def caught_in(low: Lowering, handler: Handler) -> Abstract:
    """Return the exception that has led to a handler that looks at it."""
    assert handler.caught is not None
    thing: Abstract = low.store.read(handler.caught)
    if isinstance(thing, Pending):
        thing = force(low, thing)
    if isinstance(thing, Choice):
        options = [option for option in thing.options if not isinstance(option, Unbound)]  # the other paths have not led here
        if len(options) == 1:
            return options[0]
    return low.usable(thing)


def handler_of(low: Lowering, classes: Classes, number: int, *looks: bool) -> Handler:
    """Return a new handler; its code differs from those of the handlers around."""
    code = exits.RAISES + sum(len(attempt.handlers) for attempt in low.tries) + number
    return Handler(classes, code, Variable(".error", low.frame) if any(looks) else None)


def attempted(
    low: Lowering, body: Body, handlers: Sequence[tuple[Handler, Body]], otherwise: Body | None = None, *, always: bool = False
) -> None:
    """Lower a body with handlers of its exceptions; `otherwise` is run where it has come to its end.

    With `always` it is run on every way out, and asks itself which one that is.
    """
    attempt = Attempt([handler for handler, _ in handlers])
    low.tries.append(attempt)
    try:
        body()
    finally:
        low.tries.remove(attempt)
    if low.dead:
        return
    if otherwise is not None and always:
        otherwise()
    elif otherwise is not None:
        code = exits.current(low)
        if isinstance(code, exits.Exit):
            if exits.FALLS in code.codes:
                after(low, code, otherwise)
        elif code.value == exits.FALLS:
            otherwise()
    _dispatch(low, handlers)


def _dispatch(low: Lowering, handlers: Sequence[tuple[Handler, Body]]) -> None:
    """Run the handler to which the exit code leads."""
    code = exits.current(low)
    possible = exits.kinds_of(code)
    handlers = [entry for entry in handlers if entry[0].code in possible]
    if low.dead or not handlers:
        return
    (handler, body), *rest = handlers

    def run() -> None:
        low.store.write(low.frame.exit, Known(exits.FALLS))
        low.store.write(low.frame.result, ABSENT)
        body()

    mine = exits.is_code(low, code, (handler.code,))
    if isinstance(mine, bool):
        run()
        return
    assert isinstance(code, exits.Exit)
    others = exits.narrowed(low, code, tuple(one for one in code.codes if one != handler.code))

    def go_on() -> None:
        low.store.write(low.frame.exit, others)
        _dispatch(low, rest)

    branch(low, mine, run, go_on)


def finally_do(low: Lowering, body: Body, final: Body, shows: bool) -> None:
    """Lower a body, then what is done on every way out of it.

    An exception that nobody takes passes `final` as well; where `final` does nothing that can be seen from outside, that need not
    be told from the exception alone.
    """
    handler = handler_of(low, (BaseException,), 0, True) if shows or low.tries else None
    if handler is None:
        body()
    else:
        attempt = Attempt([handler])
        low.tries.append(attempt)
        try:
            body()
        finally:
            low.tries.remove(attempt)
    if low.dead:
        return
    code, result = exits.current(low), low.store.read(low.frame.result)
    low.store.write(low.frame.exit, Known(exits.FALLS))
    final()
    if low.dead:
        return

    def as_before() -> None:
        low.store.write(low.frame.result, result)
        low.store.write(low.frame.exit, code)
        if handler is not None:
            _dispatch(low, [(handler, lambda: raise_thing(low, caught_in(low, handler)))])

    last = exits.current(low)
    if isinstance(last, exits.Exit):
        if exits.FALLS in last.codes:
            after(low, last, as_before)
    elif last.value == exits.FALLS:
        as_before()


def _classes(low: Lowering, node: Any) -> list[Classes]:
    """Return the classes of each handler."""
    found: list[Classes] = []
    for part in node.handlers:
        if part.type is None:
            found.append((BaseException,))
            continue
        thing = low.usable(expression(low, part.type))
        parts = thing.elements if isinstance(thing, Items) else (thing,)
        classes: list[Any] = []
        for one in parts:
            value = one.value if isinstance(one, Known) else None
            for kind in value if isinstance(value, tuple) else (value,):
                if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                    low.refuse("operands", part.type, what="`except`", kinds=describe(one))
                classes.append(kind)
        found.append(tuple(classes))
    return found


def _reads(part: Any, name: str) -> bool:
    return any(
        isinstance(one, gast.Name) and one.id == name and isinstance(one.ctx, gast.Load)
        for statement in part.body
        for one in gast.walk(statement)
    )


def _raises_again(statement: Any) -> bool:
    return any(isinstance(one, gast.Raise) and one.exc is None for one in gast.walk(statement))


def shows(statement: Any, own: Collection[str] = ()) -> bool:
    """Whether a statement may do something that can be seen when the function raises; the attributes of `own` are not seen."""
    if isinstance(statement, gast.Return):
        return not (statement.value is None or isinstance(statement.value, gast.Constant))
    if isinstance(statement, gast.Attribute) and isinstance(statement.value, gast.Name) and statement.value.id in own:
        return False
    if isinstance(statement, (gast.expr_context, gast.operator, gast.unaryop, gast.cmpop, gast.boolop)):
        return False
    return type(statement).__name__ not in _QUIET or any(shows(child, own) for child in children(statement))


_QUIET = {"Name", "Constant", "BinOp", "UnaryOp", "Compare", "BoolOp", "Assign", "AugAssign", "AnnAssign", "Pass", "Expr", "If"}

"""`with`: managers that change no value, those of contextlib, and the user's own."""

from __future__ import annotations

import contextlib
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend import exits
from s2sad.frontend.assignment import assign
from s2sad.frontend.attempts import attempted, caught_in, finally_do, handler_of, shows
from s2sad.frontend.branches import branch
from s2sad.frontend.classes import call_special
from s2sad.frontend.exceptions import raise_thing
from s2sad.frontend.expressions import expression
from s2sad.frontend.generators import manage
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import class_lookup
from s2sad.frontend.operators import truth
from s2sad.frontend.statements import block
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Handle, Known, Lazy

Body = Callable[[], Any]


def with_statement(low: Lowering, node: Any) -> None:
    """Lower a `with`; a manager wraps those behind it."""
    _items(low, node, 0)


def _items(low: Lowering, node: Any, k: int) -> None:
    if k == len(node.items):
        block(low, node.body)
        return
    entry = node.items[k]

    def bind(value: Abstract) -> None:
        if entry.optional_vars is not None:
            assign(low, entry.optional_vars, value)

    def body() -> None:
        _items(low, node, k + 1)

    call = entry.context_expr
    if isinstance(call, gast.Call):
        callee = low.usable(expression(low, call.func))
        special = _SPECIAL.get(callee.value) if isinstance(callee, Known) and isinstance(callee.value, type) else None
        if special is not None:
            arguments = [low.usable(expression(low, argument)) for argument in call.args]
            keywords = {str(keyword.arg): low.usable(expression(low, keyword.value)) for keyword in call.keywords}
            special(low, node, arguments, keywords, bind, body)
            return
    manager = low.usable(expression(low, call))
    low.at(call)
    if isinstance(manager, Lazy) and manager.kind == "generator":

        def run(element: Abstract) -> None:
            bind(element)
            body()

        manage(low, manager, run)
        return
    _user_manager(low, node, manager, bind, body)


def generator_of(value: Any) -> Any:
    """Return the generator function from which contextlib has made a manager, or None."""
    inner = getattr(value, "__wrapped__", None)
    if isinstance(value, types.FunctionType) and isinstance(inner, types.FunctionType):
        return inner if value.__code__ is _MANAGING else None
    return None


_MANAGING: Any = contextlib.contextmanager(lambda: iter(())).__code__


def filter_warnings(low: Lowering, arguments: list[Abstract]) -> Abstract:
    """Lower ``warnings.simplefilter(...)`` inside a block that catches warnings."""
    action = arguments[0].value if arguments and isinstance(arguments[0], Known) else None
    if not low.quiet or action not in ("ignore", "default", "always", "once", "module"):
        low.refuse("with", what=f"that lets warnings be {action!r}" if low.quiet else "that is missing around a change of warnings")
    return Known(None)


def _errstate(low: Lowering, node: Any, arguments: Any, keywords: Any, bind: Any, body: Body) -> None:
    """Floating-point warnings are not part of what a derivative keeps; floating-point errors are."""
    settings = {}
    for name, value in keywords.items():
        if not isinstance(value, Known) or name == "call" or value.value in ("call", "print", "log"):
            low.refuse("with", node, what=f"np.errstate({name}=...)")
        settings.update(dict.fromkeys(("divide", "over", "under", "invalid") if name == "all" else (name,), value.value))
    bind(Known(None))
    before = low.floating
    now = {**dict(before), **settings}
    low.floating = tuple((name, value) for name, value in now.items() if value == "raise")
    try:
        if low.floating == before or not low.floating:
            body()
        else:
            handler = handler_of(low, (FloatingPointError,), 0, True)
            attempted(low, body, [(handler, lambda: raise_thing(low, caught_in(low, handler)))])
    finally:
        low.floating = before


def _null(low: Lowering, node: Any, arguments: Any, keywords: Any, bind: Any, body: Body) -> None:
    bind(arguments[0] if arguments else keywords.get("enter_result", Known(None)))
    body()


def _suppress(low: Lowering, node: Any, arguments: Any, keywords: Any, bind: Any, body: Body) -> None:
    classes: list[Any] = [argument.value if isinstance(argument, Known) else None for argument in arguments]
    if not all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in classes):
        low.refuse("with", node, what="contextlib.suppress of something that is not known")
    bind(Known(None))
    attempted(low, body, [(handler_of(low, tuple(classes), 0), lambda: None)])


def _catch_warnings(low: Lowering, node: Any, arguments: Any, keywords: Any, bind: Any, body: Body) -> None:
    """Warnings are not part of what a derivative keeps, unless the program looks at them."""
    for name, value in keywords.items():
        silent = isinstance(value, Known) and (name, value.value) in (("record", False), ("action", "ignore"), ("action", None))
        if not silent and name not in ("category", "module", "lineno", "append"):
            low.refuse("with", node, what=f"warnings.catch_warnings({name}=...)")
    if arguments:
        low.refuse("with", node, what="warnings.catch_warnings with arguments by position")
    bind(Known(None))
    low.quiet += 1
    try:
        body()
    finally:
        low.quiet -= 1


_SPECIAL: dict[Any, Callable[..., None]] = {
    np.errstate: _errstate,
    contextlib.nullcontext: _null,
    contextlib.suppress: _suppress,
    warnings.catch_warnings: _catch_warnings,
}


def _user_manager(low: Lowering, node: Any, manager: Abstract, bind: Callable[[Abstract], None], body: Body) -> None:
    """A manager written by the user: entered, then left on every way out."""
    leave = class_lookup(manager.place.cls, "__exit__") if isinstance(manager, Handle) and manager.place.cls is not None else None
    if leave is None or not isinstance(leave[1], types.FunctionType):
        low.refuse("with", node, what=describe(manager))
    given = call_special(low, manager, "__enter__", [])
    if given is None:
        low.refuse("with", node, what=describe(manager))

    def start() -> None:
        bind(given)
        body()

    def leave_with(*facts: Abstract) -> Abstract:
        answer = call_special(low, manager, "__exit__", facts)
        assert answer is not None
        return answer

    nothing = (Known(None), Known(None), Known(None))
    if not low.tries and not _shows(low, leave[1]):
        finally_do(low, start, lambda: leave_with(*nothing), False)
        return
    handler = handler_of(low, (BaseException,), 0, True)

    def failed() -> None:
        exception = caught_in(low, handler)
        kind = exception.place.cls if isinstance(exception, Handle) else None
        if kind is None:
            low.refuse("with", node, what="one that is left by one of several exceptions")
        answer = truth(low, leave_with(Known(kind), exception, Known(None)))
        if answer is False:
            raise_thing(low, exception)
        elif answer is not True:
            branch(low, answer, lambda: None, lambda: raise_thing(low, exception))

    def passed() -> None:
        """Leave the manager on the ways out that are no exceptions."""
        code, result = exits.current(low), low.store.read(low.frame.result)
        others = tuple(one for one in exits.kinds_of(code) if one != handler.code)

        def go() -> None:
            low.store.write(low.frame.exit, Known(exits.FALLS))
            leave_with(*nothing)
            low.store.write(low.frame.result, result)
            low.store.write(low.frame.exit, exits.narrowed(low, code, others) if isinstance(code, exits.Exit) else code)

        if len(others) == len(exits.kinds_of(code)):
            go()
        elif others:
            assert isinstance(code, exits.Exit)
            mine = exits.is_code(low, code, (handler.code,))
            assert not isinstance(mine, bool)
            branch(low, mine, lambda: None, go)

    attempted(low, start, [(handler, failed)], passed, always=True)


def _shows(low: Lowering, function: types.FunctionType) -> bool:
    """Whether the `__exit__` of a manager may suppress an exception, or do something that can be seen beside it."""
    from s2sad.frontend.calls import live_function

    node = live_function(low, function, None).source.node
    returned = [one.value for statement in node.body for one in gast.walk(statement) if isinstance(one, gast.Return)]
    if any(value is not None and not (isinstance(value, gast.Constant) and not value.value) for value in returned):
        return True
    own = {argument.id for argument in node.args.args[:1]}
    return any(shows(statement, own) for statement in node.body)

"""Statements: one handler a syntax node, and blocks of them with their exits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from s2sad.frontend import exits
from s2sad.frontend.assignment import _annotated, _assign, _augmented, _variable, assign_name
from s2sad.frontend.branches import Arm, abandon, branch, close, run_arm, settle
from s2sad.frontend.expressions import expression, read_variable
from s2sad.frontend.lower import Lowering
from s2sad.frontend.names import import_statement
from s2sad.frontend.operators import truth
from s2sad.frontend.raising import caught_here
from s2sad.frontend.signals import DeadPath, Left, PrimalRaises
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Known
from s2sad.graph.core import Value


def block(low: Lowering, statements: Sequence[Any]) -> None:
    """Lower a block; code behind a statement that may leave the block is lowered once, where it is reached."""
    for position, node in enumerate(statements):
        rest = statements[position + 1 :]
        if isinstance(node, gast.If):
            if _if(low, node, rest):
                return
        else:
            statement(low, node)
        if low.dead:
            return
        code = exits.current(low)
        if isinstance(code, Known):
            if code.value != exits.FALLS:
                return
            continue
        if exits.FALLS not in code.codes:
            return
        if rest:
            after(low, code, partial(block, low, rest))
            return


def after(low: Lowering, code: exits.Exit, rest: Callable[[], None]) -> None:
    """Lower what follows only where nothing has left."""
    leaving = tuple(one for one in code.codes if one != exits.FALLS)
    left = exits.is_code(low, code, leaving)
    assert isinstance(left, Value)
    known = exits.narrowed(low, code, leaving)

    def go() -> None:
        low.store.write(low.frame.exit, Known(exits.FALLS))
        low.store.write(low.frame.result, ABSENT)  # nothing has been returned on this path
        for attempt in low.tries:
            for handler in attempt.handlers:
                if handler.caught is not None:
                    low.store.write(handler.caught, ABSENT)
        rest()

    branch(low, left, lambda: low.store.write(low.frame.exit, known), go)


def proceed(low: Lowering, rest: Sequence[Any]) -> None:
    """Lower the rest of a block where a branch of its last statement has not left it."""
    code = exits.current(low)
    if isinstance(code, Known):
        if code.value == exits.FALLS:
            block(low, rest)
    elif exits.FALLS in code.codes:
        after(low, code, lambda: block(low, rest))


def statement(low: Lowering, node: Any) -> None:
    """Lower one statement."""
    handler = _HANDLERS.get(type(node).__name__)
    if handler is None:
        low.refuse("syntax", node, what=f"the statement {type(node).__name__}", remedy="write it with simpler statements")
    low.at(node)
    mark = len(low.opened)
    try:
        handler(low, node)
    except DeadPath:
        low.dead = True
    except Left:
        pass
    except PrimalRaises as problem:
        if not low.tries or not caught_here(low, problem):
            abandon(low, mark)
            raise
    except BaseException:
        abandon(low, mark)
        raise
    settle(low, mark)


def _if(low: Lowering, node: Any, rest: Sequence[Any]) -> bool:
    """Lower an `if`; return whether the rest of the block was lowered with it."""
    mark = len(low.opened)
    try:
        answer = truth(low, low.usable(expression(low, node.test)))
    except DeadPath:
        low.dead = True
        settle(low, mark)
        return low.dead
    except Left:
        settle(low, mark)
        return False
    except PrimalRaises as problem:
        if not low.tries or not caught_here(low, problem):
            abandon(low, mark)
            raise
        settle(low, mark)
        return False
    except BaseException:
        abandon(low, mark)
        raise
    low.at(node)
    if len(low.opened) > mark:  # an exception may have left the condition
        try:
            _sides(low, node, answer)
        except BaseException:
            abandon(low, mark)
            raise
        settle(low, mark)
        return False
    if isinstance(answer, bool):
        _sides(low, node, answer)
        return False
    location = low.location
    then = run_arm(low, lambda: block(low, node.body), answer, True)
    if rest and _leaves(low, then):
        otherwise = run_arm(low, lambda: block(low, [*node.orelse, *rest]), answer, False)
        consumed = True
    else:
        otherwise = run_arm(low, lambda: block(low, node.orelse), answer, False)
        consumed = bool(rest) and _leaves(low, otherwise)
        if consumed:
            then = run_arm(low, lambda: proceed(low, rest), answer, True, then)
    low.builder.location = location
    close(low, answer, [then, otherwise])
    return consumed


def _sides(low: Lowering, node: Any, answer: bool | Value) -> None:
    """Lower the branches of an `if` by themselves."""
    if isinstance(answer, bool):
        block(low, node.body if answer else node.orelse)
    else:
        branch(low, answer, lambda: block(low, node.body), lambda: block(low, node.orelse))


def _leaves(low: Lowering, arm: Arm) -> bool:
    """Whether the end of a branch is certainly not reached because it leaves the block (not: because it raises)."""
    if arm.dead:
        return False
    code = arm.changes.get(low.frame.exit, ABSENT)
    return code is not ABSENT and exits.FALLS not in exits.kinds_of(code)


def _expression(low: Lowering, node: Any) -> None:
    if isinstance(node.value, gast.Constant):
        return
    expression(low, node.value)


def _pass(low: Lowering, node: Any) -> None:
    return None


def _return(low: Lowering, node: Any) -> None:
    value = Known(None) if node.value is None else low.usable(expression(low, node.value))
    low.store.write(low.frame.result, value)
    exits.leave(low, exits.RETURN)


def _break(low: Lowering, node: Any) -> None:
    exits.leave(low, exits.BREAK)


def _continue(low: Lowering, node: Any) -> None:
    exits.leave(low, exits.CONTINUE)


def _raise(low: Lowering, node: Any) -> None:

    from s2sad.frontend.exceptions import raise_statement

    raise_statement(low, node)


def _assert(low: Lowering, node: Any) -> None:

    if not __debug__:
        return
    answer = truth(low, low.usable(expression(low, node.test)))
    low.at(node)
    if isinstance(answer, bool):
        if not answer:
            from s2sad.frontend.effects import raise_assertion

            raise_assertion(low, node)
        return
    from s2sad.frontend.effects import raise_assertion

    branch(low, answer, lambda: None, lambda: raise_assertion(low, node))


def _function(low: Lowering, node: Any) -> None:

    from s2sad.frontend.calls import define

    value: Abstract = define(low, node)
    for decorator in reversed(node.decorator_list):
        wrapper = low.usable(expression(low, decorator))
        low.at(node)
        from s2sad.frontend.calls import call

        value = call(low, wrapper, [value], {})
    assign_name(low, node.name, value)


def _delete(low: Lowering, node: Any) -> None:

    for target in node.targets:
        if isinstance(target, gast.Name):
            variable = _variable(low, target.id)
            read_variable(low, variable, target.id)
            low.store.write(variable, ABSENT)
        elif isinstance(target, gast.Subscript):
            base = low.usable(expression(low, target.value))
            index = low.usable(expression(low, target.slice))
            low.at(target)

            from s2sad.frontend.containers import delete_item

            delete_item(low, base, index)
        else:
            low.refuse("delete", target, what="this")


def _import(low: Lowering, node: Any) -> None:

    for name, value in import_statement(low, node):
        assign_name(low, name, value)


def _for(low: Lowering, node: Any) -> None:

    from s2sad.frontend.loops import for_statement

    for_statement(low, node)


def _while(low: Lowering, node: Any) -> None:

    from s2sad.frontend.loops import while_statement

    while_statement(low, node)


def _with(low: Lowering, node: Any) -> None:

    from s2sad.frontend.contexts import with_statement

    with_statement(low, node)


def _try(low: Lowering, node: Any) -> None:

    from s2sad.frontend.attempts import try_statement

    try_statement(low, node)


def _match(low: Lowering, node: Any) -> None:

    from s2sad.frontend.matching import match_statement

    match_statement(low, node)


def _if_alone(low: Lowering, node: Any) -> None:
    _if(low, node, ())


def _async(low: Lowering, node: Any) -> None:
    low.refuse("async", node)


def _class(low: Lowering, node: Any) -> None:
    low.refuse("syntax", node, what="a class defined inside a function", remedy="define the class in the module")


_HANDLERS: dict[str, Callable[[Lowering, Any], None]] = {
    "Expr": _expression,
    "Pass": _pass,
    "Assign": _assign,
    "AnnAssign": _annotated,
    "AugAssign": _augmented,
    "Return": _return,
    "Break": _break,
    "Continue": _continue,
    "Raise": _raise,
    "Assert": _assert,
    "FunctionDef": _function,
    "AsyncFunctionDef": _async,
    "ClassDef": _class,
    "Delete": _delete,
    "Import": _import,
    "ImportFrom": _import,
    "Global": _pass,
    "Nonlocal": _pass,
    "If": _if_alone,
    "For": _for,
    "AsyncFor": _async,
    "While": _while,
    "With": _with,
    "AsyncWith": _async,
    "Try": _try,
    "Match": _match,
}

"""Where exceptions come from, and which handler takes them.

What the user raises, and what is certain to be raised, leaves by an exit code: one for each handler around.  An operation that raises
by itself, depending on its data, is tried first, in a `try` of its own in the graph that says which handler takes its exception; the
operation itself stands in the branch where none does.  So nothing but that small `try` knows of exceptions: the
versions that a handler sees, and the derivative of the path that was taken, are those of branches.
"""

from __future__ import annotations

import builtins
from functools import partial
from typing import Any, NoReturn

import numpy as np

from s2sad.frontend.leaving import leave_if
from s2sad.frontend.lower import Lowering
from s2sad.frontend.signals import Left, PrimalRaises
from s2sad.frontend.values import Abstract, Handle, InstanceContent, Items, Known, Variable
from s2sad.graph.core import TRY, WITH, Value
from s2sad.graph.index import Dots, Index, NewAxis, Slice
from s2sad.graph.types import BOOL, INT, Array, Number, Opaque, Scalar, Tuple, Type, is_inexact
from s2sad.record import record
from s2sad.rules.declare import REGISTRY, Rule

Classes = tuple[type[BaseException], ...]

EXCEPTION = Opaque("exception")


@record(eq=False)
class Handler:
    """One handler of a `try` that is being lowered: the classes that it takes, the code that leads to it.

    `caught` holds the exception where somebody looks at it; None where nobody does.
    """

    classes: Classes
    code: int
    caught: Variable | None


@record(eq=False)
class Attempt:
    """The handlers of one `try`, in order."""

    handlers: list[Handler]


def possible(low: Lowering, rule: Rule, operands: tuple[Value, ...], static: dict[str, Any]) -> Classes:
    """Return the exceptions that an operation may raise by itself, depending on its data."""
    if rule.effect:
        return ()
    if low.floating and rule.sharing == "fresh" and rule.kind != "structural":
        kinds = [value.type for value in operands]
        if any(isinstance(kind, (Array, Scalar)) for kind in kinds) and any(map(is_inexact, kinds)):
            return (*_own(rule, operands, static), FloatingPointError)
    return _own(rule, operands, static)


def _own(rule: Rule, operands: tuple[Value, ...], static: dict[str, Any]) -> Classes:
    if not rule.raises:
        return ()
    name = rule.name
    numbers = all(isinstance(value.type, Number) for value in operands)
    match name:
        case "get" | "put" | "add_at":
            return () if _in_range(static) else (IndexError,)
        case "take" | "list_get" | "list_put" | "list_add" | "list_pop":
            return (IndexError,)
        case "divide" | "floor_divide" | "remainder":
            divisor = operands[-1].type
            if not numbers or (isinstance(divisor, Number) and divisor.size is not None and divisor.size.known):
                return ()
            return (ZeroDivisionError,)
        case "power":
            return (ZeroDivisionError, OverflowError) if numbers else ()
        case "to_int" | "builtin_round" | "python_round":
            return () if _exact(operands) else (ValueError, OverflowError)
        case "array_of_list":
            return (ValueError,)
        case "to_float" | "to_bool" | "to_complex" | "text" | "percent_text" | "length":
            return ()
    if any(getattr(one, "__module__", "") == "numpy.linalg" for one in rule.functions):
        return (np.linalg.LinAlgError,)
    if name.startswith("math_"):
        return () if name in _NEVER else (ValueError, OverflowError)
    return (Exception,)


_NEVER = {"math_isnan", "math_isinf", "math_isfinite", "math_atan", "math_tanh", "math_erf", "math_erfc", "math_fabs", "math_atan2"}


def _exact(operands: tuple[Value, ...]) -> bool:
    kind = operands[0].type
    return (isinstance(kind, Number) and kind.kind in ("int", "bool")) or getattr(kind, "dtype", "f8")[0] in "biu"


def _in_range(static: dict[str, Any]) -> bool:
    """Whether a path has no index that could be out of range."""
    return all(
        not isinstance(step, Index) or all(isinstance(item, (Slice, NewAxis, Dots)) for item in step.items) for step in static["path"]
    )


def taker(low: Lowering, kind: type[BaseException]) -> Handler | None:
    """Return the handler that takes an exception of a class."""
    for attempt in reversed(low.tries):
        for handler in attempt.handlers:
            if issubclass(kind, handler.classes):
                found: Handler = handler
                return found
    return None


def protect(low: Lowering, rule: Rule, operands: tuple[Value, ...], static: dict[str, Any], kind: Type) -> None:
    """Try an operation that a handler around may be about: the path leaves where it raises."""
    handlers: dict[tuple[Handler, type[BaseException] | None], Classes] = {}
    for one in possible(low, rule, operands, static):
        handler = taker(low, one)
        if handler is not None:  # a handler that looks at the exception is told its class
            handlers.setdefault((handler, None if handler.caught is None else one), handler.classes)
        elif one is Exception and low.tries:
            low.refuse("try", what=f"{rule.name}, which may raise exceptions that are not known,")
    if not handlers:
        return
    looked = {"put": "get", "add_at": "get", "list_put": "list_get", "list_add": "list_get"}.get(rule.name)
    if looked is not None:  # writing out of range raises what reading does
        operands = (operands[0], *operands[2:])
        rule = REGISTRY.rules[looked]
        kind = low.infer(rule, [value.type for value in operands], static)
    key = (rule, operands, static.get("path")) if set(static) <= {"path"} else None
    if key is not None and low.tried.get(key) in low.builder.open:
        return  # it was tried a moment ago
    builder = low.builder
    single = len(handlers) == 1
    binds = any(handler.caught is not None for handler, _ in handlers)
    body = builder.new_region()
    with builder.inside(body):
        made = kind.elements if isinstance(kind, Tuple) else [kind]
        if low.floating:
            manager = builder.append(REGISTRY.rules["errstate"], (), {"settings": low.floating}, [Opaque("manager")])
            under = builder.new_region()
            builder.append(WITH, manager.results, {}, [], regions=[under])
            with builder.inside(under):
                builder.append(rule, operands, static, made)
        else:
            builder.append(rule, operands, static, made)
        body.results = [low.constant(False if single else 0)]
        if binds:
            body.results.append(builder.undefined(EXCEPTION, "error"))
    regions, names = [body], []
    for number, ((handler, told), classes) in enumerate(handlers.items()):
        region = builder.new_region([EXCEPTION] if told is not None else [])
        with builder.inside(region):
            region.results = [low.constant(True if single else number + 1)]
            if binds:
                region.results.append(region.parameters[0] if region.parameters else builder.undefined(EXCEPTION, "error"))
        regions.append(region)
        names.append(spelled(classes if told is None or sum(one is handler for one, _ in handlers) == 1 else (told,)))
    regions += [builder.new_region(), builder.new_region()]
    types: list[Type] = [BOOL if single else INT]
    node = builder.append(
        TRY,
        (),
        {"handlers": tuple(names)},
        [*types, EXCEPTION] if binds else types,
        names=["" if low.open_loops else "failed", "error"][: 1 + binds],
        regions=regions,
    )
    for number, (handler, told) in enumerate(handlers):
        condition = node.results[0]
        if not single:
            condition = builder.append(REGISTRY.rules["equal"], (condition, low.constant(number + 1)), {}, [BOOL]).results[0]
        leave_if(low, condition, partial(_leave_with, low, handler, told, node.results[-1]))
    if key is not None:
        low.tried[key] = low.builder.region


def _leave_with(low: Lowering, handler: Handler, told: type[BaseException] | None, error: Value) -> None:
    exception = None
    if told is not None:
        exception = Handle(low.store.place("instance", InstanceContent((("$error", error),)), cls=told))
    _leave(low, handler, exception)


def spelled(classes: Classes) -> str | tuple[str, ...]:
    """Return the names of exceptions as generated code writes them."""
    names = []
    for one in classes:
        if getattr(builtins, one.__name__, None) is one:
            names.append(one.__name__)
        elif issubclass(np.linalg.LinAlgError, one):
            names.append("np.linalg.LinAlgError")
    return names[0] if len(names) == 1 else tuple(names)


def _leave(low: Lowering, handler: Handler, exception: Abstract | None) -> None:
    """Note in the state that the path leaves for a handler."""
    low.store.write(low.frame.exit, Known(handler.code))
    if handler.caught is not None:
        assert exception is not None
        low.store.write(handler.caught, exception)


def made(low: Lowering, kind: type[BaseException], arguments: list[Abstract]) -> Handle:
    """Return a new exception."""
    return Handle(low.store.place("instance", InstanceContent((("args", Items(tuple(arguments))),)), cls=kind))


def raise_caught(low: Lowering, kind: type[BaseException], arguments: list[Abstract]) -> None:
    """Leave for the handler that takes an exception of Python; return when there is none."""
    handler = taker(low, kind)
    if handler is not None:
        _leave(low, handler, made(low, kind, arguments) if handler.caught is not None else None)
        raise Left


def raise_to(low: Lowering, handler: Handler, exception: Abstract) -> NoReturn:
    """Leave for a handler."""
    _leave(low, handler, exception)
    raise Left


def caught_here(low: Lowering, problem: PrimalRaises) -> bool:
    """Leave for the handler of an exception that is certain; return whether there is one."""
    name = problem.exception
    kind = getattr(builtins, name) if isinstance(name, str) else name
    handler = taker(low, kind)
    if handler is None:
        return False
    _leave(low, handler, made(low, kind, [Known(str(problem))]) if handler.caught is not None else None)
    return True

"""Exceptions as things of the program: made, raised, looked at."""

from __future__ import annotations

import builtins
import types
from typing import Any, NoReturn

from s2sad.frontend.choices import dispatch
from s2sad.frontend.effects import passive_value
from s2sad.frontend.expressions import expression
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.raising import made, raise_to, taker
from s2sad.frontend.signals import DeadPath, PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Choice, Handle, InstanceContent, Items, Known

Keywords = dict[str, Abstract]


def is_exception(thing: Abstract) -> bool:
    """Whether a thing is an exception of the program."""
    return isinstance(thing, Handle) and thing.place.cls is not None and issubclass(thing.place.cls, BaseException)


def raise_statement(low: Lowering, node: Any) -> None:
    """Lower a `raise`."""
    if node.exc is None:
        if not low.handling:
            low.refuse("syntax", node, what="`raise` without an exception outside a handler", remedy="name the exception")
        low.at(node)
        exception = low.handling[-1]
        if exception is None:
            low.refuse("try", node, what="`raise` without an exception in a function that a handler calls")
        raise_thing(low, exception)
    if node.cause is not None:
        low.usable(expression(low, node.cause))
    thing = node.exc
    if not isinstance(thing, gast.Call):
        given = low.usable(expression(low, thing))
        low.at(node)
        raise_thing(low, given)
    kind = low.usable(expression(low, thing.func))
    if not isinstance(kind, Known) or not (isinstance(kind.value, type) and issubclass(kind.value, BaseException)):
        given = low.usable(expression(low, thing))
        low.at(node)
        raise_thing(low, given)
    from s2sad.frontend.calls import _arguments

    arguments, keywords = _arguments(low, thing)
    low.at(node)
    raise_class(low, kind.value, arguments, keywords)


def raise_class(low: Lowering, kind: type[BaseException], arguments: list[Abstract], keywords: Keywords) -> NoReturn:
    """Raise a new exception."""
    handler = taker(low, kind)
    if handler is not None:
        raise_to(low, handler, make(low, kind, arguments, keywords))
    if keywords:
        low.refuse("syntax", what="keyword arguments of an exception", remedy="pass them by position")
    name: Any = kind.__name__ if getattr(builtins, kind.__name__, None) is kind else kind
    low.effect("raise_", *(passive_value(low, argument) for argument in arguments), exception=name)
    raise DeadPath


def raise_thing(low: Lowering, thing: Abstract) -> NoReturn:
    """Raise an exception that exists, or a class."""
    if isinstance(thing, Known) and isinstance(thing.value, type) and issubclass(thing.value, BaseException):
        raise_class(low, thing.value, [], {})
    if isinstance(thing, Choice):

        def use(option: Abstract) -> Abstract:
            raise_thing(low, option)

        dispatch(low, thing, use)
        raise DeadPath
    if is_exception(thing):
        assert isinstance(thing, Handle)
        kind: Any = thing.place.cls
        handler = taker(low, kind)
        if handler is not None:
            raise_to(low, handler, thing)
        error = error_of(low, thing)
        if error is not None:
            low.effect("raise_again", low.value(error))
            raise DeadPath
        raise_class(low, kind, _given(low, thing), {})
    low.refuse("operands", what="`raise`", kinds=describe(thing))


def make(low: Lowering, kind: type[BaseException], arguments: list[Abstract], keywords: Keywords) -> Handle:
    """Make an exception."""
    from s2sad.frontend.calls import call
    from s2sad.frontend.objects import class_lookup, method_function, write_field

    exception = made(low, kind, arguments)
    init = class_lookup(kind, "__init__")
    if init is not None and isinstance(init[1], types.FunctionType):
        write_field(low, exception, "$given", Items(tuple(arguments)))
        call(low, method_function(low, kind, init[0], "__init__", init[1]), [exception, *arguments], keywords)
    elif keywords:
        raise PrimalRaises(f"{kind.__name__}() takes no keyword arguments")
    return exception


def is_base_init(function: Any) -> bool:
    """Whether a live object is the `__init__` of an exception of Python."""
    return (
        isinstance(function, types.WrapperDescriptorType)
        and function.__name__ == "__init__"
        and issubclass(function.__objclass__, BaseException)
    )


def base_init(low: Lowering, exception: Abstract, arguments: list[Abstract]) -> Abstract:
    """Do what ``BaseException.__init__`` does."""
    from s2sad.frontend.objects import write_field

    if not isinstance(exception, Handle):
        low.refuse("operands", what="BaseException.__init__", kinds=describe(exception))
    write_field(low, exception, "args", Items(tuple(arguments)))
    return Known(None)


def _given(low: Lowering, exception: Handle) -> list[Abstract]:
    """Return the arguments that an exception was made with."""
    content = low.store.read(exception.place)
    found = dict(content.fields).get("$given") if isinstance(content, InstanceContent) else None
    return list(found.elements if isinstance(found, Items) else _args(low, exception))


def _args(low: Lowering, exception: Handle) -> tuple[Abstract, ...]:
    content = low.store.read(exception.place)
    if isinstance(content, InstanceContent):
        found = dict(content.fields).get("args")
        if isinstance(found, Items):
            return found.elements
    low.refuse("unknown attribute", name="args", what="an exception that Python or NumPy has raised")


def text_of_exception(low: Lowering, exception: Handle) -> Abstract:
    """Return what `str` gives for an exception."""
    from s2sad.frontend.classes import call_special

    own = call_special(low, exception, "__str__", [])
    return base_text(low, exception) if own is None else own


def error_of(low: Lowering, exception: Handle) -> Abstract | None:
    """Return the exception as a value, where an operation has raised it."""
    content = low.store.read(exception.place)
    return dict(content.fields).get("$error") if isinstance(content, InstanceContent) else None


def shown_exception(low: Lowering, exception: Handle) -> Abstract:
    """Return what `repr` gives for an exception."""
    error = error_of(low, exception)
    if error is not None:
        return low.emit("text", low.value(error), template="{!r}")
    arguments = _args(low, exception)
    name = exception.place.cls.__name__ if exception.place.cls is not None else ""
    if all(isinstance(part, Known) for part in arguments):
        return Known(f"{name}({', '.join(repr(part.value) for part in arguments)})")  # type: ignore[union-attr]
    return low.emit("text", *(passive_value(low, part) for part in arguments), template=f"{name}({', '.join('{!r}' for _ in arguments)})")


def base_text(low: Lowering, exception: Handle) -> Abstract:
    """Return what the `__str__` of an exception of Python gives."""
    error = error_of(low, exception)
    if error is not None:
        return low.emit("text", low.value(error), template="{}")
    arguments = _args(low, exception)
    if not arguments:
        return Known("")
    shown: Abstract = arguments[0] if len(arguments) == 1 else Items(arguments)
    quoted = len(arguments) == 1 and issubclass(exception.place.cls or BaseException, KeyError)
    if isinstance(shown, Items) and all(isinstance(part, Known) for part in arguments):
        return Known(str(tuple(part.value for part in arguments)))  # type: ignore[union-attr]
    if isinstance(shown, Known):
        return Known(repr(shown.value) if quoted else str(shown.value))
    return low.emit("text", passive_value(low, shown), template="{!r}" if quoted else "{}")

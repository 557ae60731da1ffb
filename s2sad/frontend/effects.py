"""Effects: output, exceptions, and functions that nothing is known about."""

from __future__ import annotations

import builtins
import types
from typing import Any, NoReturn

import numpy as np

from s2sad.frontend.choices import dispatch
from s2sad.frontend.expressions import expression
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.raising import raise_caught
from s2sad.frontend.session import is_logger
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.values import Abstract, ArrayRef, Choice, DictContent, Handle, InstanceContent, Items, Known, ListContent
from s2sad.graph.core import Value
from s2sad.graph.types import Number, Opaque, is_inexact

# Functions that are called once where they stand; their result says nothing about their arguments.
CLOCKS = {"time", "perf_counter", "process_time", "monotonic", "time_ns", "perf_counter_ns"}


def raise_error(low: Lowering, exception: str, *texts: str) -> NoReturn:
    """End the path with an exception of Python."""
    if low.tries:
        raise_caught(low, getattr(builtins, exception), [Known(text) for text in texts])
    low.effect("raise_", *(low.constant(text) for text in texts), exception=exception)
    raise DeadPath


def raise_assertion(low: Lowering, node: Any) -> None:
    """Raise what a failed `assert` raises."""
    arguments = [] if node.msg is None else [passive_value(low, low.usable(expression(low, node.msg)))]
    low.at(node)
    if low.tries:
        raise_caught(low, AssertionError, list(arguments))
    low.effect("raise_", *arguments, exception="AssertionError")
    raise DeadPath


def _told(low: Lowering, thing: Abstract) -> Abstract:
    """Return the text of an exception that is one of several things; anything else as it is."""
    if isinstance(thing, Handle) and thing.place.cls is not None and issubclass(thing.place.cls, BaseException):
        from s2sad.frontend.exceptions import text_of_exception

        return text_of_exception(low, thing)
    return thing


def passive_value(low: Lowering, thing: Abstract) -> Value:
    """Return a thing as an operand of an effect: whatever it is, it is only looked at."""
    thing = low.usable(thing)
    if isinstance(thing, (Value, ArrayRef)):
        return low.value(thing)
    if isinstance(thing, Known):
        return low.constant(thing.value)
    if isinstance(thing, Choice):
        return low.value(dispatch(low, thing, lambda option: passive_value(low, _told(low, option))))
    if isinstance(thing, Items) and thing.cls is None:
        return low.emit("tuple_of", *(passive_value(low, part) for part in thing.elements))
    if isinstance(thing, Handle):
        if thing.place.cls is not None and issubclass(thing.place.cls, BaseException):
            from s2sad.frontend.exceptions import error_of, text_of_exception

            error = error_of(low, thing)
            return passive_value(low, text_of_exception(low, thing)) if error is None else low.value(error)
        from s2sad.frontend.contents import content_of

        content = content_of(low, thing)
        if isinstance(content, ListContent):
            return low.emit("list_of", *(passive_value(low, part) for part in content.elements))
        if isinstance(content, DictContent) and thing.place.kind == "dict":
            return low.emit(
                "dict_of", *(passive_value(low, part) for _, part in content.entries), keys=tuple(key for key, _ in content.entries)
            )
    low.refuse("operands", what="an effect", kinds=describe(thing))


def print_call(low: Lowering, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Lower ``print(...)``."""
    static = {}
    for name, value in keywords.items():
        if name in ("sep", "end"):
            static[name] = low.static(value, f"the argument {name} of print")
        elif name == "flush":
            continue
        else:
            low.refuse("unknown keyword", name=name, function="print", remedy="print to the standard output")
    low.effect("print", *(passive_value(low, argument) for argument in arguments), **static)
    return Known(None)


# Methods of a logger and functions that tell somebody something: they look at numbers, and hand nothing back.
REPORTS = {"debug", "info", "warning", "warn", "error", "critical", "exception", "log"}


def is_report(value: Any) -> bool:
    """Whether calling `value` writes a log or a warning and nothing else, or finds a logger."""
    name = getattr(value, "__name__", None)
    if isinstance(value, types.MethodType):
        return name in REPORTS and is_logger(value.__self__)
    module = getattr(value, "__module__", None)
    return (module == "logging" and name in (*REPORTS, "getLogger")) or (module in ("warnings", "_warnings") and name == "warn")


def report_call(low: Lowering, function: Any, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Lower a call that only reports."""
    if function.__name__ == "getLogger":  # always the same one for a name
        return Known(function(*(low.static(thing, "the name of a logger") for thing in (*arguments, *keywords.values()))))
    values = [passive_value(low, thing) for thing in (*arguments, *keywords.values())]
    low.effect("report", low.constant(function), *values, keywords=tuple(keywords))
    return Known(None)


def foreign_call(low: Lowering, callee: Known, value: Any, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Call a function that nothing is known about: once, in its place, with passive arguments only."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or type(value).__name__
    module = getattr(value, "__module__", None)
    shown = f"{module}.{name}" if module and module != "builtins" else str(name)
    if isinstance(value, types.BuiltinFunctionType) and module == "time" and name in CLOCKS and not arguments and not keywords:
        result = low.effect(
            "foreign", low.constant(value), result=Number("int" if name.endswith("_ns") else "float"), kind=Number("float"), keywords=()
        )
        assert result is not None
        return result
    things = [*arguments, *keywords.values()]
    for thing in things:
        if reaches_active(low, thing):
            low.refuse("foreign", name=shown)
        if isinstance(thing, (ArrayRef, Handle)):
            low.refuse("unknown function", name=shown)
    values = [passive_value(low, thing) for thing in things]
    result = low.effect("foreign", low.constant(value), *values, result=Opaque("object"), kind=Opaque("object"), keywords=tuple(keywords))
    assert result is not None
    return result


def reaches_active(low: Lowering, thing: Abstract, seen: set[Any] | None = None) -> bool:
    """Whether a number that may carry a derivative can be reached from a thing."""
    seen = set() if seen is None else seen
    match thing:
        case Value(type=kind):
            return is_inexact(kind)
        case ArrayRef():
            return is_inexact(low.array_type(thing))
        case Items(elements):
            return any(reaches_active(low, element, seen) for element in elements)
        case Choice(options=options):
            return any(reaches_active(low, option, seen) for option in options)
        case Handle(place):
            if place in seen:
                return False
            seen.add(place)
            from s2sad.frontend.contents import content_of

            content = content_of(low, thing)
            if isinstance(content, ListContent):
                return any(reaches_active(low, element, seen) for element in content.elements)
            if isinstance(content, (DictContent, InstanceContent)):
                entries = content.entries if isinstance(content, DictContent) else content.fields
                return any(reaches_active(low, entry, seen) for _, entry in entries)
            return True
        case Known(value):
            return isinstance(value, np.ndarray)
    return True

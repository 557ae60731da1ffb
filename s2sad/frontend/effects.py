"""Effects: output, exceptions, and functions that nothing is known about."""

from __future__ import annotations

import builtins
import types
from typing import Any, NoReturn

import numpy as np

from s2sad.frontend.arrays import subscript
from s2sad.frontend.choices import dispatch
from s2sad.frontend.expressions import expression
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.raising import raise_caught
from s2sad.frontend.session import is_logger
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.values import Abstract, ArrayRef, Choice, DictContent, Handle, InstanceContent, Items, Known, ListContent
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Generator, Number, Opaque, Scalar, is_inexact

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


def draw(low: Lowering, generator: Value, method: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Lower a method of a random generator."""
    names = tuple(keywords)
    things = [*arguments, *keywords.values()]
    if method in ("shuffle",):
        (target,) = arguments
        if not isinstance(target, ArrayRef) or keywords:
            low.refuse("operands", what="shuffle", kinds=describe(target))
        size = low.emit("length", low.read(target))
        order = low.effect(
            "draw",
            generator,
            size,
            result=Array("i8", (size.type.size or low.sizes.fresh(),)) if isinstance(size.type, Number) else None,
            method="permutation",
            kind=None,
            keywords=(),
        )
        assert order is not None

        shuffled = subscript(low, target, low.result(order))
        low.overwrite(target, low.value(shuffled))
        return Known(None)
    values = [passive_value(low, thing) for thing in things]
    kind = draw_type(low, generator, method, arguments, keywords)
    result = low.effect("draw", generator, *values, result=kind, method=method, kind=kind, keywords=names)
    assert result is not None
    return low.result(result, contiguous=True)


def draw_type(low: Lowering, generator: Value, method: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Any:
    """Return the type of what a generator draws."""
    floats = {
        "random": 0,
        "standard_normal": 0,
        "normal": 2,
        "uniform": 2,
        "exponential": 1,
        "gamma": 2,
        "beta": 2,
        "standard_exponential": 0,
        "rand": -1,
        "randn": -1,
        "laplace": 2,
        "lognormal": 2,
        "triangular": 3,
        "standard_gamma": 1,
        "chisquare": 1,
        "random_sample": 0,
    }
    ints = {"integers": 2, "randint": 2, "poisson": 1, "binomial": 2, "geometric": 1}
    if isinstance(generator.type, Generator) and generator.type.name == "Random":
        if method in ("random", "uniform", "gauss", "normalvariate", "expovariate", "betavariate"):
            return Number("float")
        if method in ("randint", "randrange"):
            return Number("int")
        low.refuse("unknown attribute", name=method, what="a random generator")
    if method == "permutation" and arguments:
        kind = low.type_of(arguments[0])
        if isinstance(kind, Array):
            return kind
        from s2sad.frontend.numpy_calls import size_argument

        return Array("i8", (size_argument(low, arguments[0]),))
    if method == "choice" and arguments:
        kind = low.type_of(arguments[0])
        dtype = kind.dtype if isinstance(kind, Array) else "i8"
        size = keywords.get("size") or (arguments[1] if len(arguments) > 1 else Known(None))
        return _drawn(low, dtype, size)
    if method in floats:
        place = floats[method]
        if place == -1:
            from s2sad.frontend.numpy_calls import size_argument

            return Array("f8", tuple(size_argument(low, argument) for argument in arguments)) if arguments else Number("float")
        size = keywords.get("size") or (arguments[place] if len(arguments) > place else Known(None))
        dtype = "f8"
        if "dtype" in keywords:
            from s2sad.frontend.numpy_calls import dtype_argument

            dtype = dtype_argument(low, keywords["dtype"]) or "f8"
        parameters = [low.type_of(argument) for argument in arguments[:place]] + [
            low.type_of(value) for name, value in keywords.items() if name not in ("size", "dtype")
        ]
        if any(isinstance(kind, Array) for kind in parameters) and isinstance(size, Known) and size.value is None:
            from s2sad.rules.types import broadcast_types

            return Array(dtype, broadcast_types(low.sizes, *(kind for kind in parameters if kind is not None)))
        return _drawn(low, dtype, size)
    if method in ints:
        place = ints[method]
        size = keywords.get("size") or (arguments[place] if len(arguments) > place else Known(None))
        return _drawn(low, "i8", size, number="int" if method in ("randint",) else None)
    low.refuse("unknown attribute", name=method, what="a random generator")


def _drawn(low: Lowering, dtype: str, size: Abstract, number: str | None = None) -> Any:

    if isinstance(size, Known) and size.value is None:
        if number is not None:
            return Number(number)
        return Number("float") if dtype == "f8" else Scalar(dtype)
    from s2sad.frontend.numpy_calls import shape_argument

    return Array(dtype, shape_argument(low, size))


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

"""Lower a program, run its graph with the interpreter, and compare with a plain call: values bitwise, types, exceptions, output."""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend import Lowered, PrimalRaises, lower
from s2sad.graph.interpret import interpret
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree
from s2sad.graph.verify import verify
from s2sad.rules import REGISTRY
from s2sad.structure import describe


def rebuild(tree: Tree, results: list[Any]) -> Any:
    """Put a result together."""
    match tree:
        case Leaf(number):
            return results[number]
        case Fixed(value):
            return value
        case Branch(kind, cls, keys, children):
            parts = [rebuild(child, results) for child in children]
            if kind == "tuple":
                return tuple(parts)
            if kind == "list":
                return parts
            if kind == "dict":
                return dict(zip(keys, parts, strict=True))
            if kind == "named":
                return cls(*parts)
            made = object.__new__(cls)
            for key, part in zip(keys, parts, strict=True):
                object.__setattr__(made, str(key), part)
            return made


def bits(value: Any) -> Any:
    """Return a value in a form that is equal only for equal types and bits."""
    if isinstance(value, np.ndarray):
        return "array", str(value.dtype), value.shape, np.ascontiguousarray(value).tobytes()
    if isinstance(value, np.generic):
        return "scalar", str(value.dtype), value.tobytes()
    if isinstance(value, (float, complex)):
        return type(value).__name__, "nan" if value != value else repr(value)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [bits(part) for part in value]
    if isinstance(value, dict):
        return "dict", [(key, bits(part)) for key, part in value.items()]
    if hasattr(value, "__dict__") and not callable(value):
        return type(value).__name__, bits(vars(value))
    return type(value).__name__, repr(value)


def fetch(lowered: Lowered, function: Callable[..., Any], arguments: dict[str, Any]) -> list[Any]:
    """Find the values of a graph's inputs."""
    values: list[Any] = []
    live = getattr(function, "__wrapped__", function)
    for entry in lowered.inputs:
        if entry.origin == "token":
            values.append(None)
            continue
        if entry.origin == "argument":
            value: Any = arguments[entry.root]
        elif entry.origin == "global":
            value = live.__globals__[entry.root]
        elif entry.origin == "closure":
            value = dict(zip(live.__code__.co_freevars, live.__closure__, strict=True))[entry.root].cell_contents
        elif entry.origin == "default":
            import inspect

            value = inspect.signature(live).parameters[entry.root].default
        else:
            value = lowered.held[entry.root]
        for how, key in entry.steps:
            value = value[key] if how == "item" else getattr(value, key)
        values.append(value)
    return values


def bound(function: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Bind positional arguments to names, with defaults left out."""
    import inspect

    return dict(inspect.signature(function).bind(*arguments).arguments)


def run(function: Callable[..., Any], *arguments: Any) -> tuple[Any, str, Any]:
    """Lower and interpret; return value, output and exception."""
    named = bound(function, arguments)
    lowered = lower(function, describe(named))
    verify(lowered.graph, operations=REGISTRY.rules)
    values = fetch(lowered, function, named)
    stream = io.StringIO()
    error = None
    value = None
    with contextlib.redirect_stdout(stream), np.errstate(all="ignore"):
        try:
            results = interpret(lowered.graph, values, check=True)
            value = rebuild(lowered.output, results)
        except Exception as raised:
            if type(raised).__name__ in ("InterpretError",):
                raise
            error = raised
    return value, stream.getvalue(), error


def check(function: Callable[..., Any], *arguments: Any) -> Any:
    """Compare the lowered function with the function itself."""
    stream = io.StringIO()
    error = None
    expected = None
    with contextlib.redirect_stdout(stream), np.errstate(all="ignore"):
        try:
            expected = function(*copy.deepcopy(arguments))
        except Exception as raised:
            error = raised
    before = bits(arguments)
    try:
        value, output, raised = run(function, *arguments)
    except PrimalRaises:
        assert error is not None, "the lowering says that the function raises, but it does not"
        return None
    assert bits(arguments) == before, "the interpreter changed an argument"
    if error is not None:
        assert type(raised) is type(error), f"raised {raised!r}, not {error!r}"
        return None
    if raised is not None:
        raise raised
    assert output == stream.getvalue()
    assert bits(value) == bits(expected), f"{value!r} is not {expected!r}"
    return value

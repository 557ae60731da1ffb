"""Where compiled derivatives live: one dispatcher for each function and request, as long as the function lives."""

from __future__ import annotations

import os
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

from s2sad.dispatch import Dispatcher, Specialisation
from s2sad.errors import Location
from s2sad.request import Parameters, Request
from s2sad.structure import Pattern

_TABLES: weakref.WeakKeyDictionary[Any, dict[Any, Dispatcher]] = weakref.WeakKeyDictionary()
_LOCK = threading.RLock()


def dispatcher(function: Any, bound: int, request: Request, check: str = "") -> Dispatcher:
    """Return the dispatcher for a derivative; the same function and request always give the same one.

    A derivative of a derivative is kept with the user's function, under the chain of requests.
    """
    user, chain = unwound(function)
    # What is compiled with poison is another program.
    mode = os.environ.get("S2SAD_POISON", "") not in ("", "0")
    key = (bound, chain, request, check, mode)
    with _LOCK:
        try:
            table = _TABLES.setdefault(user, {})
        except TypeError:  # not hashable, or without weak references
            table = {}
        found = table.get(key)
        if found is None:
            found = table[key] = _make(user, chain, bound, request, check)
        return found


def unwound(function: Any) -> tuple[Any, tuple[Request, ...]]:
    """Return the user's function under any number of derivatives, and their requests, innermost first."""
    chain: list[Request] = []
    while True:
        inner = getattr(function, "__s2sad_derivative__", None)
        if inner is None:
            return function, tuple(reversed(chain))
        chain.append(inner.request)
        function = inner.function


def innermost(function: Any) -> Any:
    """Return the user's function under any number of derivatives."""
    return unwound(function)[0]


def _make(user: Any, chain: tuple[Request, ...], bound: int, request: Request, check: str) -> Dispatcher:
    parameters = Parameters.of(user, bound)
    try:  # the table must not keep its own key alive
        reference: Callable[[], Any] = weakref.ref(user)
    except TypeError:

        def reference() -> Any:
            return user

    def compile(pattern: Pattern, arguments: dict[str, Any]) -> Specialisation:
        from s2sad.specialise import specialise  # the compiler is only loaded when something has to be compiled

        return specialise(reference(), chain, parameters, request, pattern, arguments, check)

    instances = tuple(parameters.names[:bound]) if wants_instance(parameters, request) else ()
    suffix = {"jvp": ("_s2_tangents",), "hvp": ("_s2_vector",)}.get(request.kind, ())
    return Dispatcher(parameters, compile, instances=instances, suffix=suffix, location=location_of(user))


def wants_instance(parameters: Parameters, request: Request) -> bool:
    """Whether the derivative in the bound instance is asked for, so that it is taken apart."""
    names = request.wrt if isinstance(request.wrt, tuple) else (request.wrt,)
    return bool(parameters.bound) and any(name is not None and name in ("self", parameters.names[0]) for name in names)


def location_of(function: Any) -> Location | None:
    """Return where a function is defined."""
    if isinstance(function, types.MethodType):
        function = function.__func__
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    line = code.co_firstlineno
    return Location(code.co_filename, line, _column(code.co_filename, line))


def _column(file: str, line: int) -> int:
    text = Location(file, line).text()
    return len(text) - len(text.lstrip())


def clear() -> None:
    """Forget everything that was compiled."""
    with _LOCK:
        _TABLES.clear()

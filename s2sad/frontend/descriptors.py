"""Descriptors of the user: objects in a class that decide what reading and writing an attribute means."""

from __future__ import annotations

import types
from typing import Any

from s2sad.frontend.lower import Lowering
from s2sad.frontend.objects import class_attribute
from s2sad.frontend.values import Abstract, Handle, Known, Method


def hook(raw: Any, name: str) -> Any:
    """Return the method `__get__` or `__set__` of an attribute of a class, where it is written in Python."""
    found = getattr(type(raw), name, None)
    return found if isinstance(found, types.FunctionType) else None


def read(low: Lowering, receiver: Handle, cls: type, name: str, raw: Any) -> Abstract:
    """Read an attribute through its descriptor."""
    return _call(low, cls, name, raw, "__get__", [receiver, Known(cls)])


def write(low: Lowering, receiver: Handle, cls: type, name: str, raw: Any, value: Abstract) -> None:
    """Write an attribute through its descriptor."""
    _call(low, cls, name, raw, "__set__", [receiver, value])


def _call(low: Lowering, cls: type, name: str, raw: Any, method: str, arguments: list[Abstract]) -> Abstract:
    from s2sad.frontend.calls import call

    kept = low.session.hold(raw, f"{cls.__name__}_{name}")
    origin = class_attribute(low, cls, "__mro__")
    for number, owner in enumerate(cls.__mro__):
        if name in vars(owner):
            low.session.guard(origin.item(number).attribute("__dict__").item(name), "is", raw)
            break
    function = low.live(hook(raw, method), low.session.hold(type(raw), type(raw).__name__).attribute(method))
    return call(low, Method(low.session.instance(low, raw, kept), function), arguments, {})

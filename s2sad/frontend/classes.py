"""Classes: making instances, and the special methods that the user defines."""

from __future__ import annotations

import abc
import collections
import enum
import types
import typing
from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.frontend.effects import raise_error
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import Keywords, class_attribute, class_lookup, method_function
from s2sad.frontend.operators import truth
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, DictContent, Handle, InstanceContent, Items, Known, Lazy, ListContent, Origin
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Scalar

COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")

# Metaclasses that leave the making of instances as it is.
ORDINARY = (type, abc.ABCMeta, type(typing.Protocol))


def instantiate(low: Lowering, cls: type, arguments: list[Abstract], keywords: Keywords, origin: Origin | None) -> Abstract:
    """Make an instance of a class."""
    if issubclass(cls, BaseException):
        from s2sad.frontend.exceptions import make

        return make(low, cls, arguments, keywords)
    if cls is np.ndarray or issubclass(cls, np.ndarray):
        low.refuse("unknown function", name=f"np.{cls.__name__}")
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _named_tuple(low, cls, arguments, keywords)
    if cls in (collections.OrderedDict, collections.defaultdict):
        if cls is collections.defaultdict:
            handle = Handle(low.store.place("dict", DictContent(())))
            handle.place.factory = arguments[0] if arguments else Known(None)
            return handle

        from s2sad.frontend.builtin_calls import BUILTINS

        return BUILTINS[dict](low, arguments, keywords)
    if cls is collections.deque:
        from s2sad.frontend.deques import make_deque

        return make_deque(low, arguments, keywords)
    if cls is collections.Counter:
        from s2sad.frontend.deques import make_counter

        return make_counter(low, arguments, keywords)
    if cls is types.SimpleNamespace:
        return Handle(low.store.place("instance", InstanceContent(tuple(keywords.items())), cls=cls))
    if isinstance(cls, enum.EnumMeta) and not keywords and all(isinstance(argument, Known) for argument in arguments):
        return _member(low, cls, *arguments, origin=origin)
    if cls.__module__ in ("builtins", "collections", "datetime", "decimal", "fractions", "random") or type(cls) not in ORDINARY:
        low.refuse("unknown function", name=cls.__qualname__)
    low.session.guard(origin, "is", cls)
    new = class_lookup(cls, "__new__")
    if new is not None and new[0] is not object:
        low.refuse("unknown function", name=f"{cls.__qualname__}.__new__")
    handle = Handle(low.store.place("instance", InstanceContent(()), cls=cls))
    init = class_lookup(cls, "__init__")
    if init is None or init[0] is object or init[0].__module__ == "typing":
        if arguments or keywords:
            raise PrimalRaises(f"{cls.__name__}() takes no arguments")
        return handle

    from s2sad.frontend.calls import call

    result = call(low, method_function(low, cls, init[0], "__init__", init[1]), [handle, *arguments], keywords)
    if not (isinstance(result, Known) and result.value is None):
        raise PrimalRaises("__init__() should return None: an object")
    return handle


def _member(low: Lowering, cls: Any, *arguments: Abstract, origin: Origin | None) -> Abstract:
    """Look a member of an enumeration up by its value."""
    low.session.guard(origin, "is", cls)
    try:
        return Known(cls(*(argument.value for argument in arguments)))  # type: ignore[union-attr]
    except (ValueError, KeyError, TypeError) as problem:
        raise_error(low, type(problem).__name__, str(problem))


def _named_tuple(low: Lowering, cls: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    values = dict(zip(cls._fields, arguments, strict=False))
    values.update(keywords)
    for name in cls._fields:
        if name not in values:
            if name not in cls._field_defaults:
                raise PrimalRaises(f"{cls.__name__}() missing a required argument: '{name}'")
            values[name] = low.live(cls._field_defaults[name], class_attribute(low, cls, "_field_defaults").item(name))
    return Items(tuple(values[name] for name in cls._fields), cls)


def call_special(
    low: Lowering, thing: Abstract, name: str, arguments: Sequence[Abstract], keywords: Keywords | None = None
) -> Abstract | None:
    """Call a special method that the user has defined; None when there is none."""
    if isinstance(thing, Handle) and thing.place.kind == "instance" and thing.place.cls is not None:
        cls = thing.place.cls
    elif isinstance(thing, Items) and thing.cls is not None:
        cls = thing.cls
    else:
        return None
    found = class_lookup(cls, name)
    if found is None or not isinstance(found[1], types.FunctionType):
        return None

    from s2sad.frontend.calls import call

    return call(low, method_function(low, cls, found[0], name, found[1]), [thing, *arguments], keywords or {})


def binary_object(low: Lowering, method: str, reflected: str, left: Abstract, right: Abstract) -> Abstract | None:
    """Apply an operator that the user has defined; None when neither side defines it."""
    a, b = (side.place.cls if isinstance(side, Handle) and side.place.kind == "instance" else None for side in (left, right))
    if b is not None and a is None:
        left = _before_numpy(low, left, b)
    if a is not None and b is not None and a is not b and issubclass(b, a):
        own, inherited = class_lookup(b, reflected), class_lookup(a, reflected)
        if own is not None and (inherited is None or own[1] is not inherited[1]):  # a subclass that overrides comes first
            left, right, method, reflected = right, left, reflected, method
    elif a is not None and a is b and method not in COMPARISONS:
        reflected = ""  # Python asks only once
    result = call_special(low, left, method, [right])
    if result is not None and not (isinstance(result, Known) and result.value is NotImplemented):
        return result
    result = call_special(low, right, reflected, [left]) if reflected else None
    if result is not None and not (isinstance(result, Known) and result.value is NotImplemented):
        return result
    return None


def _before_numpy(low: Lowering, left: Abstract, cls: type) -> Abstract:
    """Return what an operator of NumPy on the left hands to an object on the right: its elements, as Python numbers."""
    kind = low.type_of(left)
    if not isinstance(kind, (Array, Scalar)) or getattr(cls, "__array_ufunc__", NotImplemented) is None:
        return left
    lowest = 0.0 if isinstance(kind, Array) else -1e6
    if not hasattr(cls, "__array_ufunc__") and getattr(cls, "__array_priority__", -1e6) > lowest:
        return left
    if isinstance(kind, Array):
        low.refuse("operands", what="an operator", kinds=f"an array and a {cls.__name__} (NumPy makes an array of objects)")
    return low.emit({"f": "to_float", "c": "to_complex", "b": "to_bool"}.get(kind.dtype[0], "to_int"), low.value(left))


def object_truth(low: Lowering, thing: Handle) -> bool | Value:
    """Return the truth of an instance."""
    for name in ("__bool__", "__len__"):
        result = call_special(low, thing, name, [])
        if result is not None:
            return truth(low, result)
    return True


def iterate_object(low: Lowering, thing: Handle) -> Abstract:
    """Return what iterating over an instance gives."""
    result = call_special(low, thing, "__iter__", [])
    if isinstance(result, (ListContent, Lazy)) or result is not None:
        return result
    low.refuse("operands", what="a loop", kinds=describe(thing))

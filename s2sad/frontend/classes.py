"""Classes: making instances, and the special methods that the user defines."""

from __future__ import annotations

import collections
import dataclasses
import types
from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import Keywords, class_lookup, method_function, write_field
from s2sad.frontend.operators import truth
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, DictContent, Handle, InstanceContent, Items, Known, Lazy, ListContent, Origin
from s2sad.graph.core import Value


def instantiate(low: Lowering, cls: type, arguments: list[Abstract], keywords: Keywords, origin: Origin | None) -> Abstract:
    """Make an instance of a class."""
    if issubclass(cls, BaseException):
        low.refuse("operands", what="an exception as a value", kinds=cls.__name__)
    if cls is np.ndarray or issubclass(cls, np.ndarray):
        low.refuse("unknown function", name=f"np.{cls.__name__}")
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _named_tuple(low, cls, arguments, keywords)
    if cls in (collections.OrderedDict, collections.defaultdict):
        if cls is collections.defaultdict:
            handle = Handle(low.store.place("dict", DictContent(())))
            low.factories[handle.place] = arguments[0] if arguments else Known(None)
            return handle

        from s2sad.frontend.builtin_calls import BUILTINS

        return BUILTINS[dict](low, arguments, keywords)
    if cls is collections.deque and not keywords and len(arguments) <= 1:
        from s2sad.frontend.builtin_calls import BUILTINS

        return BUILTINS[list](low, arguments, keywords)
    if cls is types.SimpleNamespace:
        return Handle(low.store.place("instance", InstanceContent(tuple(keywords.items())), cls=cls))
    if cls.__module__ in ("builtins", "collections", "datetime", "decimal", "fractions", "random") or (
        type(cls) is not type and not dataclasses.is_dataclass(cls)
    ):
        low.refuse("unknown function", name=cls.__qualname__)
    low.session.guard(origin, "is", cls)
    new = class_lookup(cls, "__new__")
    if new is not None and new[0] is not object:
        low.refuse("unknown function", name=f"{cls.__qualname__}.__new__")
    handle = Handle(low.store.place("instance", InstanceContent(()), cls=cls))
    init = class_lookup(cls, "__init__")
    if (
        dataclasses.is_dataclass(cls)
        and init is not None
        and dataclasses.is_dataclass(init[0])
        and init[0].__dataclass_params__.init  # type: ignore[attr-defined]
        and "__init__" in init[0].__dict__
        and _is_generated(init[1])
    ):
        _dataclass_init(low, handle, cls, arguments, keywords)
        return handle
    if init is None or init[0] is object:
        if arguments or keywords:
            raise PrimalRaises(f"{cls.__name__}() takes no arguments")
        return handle

    from s2sad.frontend.calls import call

    call(low, method_function(low, init[0], "__init__", init[1]), [handle, *arguments], keywords)
    return handle


def _is_generated(function: Any) -> bool:
    code = getattr(function, "__code__", None)
    return code is None or code.co_filename == "<string>"


def _named_tuple(low: Lowering, cls: Any, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    values = dict(zip(cls._fields, arguments, strict=False))
    values.update(keywords)
    for name in cls._fields:
        if name not in values:
            if name not in cls._field_defaults:
                raise PrimalRaises(f"{cls.__name__}() missing a required argument: '{name}'")
            values[name] = low.live(cls._field_defaults[name], None)
    return Items(tuple(values[name] for name in cls._fields), cls)


def _dataclass_init(low: Lowering, handle: Handle, cls: Any, arguments: list[Abstract], keywords: Keywords) -> None:
    """What the generated `__init__` of a dataclass does."""
    rest = list(arguments)
    named = dict(keywords)
    for field in dataclasses.fields(cls):
        if not field.init:
            if field.default is not dataclasses.MISSING:
                write_field(low, handle, field.name, low.live(field.default, None))
            elif field.default_factory is not dataclasses.MISSING:
                write_field(low, handle, field.name, _made(low, field.default_factory))
            continue
        if rest and not field.kw_only:
            value: Abstract = rest.pop(0)
        elif field.name in named:
            value = named.pop(field.name)
        elif field.default is not dataclasses.MISSING:
            value = low.live(field.default, Origin("module", cls.__module__).attribute(cls.__qualname__).attribute(field.name))
        elif field.default_factory is not dataclasses.MISSING:
            value = _made(low, field.default_factory)
        else:
            raise PrimalRaises(f"{cls.__name__}() missing a required argument: '{field.name}'")
        write_field(low, handle, field.name, value)
    if rest or named:
        raise PrimalRaises(f"{cls.__name__}() got unexpected arguments")
    after = class_lookup(cls, "__post_init__")
    if after is not None:
        from s2sad.frontend.calls import call

        call(low, method_function(low, after[0], "__post_init__", after[1]), [handle], {})


def _made(low: Lowering, factory: Any) -> Abstract:

    from s2sad.frontend.calls import call

    return call(low, Known(factory), [], {})


def call_special(
    low: Lowering, thing: Abstract, name: str, arguments: Sequence[Abstract], keywords: Keywords | None = None
) -> Abstract | None:
    """Call a special method that the user has defined; None when there is none."""
    if isinstance(thing, Handle) and thing.place.kind == "instance" and thing.place.cls is not None:
        found = class_lookup(thing.place.cls, name)
    elif isinstance(thing, Items) and thing.cls is not None:
        found = class_lookup(thing.cls, name)
        if found is not None and found[0] is tuple:
            return None
    else:
        return None
    if found is None or not isinstance(found[1], types.FunctionType):
        return None
    if name == "__eq__" and _is_generated(found[1]) and dataclasses.is_dataclass(found[0]):
        return None

    from s2sad.frontend.calls import call

    return call(low, method_function(low, found[0], name, found[1]), [thing, *arguments], keywords or {})


def binary_object(low: Lowering, method: str, reflected: str, left: Abstract, right: Abstract) -> Abstract | None:
    """Apply an operator that the user has defined; None when neither side defines it."""
    result = call_special(low, left, method, [right])
    if result is not None and not (isinstance(result, Known) and result.value is NotImplemented):
        return result
    result = call_special(low, right, reflected, [left])
    if result is not None and not (isinstance(result, Known) and result.value is NotImplemented):
        return result
    return None


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

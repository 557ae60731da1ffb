"""Instances, classes, modules and attributes.

An instance is a place whose content is the attributes that are known.  Attributes of a live instance are read when they are
first asked for; what was read is an input or a guard.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import math
import types
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from s2sad.frontend.lower import Lowering, PrimalRaises, describe
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Conflict,
    DictContent,
    Function,
    Handle,
    InstanceContent,
    Items,
    Known,
    Lazy,
    ListContent,
    Method,
    Namespace,
    Origin,
    Partial,
    Place,
    Range,
    SliceValue,
    Stale,
    Unbound,
)
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Generator, Number, Opaque, Scalar

Keywords = dict[str, Abstract]
LIST_LIKE = ("append", "extend", "pop", "insert", "reverse", "clear", "index", "count", "copy", "remove", "sort")
DICT_LIKE = ("get", "keys", "values", "items", "update", "pop", "setdefault", "copy", "clear")
SET_LIKE = ("add", "discard", "copy", "clear")


def attribute_of(low: Lowering, base: Abstract, name: str) -> Abstract:
    """Return ``base.name``."""
    match base:
        case ArrayRef():
            from s2sad.frontend.numpy_calls import array_attribute

            return array_attribute(low, base, name)
        case Value(type=kind):
            return _value_attribute(low, base, kind, name)
        case Known(value):
            return _known_attribute(low, base, value, name)
        case Handle(place):
            if (
                (place.kind == "list" and name in LIST_LIKE)
                or (place.kind == "dict" and name in DICT_LIKE)
                or (place.kind == "set" and name in SET_LIKE)
            ):
                return Method(base, name)
            if place.kind == "instance":
                return instance_attribute(low, base, name)
        case Items(elements, cls):
            if cls is not None:
                fields: tuple[str, ...] = cls._fields  # type: ignore[attr-defined]
                if name in fields:
                    return elements[fields.index(name)]
                if name in ("_replace", "_asdict"):
                    return Method(base, name)
                if name == "_fields":
                    return Known(fields)
                return _class_attribute(low, base, cls, name)
            if name in ("index", "count"):
                return Method(base, name)
        case Namespace(receiver, classes):
            for owner in classes:
                if name in owner.__dict__:
                    return _bound(low, receiver, owner, name, owner.__dict__[name])
            raise PrimalRaises(f"'super' object has no attribute '{name}'")
        case SliceValue(start, stop, step):
            return {"start": start, "stop": stop, "step": step}[name]
        case Range(start, stop, step) if name in ("start", "stop", "step"):
            return {"start": start, "stop": stop, "step": step}[name]
        case Function():
            if name in ("__name__", "__qualname__"):
                return Known(base.source.name)
            if name == "__doc__":
                return Known(None)
        case Partial(function):
            if name == "func":
                return function
    low.refuse("unknown attribute", name=name, what=describe(base))


def _value_attribute(low: Lowering, base: Value, kind: Any, name: str) -> Abstract:
    if isinstance(kind, Scalar):
        from s2sad.frontend.numpy_calls import array_attribute

        if kind.also and name not in ("real", "imag"):
            low.refuse("kinds", what=f"the object of .{name}", left=f"a NumPy scalar {kind.dtype}", right=f"a Python {kind.also[0]}")
        return array_attribute(low, base, name)
    if isinstance(kind, Number):
        if name in ("real", "imag"):
            return low.result(low.emit(name, base))
        if name in ("conjugate", "is_integer"):
            return Method(base, name)
        raise_attribute(low, kind.kind, name)
    if isinstance(kind, Generator):
        return Method(base, name)
    if isinstance(kind, Opaque):
        return Method(base, name)
    low.refuse("unknown attribute", name=name, what=describe(base))


def raise_attribute(low: Lowering, cls: str, name: str) -> NoReturn:
    """Python raises AttributeError here."""
    from s2sad.frontend.effects import raise_error

    raise_error(low, "AttributeError", f"'{cls}' object has no attribute '{name}'")


def _known_attribute(low: Lowering, base: Known, value: Any, name: str) -> Abstract:
    if isinstance(value, types.ModuleType):
        if not hasattr(value, name):
            raise PrimalRaises(f"module '{value.__name__}' has no attribute '{name}'")
        found = getattr(value, name)
        if value.__name__.partition(".")[0] in (
            "numpy",
            "math",
            "cmath",
            "scipy",
            "operator",
            "itertools",
            "functools",
            "builtins",
            "collections",
            "copy",
        ):
            return Known(found)
        return low.live(found, base.origin.attribute(name) if base.origin is not None else Origin("module", value.__name__).attribute(name))
    if isinstance(value, np.generic):
        from s2sad.frontend.numpy_calls import array_attribute

        return array_attribute(low, base, name)
    if isinstance(value, (str, bytes)):
        return Method(base, name)
    if isinstance(value, (bool, int, float, complex)):
        if name == "real" and not isinstance(value, complex):
            return Known(+value)
        if name == "imag" and not isinstance(value, complex):
            return Known(type(+value)(0))
        if name in ("real", "imag"):
            return Known(getattr(value, name))
        if name in ("conjugate", "is_integer"):
            return Method(base, name)
        raise_attribute(low, type(value).__name__, name)
    if value is None:
        raise_attribute(low, "NoneType", name)
    if isinstance(value, (np.dtype, np.finfo, np.iinfo)):
        found = getattr(value, name)
        return Known(found)
    if isinstance(value, np.ufunc):
        if name == "at" or name in ("reduce", "accumulate", "outer"):
            found = getattr(value, name)
            return Known(_UFUNC_METHODS.get((value, name), found))
        return Known(getattr(value, name))
    if isinstance(value, enum.Enum) and name in ("value", "name"):
        return low.live(getattr(value, name), base.origin.attribute(name) if base.origin else None)
    if isinstance(value, type):
        found = _lookup(value, name)
        if found is None:
            raise_attribute(low, "type", name)
        owner, raw = found
        if isinstance(raw, staticmethod):
            return low.live(raw.__func__, None)
        if isinstance(raw, classmethod):
            return Method(base, low.live(raw.__func__, None))
        if isinstance(raw, types.FunctionType):
            return _method_function(low, owner, name, raw)
        return low.live(getattr(value, name), base.origin.attribute(name) if base.origin else None)
    if callable(value) and hasattr(value, name):
        return low.live(getattr(value, name), base.origin.attribute(name) if base.origin else None)
    low.refuse("unknown attribute", name=name, what=describe(base))


_UFUNC_METHODS: dict[tuple[Any, str], Any] = {
    (np.add, "reduce"): np.sum,
    (np.multiply, "reduce"): np.prod,
    (np.maximum, "reduce"): np.max,
    (np.minimum, "reduce"): np.min,
    (np.add, "accumulate"): np.cumsum,
    (np.multiply, "accumulate"): np.cumprod,
    (np.multiply, "outer"): np.multiply.outer,
}


# -------------------------------------------------------------------- instances


def content_of(low: Lowering, handle: Handle) -> InstanceContent:
    """Return the attributes that are known of an instance."""
    content = low.store.read(handle.place)
    if isinstance(content, (Conflict, Stale)):
        low.usable(content)
    assert isinstance(content, InstanceContent), content
    return content


def field_before(low: Lowering, place: Place | None, name: str) -> Any:
    """Return an attribute as it was before anything wrote it."""
    if place is None:
        return Unbound(name)
    live = low.live_objects.get(place, ABSENT)
    if live is ABSENT:
        return Unbound(name)
    cache = low.live_fields.setdefault(place, {})
    if name not in cache:
        state = getattr(live, "__dict__", {})
        if name in state:
            value = state[name]
        elif any(name in getattr(base, "__slots__", ()) for base in type(live).__mro__) and hasattr(live, name):
            value = getattr(live, name)
        else:
            return Unbound(name)
        cache[name] = low.live(value, place.origin.attribute(name) if place.origin is not None else None)
    return cache[name]


def _field(low: Lowering, handle: Handle, name: str) -> Any:
    for label, value in content_of(low, handle).fields:
        if label == name:
            return value
    return field_before(low, handle.place, name)


def has_attribute(low: Lowering, handle: Handle, name: str) -> bool:
    """Whether an instance has an attribute."""
    if not isinstance(_field(low, handle, name), Unbound):
        return True
    return handle.place.cls is not None and _lookup(handle.place.cls, name) is not None


def instance_attribute(low: Lowering, base: Handle, name: str) -> Abstract:
    """Return an attribute of an instance, as Python looks it up."""
    cls = base.place.cls
    assert cls is not None
    if name == "__class__":
        return Known(cls)
    if name == "__dict__":
        content = all_fields(low, base)
        return Handle(low.store.place("dict", DictContent(content.fields)))
    found = _lookup(cls, name)
    if found is not None and isinstance(found[1], property):
        return _property(low, base, found[0], name, found[1])
    value: Abstract = _field(low, base, name)
    if not isinstance(value, Unbound):
        return value
    if found is None:
        getter = _lookup(cls, "__getattr__")
        if getter is not None:
            from s2sad.frontend.calls import call

            return call(low, Method(base, _method_function(low, getter[0], "__getattr__", getter[1])), [Known(name)], {})
        raise_attribute(low, cls.__name__, name)
    return _bound(low, base, found[0], name, found[1])


def _lookup(cls: type, name: str) -> tuple[type, Any] | None:
    for owner in cls.__mro__:
        if name in owner.__dict__:
            return owner, owner.__dict__[name]
    return None


def _class_attribute(low: Lowering, base: Abstract, cls: type, name: str) -> Abstract:
    found = _lookup(cls, name)
    if found is None:
        raise_attribute(low, cls.__name__, name)
    if isinstance(found[1], property):
        return _property(low, base, found[0], name, found[1])
    return _bound(low, base, found[0], name, found[1])


def _property(low: Lowering, base: Abstract, owner: type, name: str, raw: property) -> Abstract:
    from s2sad.frontend.calls import call

    if raw.fget is None:
        raise_attribute(low, owner.__name__, name)
    return call(low, _method_function(low, owner, name, raw.fget), [base], {})


def _bound(low: Lowering, receiver: Abstract, owner: type, name: str, raw: Any) -> Abstract:
    """Return a class attribute as seen through an instance."""
    if isinstance(raw, staticmethod):
        return low.live(raw.__func__, None)
    if isinstance(raw, classmethod):
        from s2sad.frontend.builtin_calls import class_of

        kind = receiver.value if isinstance(receiver, Known) and isinstance(receiver.value, type) else class_of(low, receiver)
        return Method(Known(kind), low.live(raw.__func__, None))
    if isinstance(raw, property):
        return _property(low, receiver, owner, name, raw)
    if isinstance(raw, types.FunctionType):
        return Method(receiver, _method_function(low, owner, name, raw))
    if owner is object or owner.__module__ == "builtins":
        if name == "__init__":
            return Known(_nothing)
        low.refuse("unknown attribute", name=name, what=describe(receiver))
    wrapped = getattr(raw, "__wrapped__", None)
    if isinstance(wrapped, types.FunctionType):
        if type(raw).__module__.startswith("s2sad"):
            return Method(receiver, _method_function(low, owner, name, wrapped))
        if hasattr(raw, "attrname") or hasattr(raw, "func"):
            low.refuse("unknown attribute", name=name, what=describe(receiver))
    if type(raw).__name__ == "cached_property":
        from s2sad.frontend.calls import call

        value = call(low, _method_function(low, owner, name, raw.func), [receiver], {})
        set_attribute_of(low, receiver, name, value)
        return value
    if hasattr(type(raw), "__get__") and not callable(raw):
        low.refuse("unknown attribute", name=name, what=describe(receiver))
    return low.live(raw, _class_origin(low, receiver, owner, name))


def _nothing(*arguments: Any, **keywords: Any) -> None:
    return None


def _class_origin(low: Lowering, receiver: Abstract, owner: type, name: str) -> Origin | None:
    if isinstance(receiver, Handle) and receiver.place.origin is not None and receiver.place.cls is not None:
        return receiver.place.origin.attribute("__class__").attribute(name)
    return Origin("module", owner.__module__).attribute(owner.__qualname__).attribute(name)


def _method_function(low: Lowering, owner: type, name: str, raw: Any) -> Abstract:
    from s2sad.frontend.calls import live_function

    low.session.class_of[id(raw)] = owner
    if dataclasses.is_dataclass(owner) and name in ("__init__", "__eq__", "__repr__") and raw.__qualname__.startswith("__create_fn__"):
        return Known(raw)
    origin = Origin("module", owner.__module__).attribute(owner.__qualname__).attribute(name)
    low.session.guard(origin, "is", raw)
    function = live_function(low, raw, origin)
    return Function(function.source, function.parent, function.defaults, function.keyword_defaults, origin)


def set_attribute_of(low: Lowering, base: Abstract, name: str, value: Abstract) -> None:
    """Carry out ``base.name = value``."""
    if isinstance(base, ArrayRef):
        if name == "shape":
            low.refuse("memory", what="assignment to .shape")
        if name in ("real", "imag"):
            from s2sad.frontend.arrays import write_step
            from s2sad.graph.index import View

            write_step(low, base, View(name), (), value)
            return
        if name == "flat":
            from s2sad.frontend.arrays import array_of

            written = array_of(low, value) if isinstance(value, (Items, Handle)) else value
            flat = low.value(written)
            low.overwrite(base, low.emit("reshape_like", flat, low.read(base)) if isinstance(flat.type, Array) else flat)
            return
    if not isinstance(base, Handle) or base.place.kind != "instance":
        low.refuse("operands", what="assignment to an attribute", kinds=describe(base))
    cls = base.place.cls
    assert cls is not None
    found = _lookup(cls, name)
    if found is not None and isinstance(found[1], property):
        from s2sad.frontend.calls import call

        if found[1].fset is None:
            raise_attribute(low, cls.__name__, name)
        call(low, _method_function(low, found[0], name, found[1].fset), [base, value], {})
        return
    setter = _lookup(cls, "__setattr__")
    if setter is not None and isinstance(setter[1], types.FunctionType):
        if dataclasses.is_dataclass(cls) and cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            from s2sad.frontend.effects import raise_error

            raise_error(low, "AttributeError", f"cannot assign to field '{name}'")
        low.refuse("unknown attribute", name="__setattr__", what=describe(base))
    write_field(low, base, name, value)


def write_field(low: Lowering, base: Handle, name: str, value: Abstract) -> None:
    """Write an attribute into the content of an instance."""
    from s2sad.frontend.containers import write

    fields = dict(content_of(low, base).fields)
    fields[name] = value
    write(low, base.place, InstanceContent(tuple(fields.items())))


def all_fields(low: Lowering, handle: Handle) -> InstanceContent:
    """Return all attributes of an instance, those of a live one read now."""
    fields = dict(content_of(low, handle).fields)
    live = low.live_objects.get(handle.place, ABSENT)
    if live is not ABSENT:
        for name in getattr(live, "__dict__", {}):
            if name not in fields:
                fields[name] = field_before(low, handle.place, name)
    return InstanceContent(tuple(fields.items()))


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
    new = _lookup(cls, "__new__")
    if new is not None and new[0] is not object:
        low.refuse("unknown function", name=f"{cls.__qualname__}.__new__")
    handle = Handle(low.store.place("instance", InstanceContent(()), cls=cls))
    init = _lookup(cls, "__init__")
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

    call(low, _method_function(low, init[0], "__init__", init[1]), [handle, *arguments], keywords)
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
    after = _lookup(cls, "__post_init__")
    if after is not None:
        from s2sad.frontend.calls import call

        call(low, _method_function(low, after[0], "__post_init__", after[1]), [handle], {})


def _made(low: Lowering, factory: Any) -> Abstract:
    from s2sad.frontend.calls import call

    return call(low, Known(factory), [], {})


# -------------------------------------------------------------------- operators of the user


def call_special(
    low: Lowering, thing: Abstract, name: str, arguments: Sequence[Abstract], keywords: Keywords | None = None
) -> Abstract | None:
    """Call a special method that the user has defined; None when there is none."""
    if isinstance(thing, Handle) and thing.place.kind == "instance" and thing.place.cls is not None:
        found = _lookup(thing.place.cls, name)
    elif isinstance(thing, Items) and thing.cls is not None:
        found = _lookup(thing.cls, name)
        if found is not None and found[0] is tuple:
            return None
    else:
        return None
    if found is None or not isinstance(found[1], types.FunctionType):
        return None
    if name == "__eq__" and _is_generated(found[1]) and dataclasses.is_dataclass(found[0]):
        return None
    from s2sad.frontend.calls import call

    return call(low, _method_function(low, found[0], name, found[1]), [thing, *arguments], keywords or {})


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
    from s2sad.frontend.expressions import truth

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


__all__ = ["attribute_of", "math"]

"""Instances, classes, modules and attributes.

An instance is a place whose content is the attributes that are known.  Attributes of a live instance are read when they are
first asked for; what was read is an input or a guard.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import types
from typing import Any, NoReturn

import numpy as np

from s2sad.frontend.array_methods import array_attribute
from s2sad.frontend.arrays import array_of, write_step
from s2sad.frontend.containers import write
from s2sad.frontend.contents import content_of
from s2sad.frontend.effects import REPORTS, raise_error
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.session import is_logger
from s2sad.frontend.sharing import relate
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    DictContent,
    Function,
    Handle,
    InstanceContent,
    Items,
    Known,
    Method,
    Namespace,
    Origin,
    Partial,
    Place,
    Range,
    SliceValue,
    Unbound,
)
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Generator, Number, Opaque, Scalar
from s2sad.record import record

Keywords = dict[str, Abstract]


LIST_LIKE = ("append", "extend", "pop", "insert", "reverse", "clear", "index", "count", "copy", "remove", "sort")


DEQUE_LIKE = ("appendleft", "popleft", "extendleft", "rotate")


DICT_LIKE = ("get", "keys", "values", "items", "update", "pop", "setdefault", "copy", "clear")


SET_LIKE = ("add", "discard", "copy", "clear")


GENERATED = ("__init__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__")


def attribute_of(low: Lowering, base: Abstract, name: str) -> Abstract:
    """Return ``base.name``."""
    match base:
        case ArrayRef() | Value() if name == "__class__":
            from s2sad.frontend.inspection import class_of

            found = class_of(low, base)
            if found is None:
                low.refuse("unknown attribute", name=name, what=describe(base))
            return Known(found)
        case ArrayRef():
            return array_attribute(low, base, name)
        case Value(type=kind):
            return _value_attribute(low, base, kind, name)
        case Known(value):
            return _known_attribute(low, base, value, name)
        case Handle(place):
            if (
                (place.kind == "list" and name in LIST_LIKE)
                or (place.cls is collections.deque and name in DEQUE_LIKE)
                or (place.kind == "dict" and name in DICT_LIKE)
                or (place.kind == "set" and name in SET_LIKE)
            ):
                return Method(base, name)
            if place.cls is collections.deque and name == "maxlen":
                return Known(place.limit)
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
                    return class_member(low, receiver, owner, owner, name, owner.__dict__[name])
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
    raise_error(low, "AttributeError", f"'{cls}' object has no attribute '{name}'")


def _known_attribute(low: Lowering, base: Known, value: Any, name: str) -> Abstract:
    if is_logger(value) and name in REPORTS:
        return Known(getattr(value, name))
    if isinstance(value, enum.Enum):
        from s2sad.frontend.enums import member_attribute

        return member_attribute(low, base, name)
    if isinstance(value, dataclasses.Field) and name in ("name", "init", "compare"):
        return Known(getattr(value, name))
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
        origin = base.origin if base.origin is not None else low.session.hold(value, value.__name__)
        return low.live(found, origin.attribute(name))
    if isinstance(value, np.generic):
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
        return Known(getattr(value, name))
    if isinstance(value, type):
        if name in ("__name__", "__qualname__", "__module__", "__mro__", "__doc__", "__members__"):
            return Known(getattr(value, name))
        found = class_lookup(value, name)
        if found is None:
            raise PrimalRaises(f"type object '{value.__name__}' has no attribute '{name}'", AttributeError)
        owner, raw = found
        if isinstance(raw, (staticmethod, classmethod)):
            return class_member(low, base, value, owner, name, raw)
        if isinstance(raw, types.FunctionType):
            return method_function(low, value, owner, name, raw)
        return low.live(getattr(value, name), class_attribute(low, value, name))
    if callable(value) and hasattr(value, name):
        return low.live(getattr(value, name), base.origin.attribute(name) if base.origin else None)
    low.refuse("unknown attribute", name=name, what=describe(base))


def fields_of(low: Lowering, handle: Handle) -> InstanceContent:
    """Return the attributes that are known of an instance."""
    content = content_of(low, handle)
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


def instance_dict(low: Lowering, base: Handle) -> Handle:
    """Return ``vars(instance)``: a dict through which the attributes can be read and written, as long as the instance is not."""
    made = low.store.place("dict", DictContent(all_fields(low, base).fields), mirror=base.place)
    relate(made, base.place)
    return Handle(made)


def _field(low: Lowering, handle: Handle, name: str) -> Any:
    for label, value in fields_of(low, handle).fields:
        if label == name:
            return value
    return field_before(low, handle.place, name)


def has_attribute(low: Lowering, handle: Handle, name: str) -> bool:
    """Whether an instance has an attribute."""
    if not isinstance(_field(low, handle, name), Unbound):
        return True
    return handle.place.cls is not None and class_lookup(handle.place.cls, name) is not None


def instance_attribute(low: Lowering, base: Handle, name: str) -> Abstract:
    """Return an attribute of an instance, as Python looks it up."""
    cls = base.place.cls
    assert cls is not None
    if name == "__class__":
        return Known(cls)
    if name == "__dict__":
        return instance_dict(low, base)
    found = class_lookup(cls, name)
    if found is not None and isinstance(found[1], property):
        return _property(low, base, cls, found[0], name, found[1])
    from s2sad.frontend import descriptors
    from s2sad.frontend.descriptors import hook

    if found is not None and hook(found[1], "__get__") is not None and hook(found[1], "__set__") is not None:
        return descriptors.read(low, base, cls, name, found[1])
    if isinstance(getattr(cls, "__getattribute__", None), types.FunctionType):
        low.refuse("unknown attribute", name="__getattribute__", what=describe(base))
    value: Abstract = _field(low, base, name)
    if not isinstance(value, Unbound):
        return value
    if found is None:
        getter = class_lookup(cls, "__getattr__")
        if getter is not None:
            from s2sad.frontend.calls import call

            return call(low, Method(base, method_function(low, cls, getter[0], "__getattr__", getter[1])), [Known(name)], {})
        raise_attribute(low, cls.__name__, name)
    if base.place in low.live_objects and cls.__dictoffset__:
        low.session.guard(base.place.origin, "lacks", name)
    return class_member(low, base, cls, found[0], name, found[1])


def class_lookup(cls: type, name: str) -> tuple[type, Any] | None:
    """Return where in the classes of an instance a name is found, and what it is there."""
    for owner in cls.__mro__:
        if name in owner.__dict__:
            return owner, owner.__dict__[name]
    return None


def _class_attribute(low: Lowering, base: Abstract, cls: type, name: str) -> Abstract:
    found = class_lookup(cls, name)
    if found is None:
        raise_attribute(low, cls.__name__, name)
    if isinstance(found[1], property):
        return _property(low, base, cls, found[0], name, found[1])
    return class_member(low, base, cls, found[0], name, found[1])


def _property(low: Lowering, base: Abstract, cls: type, owner: type, name: str, raw: property) -> Abstract:

    if raw.fget is None:
        raise_attribute(low, owner.__name__, name)
    from s2sad.frontend.calls import call

    return call(low, method_function(low, cls, owner, name, raw.fget, "fget"), [base], {})


def class_member(low: Lowering, receiver: Abstract, cls: type, owner: type, name: str, raw: Any) -> Abstract:
    """Return what an attribute of a class is to an instance; `owner` is where it was found on the way through `cls`."""
    if isinstance(raw, staticmethod):
        return low.live(raw.__func__, class_attribute(low, cls, name))
    if isinstance(raw, classmethod):
        from s2sad.frontend.inspection import class_of

        kind = receiver.value if isinstance(receiver, Known) and isinstance(receiver.value, type) else class_of(low, receiver)
        return Method(Known(kind), method_function(low, cls, owner, name, raw.__func__, "__func__"))
    if isinstance(raw, property):
        return _property(low, receiver, cls, owner, name, raw)
    if isinstance(raw, types.FunctionType):
        return Method(receiver, method_function(low, cls, owner, name, raw))
    if owner is object or owner.__module__ == "builtins":
        if name == "__init__":
            return Method(receiver, name) if issubclass(owner, BaseException) else Known(_nothing)
        if name == "__str__" and issubclass(owner, BaseException) and isinstance(receiver, Handle):
            return Method(receiver, name)
        low.refuse("unknown attribute", name=name, what=describe(receiver))
    wrapped = getattr(raw, "__wrapped__", None)
    if isinstance(wrapped, types.FunctionType):
        if isinstance(raw, functools._lru_cache_wrapper):
            return Method(receiver, method_function(low, cls, owner, name, wrapped, "__wrapped__"))
        if type(raw).__module__.startswith("s2sad"):
            return Method(receiver, method_function(low, cls, owner, name, wrapped, "__wrapped__"))
        if hasattr(raw, "attrname") or hasattr(raw, "func"):
            low.refuse("unknown attribute", name=name, what=describe(receiver))
    if type(raw).__name__ == "cached_property":
        from s2sad.frontend.calls import call

        value = call(low, method_function(low, cls, owner, name, raw.func, "func"), [receiver], {})
        set_attribute_of(low, receiver, name, value)
        return value
    from s2sad.frontend import descriptors

    if isinstance(receiver, Handle) and descriptors.hook(raw, "__get__") is not None:
        return descriptors.read(low, receiver, cls, name, raw)
    if isinstance(raw, functools.partialmethod):
        return Partial(Method(receiver, low.live(raw.func, class_attribute(low, cls, name).attribute("func"))), *_given(low, raw))
    if hasattr(type(raw), "__get__") and not callable(raw):
        low.refuse("unknown attribute", name=name, what=describe(receiver))
    return low.live(raw, class_attribute(low, cls, name))


def _given(low: Lowering, raw: Any) -> tuple[tuple[Abstract, ...], tuple[tuple[str, Abstract], ...]]:
    """Return what a `partialmethod` hands to its function."""
    origin = low.session.hold(raw, "partialmethod")
    first = tuple(low.live(one, origin.attribute("args").item(k)) for k, one in enumerate(raw.args))
    return first, tuple((name, low.live(one, origin.attribute("keywords").item(name))) for name, one in raw.keywords.items())


def _nothing(*arguments: Any, **keywords: Any) -> None:
    return None


@record(frozen=True)
class GeneratedMethod:
    """A method that `dataclasses` has written for a class."""

    owner: type
    name: str


def is_generated(function: Any) -> bool:
    """Whether a method was written by `dataclasses`: there is no source, but its meaning is known."""
    return function.__code__.co_filename == "<string>" and function.__name__ in GENERATED


def class_attribute(low: Lowering, cls: type, name: str) -> Origin:
    """Return the way to an attribute of a class, looked up as Python does: a subclass may get one of its own later."""
    held: Origin = low.session.hold(cls, cls.__name__)
    return held.attribute(name)


def method_function(low: Lowering, cls: type, owner: type, name: str, raw: Any, *steps: str) -> Abstract:
    """Return a function of a class, such as the getter of a property; that it is still this one is guarded."""
    low.session.class_of[id(raw)] = owner
    origin = class_attribute(low, cls, name)
    for step in steps:
        origin = origin.attribute(step)
    low.session.guard(origin, "is", raw)
    if dataclasses.is_dataclass(owner) and is_generated(raw):
        return Known(GeneratedMethod(owner, raw.__name__))
    from s2sad.frontend.calls import live_function

    function = live_function(low, raw, origin)
    return Function(function.source, function.parent, function.defaults, function.keyword_defaults, origin)


def set_attribute_of(low: Lowering, base: Abstract, name: str, value: Abstract) -> None:
    """Carry out ``base.name = value``."""
    if isinstance(base, ArrayRef):
        if name == "shape":
            low.refuse("memory", what="assignment to .shape")
        if name in ("real", "imag"):
            from s2sad.graph.index import View

            write_step(low, base, View(name), (), value)
            return
        if name == "flat":
            written = array_of(low, value) if isinstance(value, (Items, Handle)) else value
            flat = low.value(written)
            low.overwrite(base, low.emit("reshape_like", flat, low.read(base)) if isinstance(flat.type, Array) else flat)
            return
    if not isinstance(base, Handle) or base.place.kind != "instance":
        low.refuse("operands", what="assignment to an attribute", kinds=describe(base))
    cls = base.place.cls
    assert cls is not None
    found = class_lookup(cls, name)
    if found is not None and isinstance(found[1], property):
        if found[1].fset is None:
            raise_attribute(low, cls.__name__, name)
        from s2sad.frontend.calls import call

        call(low, method_function(low, cls, found[0], name, found[1].fset, "fset"), [base, value], {})
        return
    if found is not None and hasattr(type(found[1]), "__set__") and not isinstance(found[1], types.MemberDescriptorType):
        from s2sad.frontend import descriptors

        if descriptors.hook(found[1], "__set__") is None:
            low.refuse("unknown attribute", name=name, what=describe(base))
        descriptors.write(low, base, cls, name, found[1], value)
        return
    setter = class_lookup(cls, "__setattr__")
    if setter is not None and isinstance(setter[1], types.FunctionType):
        if dataclasses.is_dataclass(cls) and cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise PrimalRaises(f"cannot assign to field {name!r}", dataclasses.FrozenInstanceError)
        from s2sad.frontend.calls import call

        call(low, method_function(low, cls, setter[0], "__setattr__", setter[1]), [base, Known(name), value], {})
        return
    write_field(low, base, name, value)


def write_field(low: Lowering, base: Handle, name: str, value: Abstract) -> None:
    """Write an attribute into the content of an instance."""
    fields = dict(fields_of(low, base).fields)
    fields[name] = value
    write(low, base.place, InstanceContent(tuple(fields.items())))


def all_fields(low: Lowering, handle: Handle) -> InstanceContent:
    """Return all attributes of an instance, those of a live one read now."""
    fields = dict(fields_of(low, handle).fields)
    live = low.live_objects.get(handle.place, ABSENT)
    if live is not ABSENT:
        for name in getattr(live, "__dict__", {}):
            if name not in fields:
                fields[name] = field_before(low, handle.place, name)
    return InstanceContent(tuple(fields.items()))

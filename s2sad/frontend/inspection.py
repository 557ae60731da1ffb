"""Built-in functions that ask what a thing is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from s2sad.frontend.assignment import set_attribute
from s2sad.frontend.choices import dispatch
from s2sad.frontend.expressions import attribute
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import has_attribute
from s2sad.frontend.values import Abstract, ArrayRef, Choice, Function, Handle, Items, Known, Method, Partial, Range, SliceValue
from s2sad.graph.core import Value
from s2sad.graph.types import Number, Scalar

if TYPE_CHECKING:
    from s2sad.frontend.builtin_calls import Keywords


def _isinstance(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing, wanted = arguments
    if isinstance(thing, Choice):
        return dispatch(low, thing, lambda option: _isinstance(low, [option, wanted], {}))
    classes = low.static(wanted, "the class of isinstance")
    classes = classes if isinstance(classes, tuple) else (classes,)
    kind = class_of(low, thing)
    if kind is None:
        low.refuse("operands", what="isinstance", kinds=describe(thing))
    return Known(issubclass(kind, classes))


def _issubclass(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    kind, wanted = (low.static(argument, "the class of issubclass") for argument in arguments)
    return Known(issubclass(kind, wanted))


def class_of(low: Lowering, thing: Abstract) -> type | None:
    """Return the class of a thing."""
    match thing:
        case Known(value):
            return type(value)
        case ArrayRef():
            return np.ndarray
        case Items(cls=cls):
            return cls or tuple
        case Handle(place):
            return place.cls or {"list": list, "dict": dict, "set": set}.get(place.kind)
        case Range():
            return range
        case Function():
            import types

            return types.FunctionType
        case Method():
            import types

            return types.MethodType
        case Partial():
            return functools.partial
        case SliceValue():
            return slice
        case Value(type=kind):
            if isinstance(kind, Number) and not kind.also:
                return {"bool": bool, "int": int, "float": float, "complex": complex}[kind.kind]
            if isinstance(kind, Scalar) and not kind.also:
                return np.dtype(kind.dtype).type
    return None


def _type(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) != 1:
        low.refuse("syntax", what="a class made by type()", remedy="define the class in the module")
    if isinstance(arguments[0], Choice):
        return dispatch(low, arguments[0], lambda option: _type(low, [option], {}))
    kind = class_of(low, arguments[0])
    if kind is None:
        low.refuse("operands", what="type()", kinds=describe(arguments[0]))
    return Known(kind)


def _callable(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = arguments[0]
    if isinstance(thing, (Function, Method, Partial)):
        return Known(True)
    if isinstance(thing, Handle):
        return Known(callable(getattr(thing.place.cls, "__call__", None)) if thing.place.cls else False)  # noqa: B004  (asked of the instances)
    return Known(isinstance(thing, Known) and callable(thing.value))


def _hasattr(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    name = low.static(arguments[1], "the name of an attribute")
    thing = arguments[0]
    if isinstance(thing, Handle) and thing.place.kind == "instance":
        return Known(has_attribute(low, thing, name))
    if isinstance(thing, Known):
        return Known(hasattr(thing.value, name))
    kind = class_of(low, thing)
    if kind is None:
        low.refuse("operands", what="hasattr", kinds=describe(thing))
    return Known(hasattr(kind, name))


def _getattr(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    name = low.static(arguments[1], "the name of an attribute")
    if len(arguments) == 3:
        has = _hasattr(low, arguments[:2], {})
        if isinstance(has, Known) and not has.value:
            return arguments[2]
    return attribute(low, arguments[0], name)


def _setattr(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    set_attribute(low, arguments[0], low.static(arguments[1], "the name of an attribute"), arguments[2])
    return Known(None)

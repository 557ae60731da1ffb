"""Python's built-in functions, and those of its standard library that numeric code uses."""

from __future__ import annotations

import bisect
import collections
import copy
import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.frontend.arrays import length
from s2sad.frontend.branches import branch
from s2sad.frontend.choices import dispatch
from s2sad.frontend.classes import call_special
from s2sad.frontend.container_methods import dict_update
from s2sad.frontend.contents import content_of
from s2sad.frontend.dataclass_methods import DATACLASS_FUNCTIONS
from s2sad.frontend.effects import passive_value, print_call, raise_error
from s2sad.frontend.folding import _any_all, _min_max, _sorted, _sum
from s2sad.frontend.inspection import _callable, _getattr, _hasattr, _isinstance, _issubclass, _setattr, _type, class_of
from s2sad.frontend.iteration import as_list, is_suspended, known_elements, range_length, resolved
from s2sad.frontend.iterators import advance, make_iterator
from s2sad.frontend.itertools_calls import BORROWED, ITERTOOLS
from s2sad.frontend.leaving import guard
from s2sad.frontend.library import _copy, _fsum, _getitem, _namedtuple, _ndenumerate, _ndindex, _not, _operator, _partial, searched
from s2sad.frontend.lists import list_length
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.numpy_calls import call_numpy
from s2sad.frontend.operators import binary, compare, contiguous, numeric, truth
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    GrowingContent,
    Handle,
    Items,
    Known,
    Lazy,
    ListContent,
    Namespace,
    Range,
    RepeatedContent,
    SliceValue,
)
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Number, Scalar, dtype_of

Keywords = dict[str, Abstract]


Builtin = Callable[[Lowering, list[Abstract], Keywords], Abstract]


def _no_keywords(low: Lowering, name: str, keywords: Keywords) -> None:
    for label in keywords:
        low.refuse("unknown keyword", name=label, function=name, remedy="leave it out")


def _len(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    (thing,) = arguments
    match thing:
        case ArrayRef():
            return length(low, thing)
        case Items(elements):
            return Known(len(elements))
        case Known(value) if not isinstance(value, (int, float, complex)):
            return Known(len(value))
        case Range():
            return range_length(low, thing)
        case Handle():
            content = content_of(low, thing)
            if isinstance(content, ListContent):
                return Known(len(content.elements))
            if isinstance(content, DictContent):
                return Known(len(content.entries))
            if isinstance(content, RepeatedContent):
                return content.count
            if isinstance(content, GrowingContent):
                return list_length(low, content)

            result = call_special(low, thing, "__len__", [])
            if result is not None:
                return result
        case Lazy(kind, parts) if kind in ("keys", "values", "items"):
            return _len(low, [parts[0]], {})
        case Choice():
            return dispatch(low, thing, lambda option: _len(low, [option], {}))
        case _ if numeric(low, thing):
            raise PrimalRaises("object has no len()")
    low.refuse("operands", what="len", kinds=describe(thing))


def _range(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    parts = [low.usable(argument) for argument in arguments]
    for k, part in enumerate(parts):
        kind = low.type_of(part)
        if isinstance(kind, Number) and kind.kind in ("float", "complex") and not kind.also:
            raise_error(low, "TypeError", "'float' object cannot be interpreted as an integer")
        if isinstance(part, Choice):
            parts[k] = low.value(part)
        elif isinstance(part, Known) and isinstance(part.value, np.integer):
            parts[k] = Known(int(part.value))
        elif isinstance(part, Value) and isinstance(part.type, Scalar):
            parts[k] = low.emit("to_int", part)
    match parts:
        case [stop]:
            return Range(Known(0), stop, Known(1))
        case [start, stop]:
            return Range(start, stop, Known(1))
        case [start, stop, step]:
            return Range(start, stop, step)
    raise PrimalRaises("range expected at least 1 argument")


def _enumerate(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    start = arguments[1] if len(arguments) > 1 else keywords.get("start", Known(0))
    return Lazy("enumerate", (resolved(low, low.usable(arguments[0])), start))


def _zip(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    strict = bool(low.static(keywords.pop("strict"), "strict")) if "strict" in keywords else False
    _no_keywords(low, "zip", keywords)
    parts = [resolved(low, low.usable(argument)) for argument in arguments]
    if strict and not any(map(is_suspended, parts)):
        _same_lengths(low, parts)
        strict = False
    return Lazy("zip", tuple(parts), strict)


def _same_lengths(low: Lowering, arguments: list[Abstract]) -> None:
    lengths = [_len(low, [argument], {}) for argument in arguments]
    for other in lengths[1:]:
        answer = truth(low, compare(low, gast.Eq, lengths[0], other))
        if answer is False:
            raise PrimalRaises("zip() arguments have different lengths")
        if isinstance(answer, Value):
            branch(low, answer, lambda: None, lambda: raise_error(low, "ValueError", "zip() argument 2 is shorter than argument 1"))
            guard(low)


def _reversed(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Lazy("reversed", (arguments[0],))


def _map(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Lazy("map", (arguments[0], *(resolved(low, low.usable(argument)) for argument in arguments[1:])))


def _filter(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Lazy("filter", (arguments[0], resolved(low, low.usable(arguments[1]))))


def _abs(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    (thing,) = arguments
    if isinstance(thing, Known) and isinstance(thing.value, int):
        return Known(abs(thing.value))
    if not numeric(low, thing):
        result = call_special(low, thing, "__abs__", [])
        if result is not None:
            return result

    return low.result(low.emit("absolute", low.value(thing, "abs")), contiguous=contiguous(low, thing))


def _cast(name: str, python: Callable[..., Any]) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        _no_keywords(low, name, keywords)
        if not arguments:
            return Known(python())
        thing = low.usable(arguments[0])
        if isinstance(thing, Known) and (isinstance(thing.value, (str, bytes, bool, int)) or name in ("int", "bool") or len(arguments) > 1):
            try:
                return Known(python(*(low.static(argument, f"an argument of {name}") for argument in arguments)))
            except (ValueError, TypeError, OverflowError) as problem:
                raise_error(low, type(problem).__name__, str(problem))
        if name == "bool":
            answer = truth(low, thing)
            return Known(answer) if isinstance(answer, bool) else answer
        if name == "complex" and len(arguments) == 2:
            real, imaginary = (low.value(argument) for argument in arguments)
            return low.emit("add", low.emit("to_complex", real), low.emit("multiply", imaginary, low.constant(1j)))
        if isinstance(thing, Choice) and not numeric(low, thing):
            return dispatch(low, thing, lambda option: run(low, [option], {}))
        if not numeric(low, thing):
            result = call_special(low, thing, f"__{name}__", [])
            if result is not None:
                return result
            low.refuse("operands", what=f"{name}()", kinds=describe(thing))
        value = low.value(thing)
        if isinstance(value.type, Number) and value.type.kind == name and not value.type.also:
            return value
        if isinstance(value.type, Array):
            if value.type.shape is not None and not all(low.sizes.is_one(size) for size in value.type.shape):
                raise PrimalRaises("only 0-dimensional arrays can be converted to Python scalars")
            if value.type.shape:
                value = low.emit("reshape", value, shape=())
        dtype = dtype_of(value.type)
        if dtype is not None and dtype[0] == "c" and name in ("float", "int"):
            raise PrimalRaises("can't convert complex to float")
        return low.emit(f"to_{name}", value)

    return run


def _round(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = low.usable(arguments[0])
    digits = arguments[1] if len(arguments) > 1 else keywords.get("ndigits")
    kind = low.type_of(thing)
    if isinstance(kind, Array):
        return call_numpy(low, np.round, [thing, *([digits] if digits is not None else [])], {})
    value = low.value(thing)
    number = None if digits is None else low.static(digits, "the digits of round")
    return low.emit("python_round", value, digits=number)


def _list(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    return as_list(low, arguments[0]) if arguments else low.list_of([])


def _tuple(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    if not arguments:
        return Items(())
    thing = low.usable(arguments[0])
    if isinstance(thing, Items):
        return Items(thing.elements)
    return Items(tuple(known_elements(low, as_list(low, thing), "tuple()")))


def _dict(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    handle = Handle(low.store.place("dict", DictContent(())))
    if arguments or keywords:
        dict_update(low, handle, DictContent(()), *arguments, **keywords)
    return handle


def _set(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    elements = known_elements(low, as_list(low, arguments[0]), "set()") if arguments else []
    keys = dict.fromkeys(low.static(element, "an element of a set") for element in elements)
    return Handle(low.store.place("set", DictContent(tuple((key, Known(None)) for key in keys))))


def _slice(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    match arguments:
        case [stop]:
            return SliceValue(Known(None), stop, Known(None))
        case [start, stop]:
            return SliceValue(start, stop, Known(None))
        case [start, stop, step]:
            return SliceValue(start, stop, step)
    raise PrimalRaises("slice expected at least 1 argument")


def _pow(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) == 3 and not keywords and all(isinstance(argument, Known) for argument in arguments):
        return Known(pow(*(argument.value for argument in arguments)))  # type: ignore[union-attr]
    if len(arguments) != 2 or keywords:
        low.refuse("call", what="pow", why="it takes two arguments here")
    return binary(low, gast.Pow, arguments[0], arguments[1])


def _divmod(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Items((binary(low, gast.FloorDiv, arguments[0], arguments[1]), binary(low, gast.Mod, arguments[0], arguments[1])))


def _print(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    return print_call(low, arguments, keywords)


def _text(kind: Callable[[Any], str], conversion: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

        if not arguments:
            return Known("")
        thing = low.usable(arguments[0])
        if isinstance(thing, Known):
            return Known(kind(thing.value))
        if kind is repr and isinstance(thing, Handle) and thing.place.cls is not None and issubclass(thing.place.cls, BaseException):
            from s2sad.frontend.exceptions import shown_exception

            return shown_exception(low, thing)
        return low.emit("text", passive_value(low, thing), template=f"{{{conversion}}}")

    return run


def _format(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    spec = low.static(arguments[1], "a format") if len(arguments) > 1 else ""
    thing = low.usable(arguments[0])
    if isinstance(thing, Known):
        return Known(format(thing.value, spec))
    return low.emit("text", passive_value(low, thing), template=f"{{:{spec}}}" if spec else "{}")


def _id_or_hash(name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        low.refuse("memory", what=f"{name}()")

    return run


def _impure(name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        low.refuse("impure", name=f"{name}()")

    return run


def is_super(callee: Abstract) -> bool:
    """Whether a thing is the built-in `super`."""
    return isinstance(callee, Known) and callee.value is super


def call_super(low: Lowering) -> Abstract:
    """Return ``super()``."""
    frame: Any = low.frame
    while frame is not None and frame.cls is None:
        frame = frame.parent
    if frame is None or frame.receiver is None:
        low.refuse("syntax", what="super() outside a method", remedy="name the class")
    kind = class_of(low, frame.receiver)
    if kind is None or frame.cls not in kind.__mro__:
        low.refuse("syntax", what="super() here", remedy="name the class")
    position = kind.__mro__.index(frame.cls)
    return Namespace(frame.receiver, kind.__mro__[position + 1 :])


BUILTINS: dict[Any, Builtin] = {
    len: _len,
    range: _range,
    enumerate: _enumerate,
    zip: _zip,
    reversed: _reversed,
    map: _map,
    filter: _filter,
    abs: _abs,
    round: _round,
    float: _cast("float", float),
    int: _cast("int", int),
    bool: _cast("bool", bool),
    complex: _cast("complex", complex),
    min: _min_max("Lt", "min"),
    max: _min_max("Gt", "max"),
    sum: _sum,
    any: _any_all(True, "any"),
    all: _any_all(False, "all"),
    sorted: _sorted,
    isinstance: _isinstance,
    issubclass: _issubclass,
    type: _type,
    callable: _callable,
    hasattr: _hasattr,
    getattr: _getattr,
    setattr: _setattr,
    list: _list,
    tuple: _tuple,
    dict: _dict,
    set: _set,
    frozenset: _set,
    slice: _slice,
    pow: _pow,
    divmod: _divmod,
    print: _print,
    str: _text(str, ""),
    repr: _text(repr, "!r"),
    format: _format,
    iter: make_iterator,
    next: advance,
    id: _id_or_hash("id"),
    hash: _id_or_hash("hash"),
    input: _impure("input"),
    open: _impure("open"),
    eval: _impure("eval"),
    exec: _impure("exec"),
    globals: _impure("globals"),
    locals: _impure("locals"),
    __import__: _impure("__import__"),
    functools.partial: _partial,
    copy.copy: _copy(False),
    copy.deepcopy: _copy(True),
    operator.add: _operator("Add"),
    operator.sub: _operator("Sub"),
    operator.mul: _operator("Mult"),
    operator.truediv: _operator("Div"),
    operator.floordiv: _operator("FloorDiv"),
    operator.mod: _operator("Mod"),
    operator.pow: _operator("Pow"),
    operator.matmul: _operator("MatMult"),
    operator.lt: _operator("Lt"),
    operator.le: _operator("LtE"),
    operator.gt: _operator("Gt"),
    operator.ge: _operator("GtE"),
    operator.eq: _operator("Eq"),
    operator.ne: _operator("NotEq"),
    operator.is_: _operator("Is"),
    operator.neg: _operator("USub"),
    operator.pos: _operator("UAdd"),
    operator.getitem: _getitem,
    operator.not_: _not,
    operator.abs: _abs,
    collections.namedtuple: _namedtuple,
    np.ndindex: _ndindex,
    np.ndenumerate: _ndenumerate,
    math.fsum: _fsum,
    **DATACLASS_FUNCTIONS,
    **ITERTOOLS,
    **BORROWED,
    bisect.bisect_left: searched("left"),
    bisect.bisect_right: searched("right"),
}

"""Python's built-in functions, and those of its standard library that numeric code uses."""

from __future__ import annotations

import builtins
import collections
import copy
import functools
import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.frontend.arrays import extent, length
from s2sad.frontend.expressions import attribute, binary, compare, conditional, item, numeric, truth, unary
from s2sad.frontend.joins import dispatch
from s2sad.frontend.lower import Lowering, PrimalRaises, describe
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    DictContent,
    Function,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    Lazy,
    ListContent,
    Method,
    Namespace,
    Partial,
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
            from s2sad.frontend.iteration import range_length

            return range_length(low, thing)
        case Handle():
            from s2sad.frontend.containers import content_of

            content = content_of(low, thing)
            if isinstance(content, ListContent):
                return Known(len(content.elements))
            if isinstance(content, DictContent):
                return Known(len(content.entries))
            if isinstance(content, RepeatedContent):
                return content.count
            if isinstance(content, GrowingContent):
                from s2sad.frontend.containers import list_length

                return list_length(low, content)
            from s2sad.frontend.objects import call_special

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
            from s2sad.frontend.effects import raise_error

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
    return Lazy("enumerate", (arguments[0], start))


def _zip(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    strict = bool(low.static(keywords.pop("strict"), "strict")) if "strict" in keywords else False
    _no_keywords(low, "zip", keywords)
    if strict:
        _same_lengths(low, arguments)
    return Lazy("zip", tuple(arguments), strict)


def _same_lengths(low: Lowering, arguments: list[Abstract]) -> None:
    lengths = [_len(low, [argument], {}) for argument in arguments]
    for other in lengths[1:]:
        answer = truth(low, compare(low, gast.Eq, lengths[0], other))
        if answer is False:
            raise PrimalRaises("zip() arguments have different lengths")
        if isinstance(answer, Value):
            from s2sad.frontend.effects import raise_error
            from s2sad.frontend.joins import branch

            branch(low, answer, lambda: None, lambda: raise_error(low, "ValueError", "zip() argument 2 is shorter than argument 1"))


def _reversed(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Lazy("reversed", (arguments[0],))


def _map(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Lazy("map", tuple(arguments))


def _filter(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Lazy("filter", tuple(arguments))


def _abs(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    (thing,) = arguments
    if isinstance(thing, Known) and isinstance(thing.value, int):
        return Known(abs(thing.value))
    if not numeric(low, thing):
        from s2sad.frontend.objects import call_special

        result = call_special(low, thing, "__abs__", [])
        if result is not None:
            return result
    from s2sad.frontend.expressions import contiguous

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
                from s2sad.frontend.effects import raise_error

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
            from s2sad.frontend.objects import call_special

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
        from s2sad.frontend.numpy_calls import call_numpy

        return call_numpy(low, np.round, [thing, *([digits] if digits is not None else [])], {})
    value = low.value(thing)
    number = None if digits is None else low.static(digits, "the digits of round")
    return low.emit("python_round", value, digits=number)


def least(low: Lowering, things: Sequence[Abstract]) -> Abstract:
    """Return the smallest by Python's `min`: the first of equals."""
    return _extreme(low, list(things), gast.Lt, None)


def _itself(thing: Abstract) -> Abstract:
    return thing


def _extreme(low: Lowering, things: list[Abstract], kind: type, key: Abstract | None) -> Abstract:
    from s2sad.frontend.calls import call

    def keyed(thing: Abstract) -> Abstract:
        return thing if key is None else call(low, key, [thing], {})

    best = low.usable(things[0])
    rank = keyed(best)
    for thing in things[1:]:
        thing = low.usable(thing)
        other = keyed(thing)
        answer = truth(low, compare(low, kind, other, rank))
        if isinstance(answer, bool):
            if answer:
                best, rank = thing, other
        elif key is None:
            best = conditional(low, answer, functools.partial(_itself, thing), functools.partial(_itself, best))
            rank = best
        else:
            pair = conditional(low, answer, functools.partial(Items, (thing, other)), functools.partial(Items, (best, rank)))
            assert isinstance(pair, Items)
            best, rank = pair.elements
    return best


def _min_max(comparison: str, name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        kind = getattr(gast, comparison)
        key = keywords.pop("key", None)
        default = keywords.pop("default", None)
        _no_keywords(low, name, keywords)
        if isinstance(key, Known) and key.value is None:
            key = None
        if len(arguments) > 1:
            return _extreme(low, arguments, kind, key)
        (thing,) = arguments
        known = _known_elements(low, thing)
        if known is not None:
            if not known:
                if default is not None:
                    return default
                from s2sad.frontend.effects import raise_error

                raise_error(low, "ValueError", f"{name}() arg is an empty sequence")
            return _extreme(low, known, kind, key)
        return _fold(low, thing, lambda total, element: _extreme(low, [total, element], kind, key), None, name)

    return run


def _known_elements(low: Lowering, thing: Abstract) -> list[Abstract] | None:
    from s2sad.frontend.containers import _known_or_none

    if isinstance(thing, (Items, Handle, Lazy, Known, Range)):
        return _known_or_none(low, thing)
    return None


def _fold(low: Lowering, thing: Abstract, combine: Callable[[Abstract, Abstract], Abstract], start: Abstract | None, name: str) -> Abstract:
    """Run through something of unknown length with an accumulator."""
    from s2sad.frontend.containers import _Site
    from s2sad.frontend.loops import visit

    variable = low.frame.variable(f".{name}{len(low.frame.variables)}")
    low.frame.source.scope.bound.add(variable.name)
    if start is None:
        first_of = _first(low, thing, name)
        low.store.write(variable, first_of)
    else:
        low.store.write(variable, start)
    site = _Site()
    visit(
        low,
        thing,
        site,
        lambda element: low.store.write(variable, combine(low.usable(low.store.read(variable)), low.usable(element))),
        {variable.name: True},
    )
    if low.dead:
        from s2sad.frontend.lower import DeadPath

        low.dead = False
        raise DeadPath
    from s2sad.frontend.expressions import read_variable

    result = read_variable(low, variable, name)
    low.store.forget([variable])
    return result


def _first(low: Lowering, thing: Abstract, name: str) -> Abstract:
    from s2sad.frontend.iteration import counted, plan

    if isinstance(thing, Lazy) and thing.kind in ("generator", "comprehension", "filter"):
        from s2sad.frontend.iteration import as_list

        low.refuse("yield", what=f"{name}() of a generator of unknown length") if as_list is None else None
        low.refuse("yield", what=f"{name}() of a generator of unknown length")
    one = counted(low, plan(low, thing))
    return one.element(Known(0))


def _sum(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    start = arguments[1] if len(arguments) > 1 else keywords.get("start", Known(0))
    thing = low.usable(arguments[0])
    known = _known_elements(low, thing)
    if known is not None:
        total = start
        for k, element in enumerate(known):
            if k == 0 and isinstance(start, Known) and start.value == 0 and type(start.value) is int:
                kind = low.type_of(element)
                if isinstance(kind, Number) and kind.kind in ("int",):
                    total = element
                    continue
            total = binary(low, gast.Add, total, low.usable(element))
        return total
    return _fold(low, thing, lambda total, element: binary(low, gast.Add, total, element), start, "sum")


def _any_all(stop: bool, name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        thing = low.usable(arguments[0])
        known = _known_elements(low, thing)
        if known is not None:
            from s2sad.frontend.expressions import as_abstract, short_circuit

            def rest(k: int) -> Abstract:
                if k == len(known):
                    return Known(not stop)
                answer = as_abstract(truth(low, known[k]))
                return short_circuit(low, answer, lambda: rest(k + 1), not stop)

            return rest(0)

        def combine(total: Abstract, element: Abstract) -> Abstract:
            from s2sad.frontend.expressions import as_abstract, short_circuit

            return short_circuit(low, total, lambda: as_abstract(truth(low, element)), not stop)

        return _fold(low, thing, combine, Known(not stop), name)

    return run


def sorted_elements(low: Lowering, elements: list[Abstract], keywords: Keywords) -> list[Abstract]:
    """Sort known things."""
    from s2sad.frontend.calls import call

    key = keywords.get("key")
    reverse = bool(low.static(keywords["reverse"], "reverse")) if "reverse" in keywords else False
    ranks = [
        element if key is None or (isinstance(key, Known) and key.value is None) else call(low, key, [element], {}) for element in elements
    ]
    if all(_is_static(rank) for rank in ranks):
        facts = [low.static(rank, "what is sorted by") for rank in ranks]
        order = sorted(range(len(elements)), key=lambda k: facts[k], reverse=reverse)
        return [elements[k] for k in order]
    if len(elements) > 8:
        low.refuse("budget", what="sorted", count=len(elements) ** 2)
    # Insertion sort by exchanges: stable, every comparison a branch.
    pairs: list[Abstract] = [Items((rank, element)) for rank, element in zip(ranks, elements, strict=True)]
    for end in range(1, len(pairs)):
        for k in range(end, 0, -1):
            a, b = pairs[k - 1], pairs[k]
            assert isinstance(a, Items) and isinstance(b, Items)
            swap = truth(low, compare(low, gast.Gt if reverse else gast.Lt, b.elements[0], a.elements[0]))
            if isinstance(swap, bool):
                if swap:
                    pairs[k - 1], pairs[k] = b, a
                continue
            both = conditional(low, swap, lambda a=a, b=b: Items((b, a)), lambda a=a, b=b: Items((a, b)))  # type: ignore[misc]
            assert isinstance(both, Items)
            pairs[k - 1], pairs[k] = both.elements
    return [pair.elements[1] for pair in pairs if isinstance(pair, Items)]


def _is_static(thing: Abstract) -> bool:
    return isinstance(thing, Known) or (isinstance(thing, Items) and all(map(_is_static, thing.elements)))


def _sorted(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = low.usable(arguments[0])
    if isinstance(thing, ArrayRef):
        kind = low.array_type(thing)
        if kind.rank == 1 and not keywords:
            from s2sad.frontend.iteration import as_list
            from s2sad.frontend.numpy_calls import call_numpy

            return as_list(low, call_numpy(low, np.sort, [thing], {}))
    known = _known_elements(low, thing)
    if known is None:
        low.refuse("star", what="sorted")
    return low.list_of(sorted_elements(low, known, keywords))


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
        from s2sad.frontend.objects import has_attribute

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
    from s2sad.frontend.statements import set_attribute

    set_attribute(low, arguments[0], low.static(arguments[1], "the name of an attribute"), arguments[2])
    return Known(None)


def _list(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.iteration import as_list

    return as_list(low, arguments[0]) if arguments else low.list_of([])


def _tuple(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.iteration import as_list, known_elements

    if not arguments:
        return Items(())
    thing = low.usable(arguments[0])
    if isinstance(thing, Items):
        return Items(thing.elements)
    return Items(tuple(known_elements(low, as_list(low, thing), "tuple()")))


def _dict(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    handle = Handle(low.store.place("dict", DictContent(())))
    if arguments or keywords:
        from s2sad.frontend.containers import _dict_update

        _dict_update(low, handle, DictContent(()), *arguments, **keywords)
    return handle


def _set(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.iteration import as_list, known_elements

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
    if len(arguments) != 2 or keywords:
        low.refuse("call", what="pow", why="it takes two arguments here")
    return binary(low, gast.Pow, arguments[0], arguments[1])


def _divmod(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Items((binary(low, gast.FloorDiv, arguments[0], arguments[1]), binary(low, gast.Mod, arguments[0], arguments[1])))


def _print(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.effects import print_call

    return print_call(low, arguments, keywords)


def _text(kind: Callable[[Any], str], conversion: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        from s2sad.frontend.effects import passive_value

        if not arguments:
            return Known("")
        thing = low.usable(arguments[0])
        if isinstance(thing, Known):
            return Known(kind(thing.value))
        return low.emit("text", passive_value(low, thing), template=f"{{{conversion}}}")

    return run


def _format(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.effects import passive_value

    spec = low.static(arguments[1], "a format") if len(arguments) > 1 else ""
    thing = low.usable(arguments[0])
    if isinstance(thing, Known):
        return Known(format(thing.value, spec))
    return low.emit("text", passive_value(low, thing), template=f"{{:{spec}}}" if spec else "{}")


def _iter(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) != 1:
        low.refuse("yield", what="iter() with two arguments")
    return arguments[0]


def _next(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    low.refuse("yield", what="next()")


def _id_or_hash(name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        low.refuse("memory", what=f"{name}()")

    return run


def _impure(name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        low.refuse("impure", name=f"{name}()")

    return run


def _partial(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Partial(arguments[0], tuple(arguments[1:]), tuple(keywords.items()))


def _reduce(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.calls import call

    function, thing, *start = arguments
    known = _known_elements(low, thing)
    if known is not None:
        elements = [*start, *known]
        if not elements:
            raise PrimalRaises("reduce() of empty iterable with no initial value")
        total = elements[0]
        for element in elements[1:]:
            total = call(low, function, [total, element], {})
        return total
    if not start:
        low.refuse("star", what="functools.reduce without a first value")
    return _fold(low, thing, lambda total, element: call(low, function, [total, element], {}), start[0], "reduce")


def _operator(name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        from s2sad.frontend.expressions import BINARY, COMPARE

        kind = getattr(gast, name)
        if name in BINARY:
            return binary(low, kind, arguments[0], arguments[1])
        if name in COMPARE or name in ("Is", "IsNot"):
            return compare(low, kind, arguments[0], arguments[1])
        return unary(low, kind, arguments[0])

    return run


def _getitem(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return item(low, arguments[0], arguments[1])


def _not(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    answer = truth(low, arguments[0])
    return Known(not answer) if isinstance(answer, bool) else low.emit("logical_not", answer)


def _product(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    repeat = int(low.static(keywords.pop("repeat"), "repeat")) if "repeat" in keywords else 1
    return Lazy("product", tuple(arguments) * repeat)


def _itertools(function: Any) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        known = _known_elements(low, arguments[0])
        if known is None:
            low.refuse("star", what=f"itertools.{function.__name__}")
        rest = [low.static(argument, "an argument") for argument in arguments[1:]]
        numbers = function(range(len(known)), *rest, **{name: low.static(value, name) for name, value in keywords.items()})
        made = []
        for group in itertools.islice(numbers, 257):
            made.append(Items(tuple(known[k] for k in group)) if isinstance(group, tuple) else known[group])
        return Items(tuple(made))

    return run


def _chain(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    parts: list[Abstract] = []
    for argument in arguments:
        known = _known_elements(low, argument)
        if known is None:
            low.refuse("star", what="itertools.chain")
        parts += known
    return Items(tuple(parts))


def _accumulate(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.calls import call

    known = _known_elements(low, arguments[0])
    if known is None:
        low.refuse("star", what="itertools.accumulate")
    function = arguments[1] if len(arguments) > 1 else keywords.get("func")
    initial = keywords.get("initial")
    made: list[Abstract] = [initial] if initial is not None else []
    for element in known:
        if not made:
            made.append(element)
        else:
            made.append(binary(low, gast.Add, made[-1], element) if function is None else call(low, function, [made[-1], element], {}))
    return Items(tuple(made))


def _copy(deep: bool) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        return copied_thing(low, arguments[0], deep, {})

    return run


def copied_thing(low: Lowering, thing: Abstract, deep: bool, done: dict[Any, Any]) -> Abstract:
    """Return what `copy.copy` or `copy.deepcopy` gives."""
    match thing:
        case ArrayRef():
            from s2sad.frontend.numpy_calls import copied

            return copied(low, thing)
        case Items(elements, cls) if deep:
            return Items(tuple(copied_thing(low, element, True, done) for element in elements), cls)
        case Handle(place):
            if place in done:
                return Handle(done[place])
            from s2sad.frontend.objects import all_fields

            content = all_fields(low, thing) if place.kind == "instance" else low.store.read(place)
            made = low.store.place(place.kind, content, name=place.name, cls=place.cls)
            done[place] = made
            if deep:
                match content:
                    case ListContent(elements):
                        content = ListContent(tuple(copied_thing(low, element, True, done) for element in elements))
                    case DictContent(entries):
                        content = DictContent(tuple((key, copied_thing(low, entry, True, done)) for key, entry in entries))
                    case InstanceContent(fields):
                        content = InstanceContent(tuple((key, copied_thing(low, entry, True, done)) for key, entry in fields))
                low.store.write(made, content)
            return Handle(made)
    return thing


def _fsum(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    low.refuse("unknown function", name="math.fsum")


def _namedtuple(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    low.refuse("syntax", what="a class defined inside a function", remedy="define the class in the module")


def _ndindex(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    shape = arguments[0].elements if len(arguments) == 1 and isinstance(arguments[0], Items) else arguments
    ranges = [Range(Known(0), part, Known(1)) for part in shape]
    return Lazy("nest", tuple(ranges))


def _ndenumerate(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    (array,) = arguments
    if not isinstance(array, ArrayRef):
        low.refuse("operands", what="np.ndenumerate", kinds=describe(array))
    rank = low.array_type(array).rank
    if rank is None:
        low.refuse("rank", what="the array")
    return Lazy("nest", tuple(Range(Known(0), extent(low, array, axis), Known(1)) for axis in range(rank)), array)


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
    iter: _iter,
    next: _next,
    id: _id_or_hash("id"),
    hash: _id_or_hash("hash"),
    input: _impure("input"),
    open: _impure("open"),
    eval: _impure("eval"),
    exec: _impure("exec"),
    globals: _impure("globals"),
    locals: _impure("locals"),
    vars: _impure("vars"),
    __import__: _impure("__import__"),
    functools.partial: _partial,
    functools.reduce: _reduce,
    copy.copy: _copy(False),
    copy.deepcopy: _copy(True),
    itertools.product: _product,
    itertools.combinations: _itertools(itertools.combinations),
    itertools.permutations: _itertools(itertools.permutations),
    itertools.islice: _itertools(itertools.islice),
    itertools.pairwise: _itertools(itertools.pairwise),
    itertools.chain: _chain,
    itertools.accumulate: _accumulate,
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
}
__all__ = ["BUILTINS", "builtins", "call_super", "is_super"]

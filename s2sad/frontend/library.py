"""Functions of the standard library that numeric code uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from s2sad.frontend.array_methods import copied
from s2sad.frontend.arrays import array_of, extent
from s2sad.frontend.contents import content_of
from s2sad.frontend.expressions import item
from s2sad.frontend.folding import _fold, elements_or_none
from s2sad.frontend.iteration import as_list
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import all_fields
from s2sad.frontend.operators import BINARY, COMPARE, binary, compare, truth, unary
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, ArrayRef, DictContent, Handle, InstanceContent, Items, Known, Lazy, ListContent, Partial, Range

if TYPE_CHECKING:
    from s2sad.frontend.builtin_calls import Builtin, Keywords


def _partial(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    return Partial(arguments[0], tuple(arguments[1:]), tuple(keywords.items()))


def reduced(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Carry out `functools.reduce` over known things, or from a first value on."""
    function, thing, *start = arguments
    known = elements_or_none(low, thing)
    if known is not None:
        elements = [*start, *known]
        if not elements:
            raise PrimalRaises("reduce() of empty iterable with no initial value")
        total = elements[0]
        for element in elements[1:]:
            from s2sad.frontend.calls import call

            total = call(low, function, [total, element], {})
        return total
    from s2sad.frontend.calls import call

    return _fold(low, thing, lambda total, element: call(low, function, [total, element], {}), start[0], "reduce")


def _operator(name: str) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

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


def _copy(deep: bool) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        return copied_thing(low, arguments[0], deep, {})

    return run


def copied_thing(low: Lowering, thing: Abstract, deep: bool, done: dict[Any, Any]) -> Abstract:
    """Return what `copy.copy` or `copy.deepcopy` gives."""
    match thing:
        case ArrayRef():
            return copied(low, thing)
        case Items(elements, cls) if deep:
            return Items(tuple(copied_thing(low, element, True, done) for element in elements), cls)
        case Handle(place):
            if place in done:
                return Handle(done[place])

            content = all_fields(low, thing) if place.kind == "instance" else content_of(low, thing)
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
    """Carry out ``math.fsum``: the sum of an array, which a list is made into."""
    (thing,) = arguments
    if not isinstance(thing, ArrayRef):
        thing = array_of(low, as_list(low, thing))
    assert isinstance(thing, ArrayRef)
    kind = low.array_type(thing)
    if kind.dtype != "f8":
        thing = array_of(low, low.result(low.emit("astype", low.read(thing), dtype="f8")))
    return low.emit("math_fsum", low.value(thing))


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


def searched(side: str) -> Builtin:
    """Return what calls `bisect.bisect_left` or `bisect_right`: a search in an array."""

    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        from s2sad.frontend.numpy_calls import call_numpy

        if len(arguments) != 2 or keywords:
            low.refuse("unknown keyword", name="lo", function="bisect", remedy="search in a slice")
        pool = arguments[0] if isinstance(arguments[0], ArrayRef) else array_of(low, as_list(low, arguments[0]))
        return low.emit("to_int", low.value(call_numpy(low, np.searchsorted, [pool, arguments[1]], {"side": Known(side)})))

    return run

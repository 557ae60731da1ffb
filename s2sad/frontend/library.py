"""Functions of the standard library that numeric code uses."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from s2sad.frontend.array_methods import copied
from s2sad.frontend.arrays import extent
from s2sad.frontend.contents import content_of
from s2sad.frontend.expressions import item
from s2sad.frontend.folding import _fold, elements_or_none
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


def _reduce(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

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
    if not start:
        low.refuse("star", what="functools.reduce without a first value")
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


def _product(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    repeat = int(low.static(keywords.pop("repeat"), "repeat")) if "repeat" in keywords else 1
    return Lazy("product", tuple(arguments) * repeat)


def _itertools(function: Any) -> Builtin:
    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        known = elements_or_none(low, arguments[0])
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
        known = elements_or_none(low, argument)
        if known is None:
            low.refuse("star", what="itertools.chain")
        parts += known
    return Items(tuple(parts))


def _accumulate(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:

    known = elements_or_none(low, arguments[0])
    if known is None:
        low.refuse("star", what="itertools.accumulate")
    function = arguments[1] if len(arguments) > 1 else keywords.get("func")
    initial = keywords.get("initial")
    made: list[Abstract] = [initial] if initial is not None else []
    for element in known:
        if not made:
            made.append(element)
        else:
            from s2sad.frontend.calls import call

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

"""`itertools`: what has a k-th element is indexed, what has not is suspended code."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable
from typing import Any

from s2sad.frontend import borrowed
from s2sad.frontend.folding import elements_or_none
from s2sad.frontend.iteration import as_list, is_suspended, plan, resolved
from s2sad.frontend.iterators import is_iterator, kept
from s2sad.frontend.lower import Lowering
from s2sad.frontend.objects import Keywords
from s2sad.frontend.operators import as_abstract, truth
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, ArrayRef, Handle, Items, Known, Lazy
from s2sad.graph.core import Value
from s2sad.graph.types import Number

Call = Callable[[Lowering, list[Abstract], Keywords], Abstract]
MOST_GROUPS = 257


def borrow(body: Callable[..., Any]) -> Call:
    """Return what calls a function of the library by its body in plain Python."""

    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        from s2sad.frontend.calls import call_live

        return call_live(low, body, arguments, keywords, low.session.hold(body, f"{body.__name__}_body"))

    return run


def _in_order(thing: Abstract) -> bool:
    """Whether a thing can only be run through: suspended code, or an iterator that others see move."""
    if isinstance(thing, Lazy) and thing.kind in ("zip", "map", "enumerate", "slice", "starmap", "pairwise", "rest", "iter"):
        return any(map(_in_order, thing.parts))
    return is_suspended(thing) or is_iterator(thing)


def _given(names: str, arguments: list[Abstract], keywords: Keywords, what: str) -> list[Abstract | None]:
    """Return arguments in order, given by position or by name."""
    found: list[Abstract | None] = []
    rest = list(arguments)
    for name in names.split():
        found.append(rest.pop(0) if rest else keywords.pop(name, None))
    if rest or keywords:
        raise PrimalRaises(f"{what}() got unexpected arguments", TypeError)
    return found


def indexable(low: Lowering, thing: Abstract) -> Abstract:
    """Return something with a length and a k-th element."""
    thing = resolved(low, low.usable(thing))
    if isinstance(thing, (ArrayRef, Items)) or (isinstance(thing, Handle) and thing.place.kind == "list"):
        return thing
    return as_list(low, thing)


def _accumulate(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    initial = keywords.get("initial")
    if initial is not None and not (isinstance(initial, Known) and initial.value is None):
        return borrow(borrowed.accumulate)(low, arguments, keywords)
    return borrow(borrowed.accumulate)(low, [indexable(low, arguments[0]), *arguments[1:]], keywords)


def _count(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    start, step = _given("start step", arguments, dict(keywords), "count")
    parts = (start if start is not None else Known(0), step if step is not None else Known(1))
    kinds = [low.type_of(part) for part in parts]
    if all(isinstance(kind, Number) and kind.kind == "int" and not kind.also for kind in kinds):
        return Lazy("count", parts)
    return borrow(borrowed.count)(low, list(parts), {})  # floats are added up one by one


def _repeat(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    value, times = _given("object times", arguments, dict(keywords), "repeat")
    assert value is not None
    return Lazy("repeat", (kept(low, value), times if times is not None else Known(None)))


def _cycle(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    (thing,) = arguments
    thing = resolved(low, low.usable(thing))
    if _in_order(thing):
        thing = as_list(low, thing)
    return Lazy("cycle", (thing,))


def _islice(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = resolved(low, low.usable(arguments[0]))
    start, stop, step = [Known(None), arguments[1], Known(None)] if len(arguments) == 2 else [*arguments[1:], *[Known(None)] * 2][:3]
    if _in_order(thing):
        return borrow(borrowed.islice)(low, [thing, start, stop, step], {})
    return Lazy("slice", (thing, start, stop, step))


def _pairwise(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = resolved(low, low.usable(arguments[0]))
    return Lazy("pairwise", (as_list(low, thing) if _in_order(thing) else thing,))


def _starmap(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = resolved(low, low.usable(arguments[1]))
    if _in_order(thing):
        return borrow(borrowed.starmap)(low, [arguments[0], thing], {})
    return Lazy("starmap", (arguments[0], thing))


def _chosen(function: Any) -> Call:
    """Return what makes combinations and permutations."""

    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        pool, size = _given("iterable r", arguments, dict(keywords), function.__name__)
        assert pool is not None
        known = elements_or_none(low, pool) if not _in_order(pool) else None
        if known is None and _in_order(pool):
            pool = as_list(low, pool)
            known = elements_or_none(low, pool)
        if known is not None:
            count = len(known) if size is None else low.static(size, "the number of elements that are chosen")
            groups = list(itertools.islice(function(range(len(known)), count), MOST_GROUPS))
            if len(groups) < MOST_GROUPS:
                return Lazy("iter", (Items(tuple(Items(tuple(known[k] for k in group)) for group in groups)),))
        if size is None:
            low.refuse("star", what=f"itertools.{function.__name__} without a number")
        return Lazy("chosen", (pool, size), function.__name__)

    return run


def _product(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    repeat = int(low.static(keywords["repeat"], "repeat")) if "repeat" in keywords else 1
    parts = [resolved(low, low.usable(argument)) for argument in arguments]
    parts = [as_list(low, part) if _in_order(part) else part for part in parts] * repeat
    total = 1
    for part in parts:
        one = plan(low, part)
        total *= one.count if one.structural and one.count is not None else MOST_GROUPS
    return Lazy("product" if total < MOST_GROUPS else "nest", tuple(parts))


def _chain_of(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    known = [None if _in_order(argument) else elements_or_none(low, argument) for argument in arguments]
    if all(one is not None for one in known):
        return Lazy("iter", (Items(tuple(element for one in known for element in one or ())),))
    return borrow(borrowed.chain)(low, arguments, {})


def _tee(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    thing = resolved(low, low.usable(arguments[0]))
    count = int(low.static(arguments[1], "n")) if len(arguments) > 1 else 2
    if _in_order(thing):
        thing = as_list(low, thing)
    return Items(tuple(kept(low, Lazy("iter", (thing,))) for _ in range(count)))


def _groupby(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.calls import call

    thing, key = _given("iterable key", arguments, dict(keywords), "groupby")
    assert thing is not None
    if _in_order(thing):
        thing = as_list(low, thing)
    known = elements_or_none(low, thing)
    if known is None:
        low.refuse("star", what="itertools.groupby")
    groups: list[tuple[Any, Abstract, list[Abstract]]] = []
    for element in known:
        found = element if key is None or (isinstance(key, Known) and key.value is None) else call(low, key, [element], {})
        if not isinstance(found, (Known, Items)):
            found = as_abstract(truth(low, found)) if isinstance(found, Value) and found.type == Number("bool") else found
        label = low.static(found, "the key of a group")
        if not groups or groups[-1][0] != label:
            groups.append((label, found, []))
        groups[-1][2].append(element)
    return Lazy("iter", (Items(tuple(Items((found, Lazy("iter", (Items(tuple(group)),)))) for _, found, group in groups)),))


def _zip_longest(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    fill = keywords.get("fillvalue", Known(None))
    known = [None if _in_order(argument) else elements_or_none(low, argument) for argument in arguments]
    if all(one is not None for one in known):
        rows = itertools.zip_longest(*(one or () for one in known), fillvalue=fill)
        return Lazy("iter", (Items(tuple(Items(tuple(row)) for row in rows)),))
    return borrow(borrowed.zip_longest)(low, arguments, keywords)


def _reduce(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.frontend.library import reduced

    if len(arguments) == 2 and (_in_order(arguments[1]) or elements_or_none(low, arguments[1]) is None):
        return borrow(borrowed.reduce)(low, [arguments[0], indexable(low, arguments[1])], {})
    return reduced(low, arguments, keywords)


ITERTOOLS: dict[Any, Call] = {
    itertools.accumulate: _accumulate,
    itertools.chain: _chain_of,
    itertools.chain.from_iterable: borrow(borrowed.chain_from_iterable),
    itertools.combinations: _chosen(itertools.combinations),
    itertools.combinations_with_replacement: _chosen(itertools.combinations_with_replacement),
    itertools.compress: borrow(borrowed.compress),
    itertools.count: _count,
    itertools.cycle: _cycle,
    itertools.dropwhile: borrow(borrowed.dropwhile),
    itertools.filterfalse: borrow(borrowed.filterfalse),
    itertools.groupby: _groupby,
    itertools.islice: _islice,
    itertools.pairwise: _pairwise,
    itertools.permutations: _chosen(itertools.permutations),
    itertools.product: _product,
    itertools.repeat: _repeat,
    itertools.starmap: _starmap,
    itertools.takewhile: borrow(borrowed.takewhile),
    itertools.tee: _tee,
    itertools.zip_longest: _zip_longest,
    functools.reduce: _reduce,
}

# Other functions that are given as plain Python.
BORROWED: dict[Any, Call] = {
    math.prod: borrow(borrowed.prod),
    math.dist: borrow(borrowed.dist),
    math.modf: borrow(borrowed.modf),
    **{
        getattr(operator, name): borrow(getattr(borrowed, name))
        for name in (
            *("itemgetter", "attrgetter", "methodcaller"),
            *("iadd", "isub", "imul", "itruediv", "truth", "contains", "setitem", "concat"),
        )
    },
}

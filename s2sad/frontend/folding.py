"""Built-in functions that run through what they are given: sum, any, all, min, max, sorted."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from s2sad.frontend.branches import branch
from s2sad.frontend.contents import content_of
from s2sad.frontend.effects import raise_error
from s2sad.frontend.expressions import read_variable
from s2sad.frontend.iteration import as_list, counted, is_suspended, plan, resolved
from s2sad.frontend.iterators import opened
from s2sad.frontend.leaving import guard
from s2sad.frontend.lists import Unwritten, known_or_none
from s2sad.frontend.loops import visit
from s2sad.frontend.lower import Lowering
from s2sad.frontend.numpy_calls import call_numpy
from s2sad.frontend.operators import as_abstract, binary, compare, conditional, short_circuit, truth
from s2sad.frontend.signals import DeadPath
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, ArrayRef, GrowingContent, Handle, Items, Known, Lazy, Range
from s2sad.graph.core import Value
from s2sad.graph.sizes import Size, maximum, minimum
from s2sad.graph.types import Number

if TYPE_CHECKING:
    from s2sad.frontend.builtin_calls import Builtin, Keywords


MOST_SORTED = 8  # things that are sorted by branches


def sorted_list(low: Lowering, thing: Abstract, keywords: dict[str, Abstract]) -> Abstract:
    """Return the elements of something of unknown length, or many, in order."""
    from s2sad.frontend.sequences import grow, made_of, order_of

    assert isinstance(thing, Handle)
    content = content_of(low, thing)
    if not isinstance(content, GrowingContent):
        copy = low.list_of(content.elements)
        content, thing = grow(low, copy, content), copy
    return made_of(low, order_of(low, thing, content, dict(keywords)), thing, length=content.length)


def least(low: Lowering, things: Sequence[Abstract]) -> Abstract:
    """Return the smallest by Python's `min`: the first of equals."""
    return _extreme(low, list(things), gast.Lt, None)


def _itself(thing: Abstract) -> Abstract:
    return thing


def _extreme(low: Lowering, things: list[Abstract], kind: type, key: Abstract | None) -> Abstract:

    from s2sad.frontend.calls import call

    lengths = [_length(low, thing) for thing in things]
    if key is None and all(size is not None for size in lengths):
        choose = minimum if kind is gast.Lt else maximum
        return low.builder.size(functools.reduce(choose, [size for size in lengths if size is not None]))

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
    from s2sad.frontend.builtin_calls import _no_keywords

    def run(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
        kind = getattr(gast, comparison)
        key = keywords.pop("key", None)
        default = keywords.pop("default", None)
        _no_keywords(low, name, keywords)
        if isinstance(key, Known) and key.value is None:
            key = None
        if len(arguments) > 1:
            return _extreme(low, arguments, kind, key)
        thing = opened(low, resolved(low, low.usable(arguments[0])))
        if is_suspended(thing):
            thing = as_list(low, thing)
        known = elements_or_none(low, thing)
        if known is not None:
            if not known:
                if default is not None:
                    return default
                raise_error(low, "ValueError", f"{name}() arg is an empty sequence")
            return _extreme(low, known, kind, key)
        if default is not None:
            low.refuse("unknown keyword", name="default", function=name, remedy="test the length before")
        return _fold(low, thing, lambda total, element: _extreme(low, [total, element], kind, key), None, name)

    return run


def _length(low: Lowering, thing: Abstract) -> Size | None:
    """Return the size that an int is known to be, in terms of the arguments."""
    if isinstance(thing, Known) and type(thing.value) is int:
        return Size.of(thing.value)
    kind = thing.type if isinstance(thing, Value) else None
    return kind.size if isinstance(kind, Number) and kind.kind == "int" and kind.size is not None and kind.size.entry else None


def elements_or_none(low: Lowering, thing: Abstract) -> list[Abstract] | None:
    """Return the elements of something whose structure is known, else None."""
    if isinstance(thing, (Items, Handle, Lazy, Known, Range)):
        return known_or_none(low, thing)
    return None


def _fold(low: Lowering, thing: Abstract, combine: Callable[[Abstract, Abstract], Abstract], start: Abstract | None, name: str) -> Abstract:
    """Run through something of unknown length with an accumulator."""
    variable = low.frame.variable(f".{name}{len(low.frame.variables)}")
    low.frame.source.scope.bound.add(variable.name)
    if start is None:
        first_of = _first(low, thing, name)
        low.store.write(variable, first_of)
    else:
        low.store.write(variable, start)
    site = Unwritten()
    visit(
        low,
        thing,
        site,
        lambda element: low.store.write(variable, combine(low.usable(low.store.read(variable)), low.usable(element))),
        {variable.name: True},
    )
    if low.dead:
        low.dead = False
        raise DeadPath

    result = read_variable(low, variable, name)
    low.store.forget([variable])
    return result


def _first(low: Lowering, thing: Abstract, name: str) -> Abstract:
    """Return the first element; Python raises where there is none."""
    one = counted(low, plan(low, thing))
    some = truth(low, compare(low, gast.Gt, one.stop, Known(0)))
    if isinstance(some, Value):
        branch(low, some, lambda: None, lambda: raise_error(low, "ValueError", f"{name}() arg is an empty sequence"))
        guard(low)
    elif not some:
        raise_error(low, "ValueError", f"{name}() arg is an empty sequence")
    return one.element(Known(0))


def _sum(low: Lowering, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    start = arguments[1] if len(arguments) > 1 else keywords.get("start", Known(0))
    thing = opened(low, resolved(low, low.usable(arguments[0])))
    known = elements_or_none(low, thing)
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
        thing = opened(low, resolved(low, low.usable(arguments[0])), whole=False)
        known = elements_or_none(low, thing)
        if known is not None:

            def rest(k: int) -> Abstract:
                if k == len(known):
                    return Known(not stop)
                answer = as_abstract(truth(low, known[k]))
                return short_circuit(low, answer, lambda: rest(k + 1), not stop)

            return rest(0)

        def combine(total: Abstract, element: Abstract) -> Abstract:

            return short_circuit(low, total, lambda: as_abstract(truth(low, element)), not stop)

        return _fold(low, thing, combine, Known(not stop), name)

    return run


def sorted_elements(low: Lowering, elements: list[Abstract], keywords: Keywords) -> list[Abstract]:
    """Sort known things."""
    key = keywords.get("key")
    reverse = bool(low.static(keywords["reverse"], "reverse")) if "reverse" in keywords else False
    from s2sad.frontend.calls import call

    ranks = [
        element if key is None or (isinstance(key, Known) and key.value is None) else call(low, key, [element], {}) for element in elements
    ]
    if all(_is_static(rank) for rank in ranks):
        facts = [low.static(rank, "what is sorted by") for rank in ranks]
        order = sorted(range(len(elements)), key=lambda k: facts[k], reverse=reverse)
        return [elements[k] for k in order]
    if len(elements) > MOST_SORTED:
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
    thing = opened(low, resolved(low, low.usable(arguments[0])))
    if isinstance(thing, ArrayRef):
        kind = low.array_type(thing)
        if kind.rank == 1 and not keywords:
            return as_list(low, call_numpy(low, np.sort, [thing], {}))
    known = elements_or_none(low, thing)
    if known is None or len(known) > MOST_SORTED:
        return sorted_list(low, as_list(low, thing), keywords)
    return low.list_of(sorted_elements(low, known, keywords))

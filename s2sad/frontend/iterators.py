"""Iterators as objects: what can be consumed once, and how far it has been.

An iterator that is bound to a name, handed to a function or put into a container is a place with two fields: the source, and the
position in it.  A source with a known way to its k-th element can be left and taken up again; a generator cannot: left in the middle,
it is not used again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from s2sad.frontend.branches import branch
from s2sad.frontend.contents import content_of
from s2sad.frontend.effects import raise_error
from s2sad.frontend.expressions import read_variable
from s2sad.frontend.iteration import Plan, counted, element_at, is_suspended, plan, resolved
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.operators import as_abstract, binary, compare, conditional, truth
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Conflict, Handle, InstanceContent, Items, Known, Lazy, Place

VIEWS = ("keys", "values", "items", "flat")


class Counted:
    """The class of iterators whose position is a number."""


class Suspended:
    """The class of iterators that are suspended code."""


def kept(low: Lowering, thing: Abstract) -> Abstract:
    """Return a thing that is going to be referred to: an iterator becomes an object with a state."""
    if not isinstance(thing, Lazy) or thing.kind in VIEWS:
        return thing
    content = InstanceContent((("source", thing), ("position", Known(0))))
    return Handle(low.store.place("iterator", content, cls=Suspended if is_suspended(thing) else Counted))


def is_iterator(thing: Abstract) -> bool:
    """Whether a thing is an iterator with a state."""
    return isinstance(thing, Handle) and thing.place.kind == "iterator"


def state(low: Lowering, place: Place) -> tuple[Abstract, Abstract]:
    """Return source and position of an iterator."""
    content = content_of(low, Handle(place))
    assert isinstance(content, InstanceContent)
    fields = dict(content.fields)
    return low.usable(fields["source"], "an iterator"), low.usable(fields["position"], "an iterator")


def move(low: Lowering, place: Place, position: Abstract) -> None:
    """Note how far an iterator has been consumed."""
    source, _ = state(low, place)
    low.store.write(place, InstanceContent((("source", source), ("position", position))))


def spend(low: Lowering, place: Place, whole: bool) -> None:
    """Note that an iterator has been consumed: to its end, or up to a point that is not known."""
    left: Abstract = Items(()) if whole else Conflict("the iterator", "it was left in the middle", low.location)
    low.store.write(place, InstanceContent((("source", left), ("position", Known(0)))))


def opened(low: Lowering, thing: Abstract, whole: bool = True) -> Abstract:
    """Return what is left in an iterator, for somebody who consumes it; everything else as it is."""
    if not isinstance(thing, Handle) or thing.place.kind != "iterator":
        return thing
    source, position = state(low, thing.place)
    spend(low, thing.place, whole)
    if thing.place.cls is Suspended or (isinstance(position, Known) and position.value == 0):
        return source
    return Lazy("rest", (source, position))


def remaining(low: Lowering, source: Abstract, position: Abstract) -> Plan:
    """Return the plan of what a source holds from a position on."""
    one = counted(low, plan(low, source))
    if one.structural:
        assert one.count is not None
        start = int(low.static(position, "the position of an iterator"))
        count = max(0, one.count - start)
        now = None if one.now is None else partial(_left, one.now, start)
        return Plan(Known(0), Known(count), Known(1), lambda k: one.element(binary(low, gast.Add, k, Known(start))), True, count, now=now)
    return Plan(position, one.stop, Known(1), one.element, lists=one.lists, endless=one.endless)


def _left(now: Callable[[], int], start: int) -> int:
    """Return how many elements are left at this moment."""
    return max(0, now() - start)


def iterate(low: Lowering, place: Place) -> Plan | None:
    """Return how a loop runs through an iterator whose position it moves; None for suspended code."""
    if place.cls is Suspended:
        return None
    source, position = state(low, place)
    one = counted(low, plan(low, source))

    def element(k: Abstract) -> Abstract:
        move(low, place, binary(low, gast.Add, k, Known(1)))
        return one.element(k)

    if one.structural:
        assert one.count is not None
        start = int(low.static(position, "the position of an iterator"))
        count = max(0, one.count - start)
        now = None if one.now is None else partial(_left, one.now, start)
        return Plan(Known(0), Known(count), Known(1), lambda k: element(binary(low, gast.Add, k, Known(start))), True, count, now=now)
    return Plan(position, one.stop, Known(1), element, lists=one.lists, endless=one.endless)


def make_iterator(low: Lowering, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Carry out ``iter(thing)``."""
    if len(arguments) != 1:
        low.refuse("yield", what="iter() with two arguments")
    thing = resolved(low, low.usable(arguments[0]))
    if is_iterator(thing) or (isinstance(thing, Lazy) and thing.kind not in VIEWS):
        return thing
    return Lazy("iter", (thing,))


def advance(low: Lowering, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Carry out ``next(iterator)`` or ``next(iterator, default)``."""
    thing = kept(low, low.usable(arguments[0]))
    if not isinstance(thing, Handle) or thing.place.kind != "iterator":
        from s2sad.frontend.classes import call_special

        result = call_special(low, thing, "__next__", []) if len(arguments) == 1 else None
        if result is not None:
            return result
        if isinstance(thing, Handle) and thing.place.kind == "instance":
            low.refuse("yield", what=f"next() of {describe(thing)}")
        raise PrimalRaises(f"{describe(thing)} object is not an iterator", TypeError)

    def ended() -> Abstract:
        if len(arguments) > 1:
            return arguments[1]
        raise_error(low, "StopIteration")

    if thing.place.cls is Suspended:
        return _first(low, thing.place, arguments[1:])
    source, position = state(low, thing.place)
    one = counted(low, plan(low, source))
    place = thing.place

    def found() -> Abstract:
        move(low, place, binary(low, gast.Add, position, Known(1)))
        return element_at(low, one, position)

    if one.endless:
        return found()
    answer = truth(low, compare(low, gast.Lt, position, one.stop))
    if isinstance(answer, bool):
        return found() if answer else ended()
    if len(arguments) > 1:
        return conditional(low, answer, found, ended)
    branch(low, answer, lambda: None, lambda: void(ended))
    return found()


def void(run: object) -> None:
    """Run for the effect alone."""
    assert callable(run)
    run()


def _first(low: Lowering, place: Place, default: list[Abstract]) -> Abstract:
    """Return the first element of suspended code, which is left there."""
    from s2sad.frontend import exits
    from s2sad.frontend.generators import consume, hidden

    source, _ = state(low, place)
    if isinstance(source, Items):
        if default:
            return default[0]
        raise_error(low, "StopIteration")
    assert isinstance(source, Lazy)
    spend(low, place, False)
    if default:
        result = hidden(low, "first", default[0])
        code = low.store.read(low.frame.exit)

        def take(element: Abstract) -> None:
            low.store.write(result, element)
            low.store.write(low.frame.exit, Known(exits.BREAK))

        consume(low, source, take)
        low.store.write(low.frame.exit, code)
        return read_variable(low, result, "the first element")
    result = hidden(low, "first", Known(None))
    some = hidden(low, "some", Known(False))
    code = low.store.read(low.frame.exit)

    def take_some(element: Abstract) -> None:
        low.store.write(result, element)
        low.store.write(some, Known(True))
        low.store.write(low.frame.exit, Known(exits.BREAK))

    consume(low, source, take_some)
    low.store.write(low.frame.exit, code)
    answer = truth(low, as_abstract(truth(low, read_variable(low, some, "some"))))
    if answer is False:
        raise_error(low, "StopIteration")
    if answer is not True:
        branch(low, answer, lambda: None, lambda: raise_error(low, "StopIteration"))
    return read_variable(low, result, "the first element")

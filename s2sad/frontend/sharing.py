"""Which places may share memory: relations, links of joined places, and what a write does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from s2sad.frontend.lower import Lowering
from s2sad.frontend.store import ABSENT
from s2sad.frontend.values import ElementContent, Link, Place, Stale
from s2sad.graph.core import IF, Value

Root = tuple[Place, frozenset[tuple[Value, bool]]]


def roots(place: Place, facts: frozenset[tuple[Value, bool]] = frozenset(), depth: int = 0) -> list[Root]:
    """Return the places that a joined place may be, each with the conditions under which it is."""
    mine = [link for link in place.links if link.joined is place]
    if not mine or depth > 4:
        return [(place, facts)]
    found: list[Root] = [(place, facts)]
    for link in mine:
        found += roots(link.reference.place, facts | link.facts, depth + 1)
    return found


def reach(places: Iterable[Place], stems: Iterable[dict[Place, Place]]) -> set[Place]:
    """Return all places that may share memory with some places, over any number of steps.

    The names of a loop may change places from trip to trip: what one of them stands for, each of them may.
    """
    found, pending = set(places), list(places)
    while pending:
        one = pending.pop()
        near = [*one.partners, *(end for link in one.links for end in (link.joined, link.reference.place))]
        near += [place for names in stems if one in names for place in (*names, *names.values())]
        for other in near:
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def relate(left: Place, right: Place) -> None:
    """Note that two places may share memory."""
    if left is not right and right not in left.partners:
        left.partners.append(right)
        right.partners.append(left)


def connect(new: Place, old: Place) -> None:
    """Note that a new place may share memory with an old one, and so with all that may share memory with that."""
    for other in [old, *old.partners, *(end for link in old.links for end in (link.joined, link.reference.place))]:
        relate(new, other)


def follow(low: Lowering, written: Place) -> None:
    """After a write: places that may be the same memory take over what was written, or go stale."""
    carried: set[Link] = set()
    staled = {written}
    pending = [written]
    while pending:
        place = pending.pop(0)
        for link in place.links:
            other = link.reference.place if link.joined is place else link.joined
            if link in carried or low.store.read(other) is ABSENT:
                continue
            carried.add(link)
            new = low.store.read(place)
            if not isinstance(new, Value) or not low.builder.visible(link.condition) or not isinstance(low.store.read(other), Value):
                _stale(low, other, written)
            elif link.joined is place:
                _carry(low, link, partial(low.overwrite_raw, link.reference, new), other)
            else:
                _carry(low, link, partial(_take_over, low, link), other)
            if other not in pending:
                pending.append(other)
        for partner in place.partners:
            if partner not in staled and low.store.read(partner) is not ABSENT:
                staled.add(partner)
                _stale(low, partner, written)


def stale_partners(low: Lowering, root: Place, written: Place) -> None:
    """After a write to an element of a list: what may share memory with the list goes stale, but what leads to it."""
    for partner in root.partners:
        content = low.store.read(partner)
        if partner is not written and content is not ABSENT and not (isinstance(content, ElementContent) and content.root is root):
            _stale(low, partner, written)


def _take_over(low: Lowering, link: Link) -> None:
    """Write the array at the reference of a link into the joined place."""
    from s2sad.frontend.sameness import coerce

    low.store.write(link.joined, coerce(low, low.read(link.reference), low.content(link.joined).type))


def _carry(low: Lowering, link: Link, update: Callable[[], None], target: Place) -> None:
    """Update one of two linked places where the condition says that they are one."""
    before = low.content(target)
    from s2sad.frontend.branches import run_arm

    arm = run_arm(low, update)
    new = arm.changes.get(target, before)
    other = low.builder.new_region()
    arm.region.results.append(new)
    other.results.append(before)
    regions = (other, arm.region) if link.inverted else (arm.region, other)
    node = low.builder.append(IF, (link.condition,), {}, [before.type], names=[before.name], regions=regions)
    low.store.write(target, node.results[0])


def _stale(low: Lowering, place: Place, written: Place) -> None:
    if not isinstance(low.store.read(place), Stale):
        low.store.write(place, Stale(place.name, written.name, low.location))

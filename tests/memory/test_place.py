"""Placement changes no result, writes no argument, lets no two results share memory, and copies only where it must."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from s2sad.errors import NOWHERE
from s2sad.graph.build import new_graph
from s2sad.graph.core import CALL, Graph
from s2sad.graph.index import Fancy, Index, Operand, Slice
from s2sad.graph.interpret import interpret
from s2sad.graph.types import INT
from s2sad.graph.verify import verify
from s2sad.graph.versions import stale_reads
from s2sad.memory import place
from s2sad.rules import REGISTRY
from tests.memory.programs import PROGRAMS
from tests.memory.random_graphs import LENGTH, VECTOR, random_graph
from tests.memory.test_keep import count, derivative, equal, kept, values_for

R = REGISTRY.rules
INNER = (Index((Slice(1, 3),)),)
ITEM = (Index((Operand(0),)),)


def placed_agrees(make: Callable[[], Graph], values: list[object], *, poison: bool, fresh: frozenset[int] | None = None) -> Graph:
    """Place what `make` gives; check results, arguments and ownership."""
    with np.errstate(all="ignore"):
        expected = interpret(make(), values)
        graph = place(make(), poison, fresh=fresh)
        given = [value.copy() if isinstance(value, np.ndarray) else value for value in values]
        results = interpret(graph, given)
    assert equal(values, given), "an argument was written"
    assert all(np.allclose(a, b, rtol=1e-12, atol=1e-13, equal_nan=True) for a, b in zip(expected, results, strict=True))
    if fresh is None:
        arrays = [value for value in results if isinstance(value, np.ndarray)]
        others = [value for value in given if isinstance(value, np.ndarray)]
        for number, array in enumerate(arrays):
            assert array.flags.writeable
            assert not any(np.shares_memory(array, other) for other in [*arrays[:number], *others])
    return graph


@pytest.mark.parametrize("seed", range(250))
def test_random_graphs(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = [random.normal(size=LENGTH), random.normal(size=LENGTH), int(random.integers(0, 4))]
    lists = seed % 3 == 0
    for fresh in (None, frozenset()):
        graph = placed_agrees(lambda: random_graph(seed, lists=lists), values, poison=seed % 2 == 1, fresh=fresh)
        assert not list(stale_reads(graph, frozenset(), fresh is None))


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("poison", [False, True])
def test_derivatives(make: Callable[[], Graph], order: int, poison: bool) -> None:
    graph = placed_agrees(lambda: kept(make, order), values_for(order), poison=poison)
    verify(graph, writable=(), owned_results=True)


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_no_copy_is_inserted(make: Callable[[], Graph]) -> None:
    assert count(place(kept(make)), "copy") == count(derivative(make), "copy")


class Hand:
    """A graph of two vectors and an int, built by hand."""

    def __init__(self) -> None:
        self.graph, self.builder = new_graph("hand", [VECTOR, VECTOR, INT], ["x", "y", "k"])
        self.x, self.y, self.k = self.graph.parameters
        self.values: list[object] = [np.arange(4.0) + 1.0, np.arange(4.0) * 2.0 - 3.0, 2]

    def __getattr__(self, name: str):
        return lambda *operands, **static: self.builder.emit(R[name], *operands, **static)

    def check(self, *results, copies: int) -> Graph:
        self.graph.body.results = list(results)
        with np.errstate(all="ignore"):
            expected = interpret(self.graph, self.values)
        graph = verify(place(self.graph), writable=(), owned_results=True)
        assert all(np.array_equal(a, b) for a, b in zip(expected, interpret(graph, self.values), strict=True))
        assert count(graph, "copy") == copies
        return graph


def test_a_write_to_an_argument_gets_a_copy() -> None:
    hand = Hand()
    hand.check(hand.put(hand.x, 5.0, hand.k, path=ITEM), copies=1)


def test_a_chain_of_writes_is_in_place() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    for number in range(3):
        u = hand.put(u, float(number), number, path=ITEM)
    hand.check(u, copies=0)


def test_a_view_that_lives_across_a_write_is_copied_and_not_its_base() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    view = hand.get(u, path=INNER)
    u = hand.put(u, 0.5, 1, path=ITEM)
    graph = hand.check(hand.sum(hand.multiply(view, view), axis=None, keepdims=False), u, copies=1)
    (copy,) = (node for node in graph.body.walk() if node.operation.name == "copy")
    assert copy.operands[0] is view


def test_a_view_that_is_used_up_before_the_write_stays_a_view() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    total = hand.sum(hand.get(u, path=INNER), axis=None, keepdims=False)
    hand.check(hand.put(u, total, 1, path=ITEM), copies=0)


def test_an_old_version_that_is_read_later_costs_a_copy_of_the_base() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    new = hand.put(u, 0.5, 1, path=ITEM)
    hand.check(hand.add(u, new), copies=1)


def test_a_clear_waits_until_the_view_is_used_up() -> None:
    hand = Hand()
    hand.builder.reverses = NOWHERE
    u = hand.multiply(hand.x, 2.0)
    g = hand.get(u, path=INNER)
    cleared = hand.put(u, 0.0, path=INNER)
    scaled = hand.multiply(g, g)
    hand.check(hand.add_at(cleared, 1.0, 0, path=ITEM), scaled, copies=0)


def test_a_clear_and_an_addition_to_the_same_part_are_one_assignment() -> None:
    hand = Hand()
    hand.builder.reverses = NOWHERE
    u = hand.multiply(hand.x, 2.0)
    g = hand.get(u, path=INNER)
    cleared = hand.put(u, 0.0, path=INNER)
    graph = hand.check(hand.add_at(cleared, hand.multiply(g, 3.0), path=INNER), copies=0)
    assert count(graph, "put") == 1 and count(graph, "add_at") == 0


def test_sums_into_an_accumulator_are_in_place() -> None:
    hand = Hand()
    hand.builder.reverses = NOWHERE
    zero = hand.zeros(shape=VECTOR.shape, dtype="f8")
    body = hand.builder.new_region([INT, VECTOR])
    with hand.builder.inside(body):
        body.results = [hand.add(body.parameters[1], hand.multiply(hand.x, hand.y))]
    total = hand.builder.loop(hand.builder.constant(0), hand.k, hand.builder.constant(1), [zero], body).result
    graph = hand.check(hand.add(total, hand.x), copies=0)
    assert count(graph, "add_at") == 2 and count(graph, "add") == 0


def test_buffers_that_change_places_stay_two_and_enter_owned() -> None:
    hand = Hand()
    body = hand.builder.new_region([INT, VECTOR, VECTOR])
    with hand.builder.inside(body):
        _, u, v = body.parameters
        body.results = [hand.put(v, hand.multiply(hand.get(u, path=INNER), 0.5), path=INNER), u]
    bounds = hand.builder.constant(0), hand.k, hand.builder.constant(1)
    loop = hand.builder.loop(*bounds, [hand.x, hand.multiply(hand.x, 3.0)], body)
    graph = hand.check(*loop.results, copies=1)
    assert graph.body.nodes[-1] is loop, "the copy stands before the loop"


def test_one_buffer_must_not_enter_twice() -> None:
    hand = Hand()
    start = hand.multiply(hand.x, 3.0)
    body = hand.builder.new_region([INT, VECTOR, VECTOR])
    with hand.builder.inside(body):
        i, u, v = body.parameters
        body.results = [hand.put(v, 0.5, i, path=ITEM), u]
    loop = hand.builder.loop(hand.builder.constant(0), hand.k, hand.builder.constant(1), [start, start], body)
    hand.check(*loop.results, copies=1)


def test_a_row_carried_as_a_view_of_a_written_buffer_is_copied() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 3.0)
    body = hand.builder.new_region([INT, VECTOR, VECTOR])
    with hand.builder.inside(body):
        i, u_in, last = body.parameters
        new = hand.put(u_in, hand.sum(last, axis=None, keepdims=False), i, path=ITEM)
        body.results = [new, hand.get(new, path=(Index((Slice(None, None, -1),)),))]
    loop = hand.builder.loop(hand.builder.constant(0), hand.k, hand.builder.constant(1), [u, hand.y], body)
    hand.check(*loop.results, copies=2)  # in each trip, and of the result that may be an argument


def test_a_list_of_versions_holds_copies_when_the_buffer_is_written() -> None:
    from s2sad.graph.types import List

    hand = Hand()
    u = hand.multiply(hand.x, 3.0)
    body = hand.builder.new_region([INT, VECTOR, List(VECTOR)])
    with hand.builder.inside(body):
        i, u_in, values = body.parameters
        body.results = [hand.put(u_in, 0.5, i, path=ITEM), hand.list_append(values, u_in)]
    start = [u, hand.list_new(element=VECTOR)]
    loop = hand.builder.loop(hand.builder.constant(0), hand.k, hand.builder.constant(1), start, body)
    hand.check(hand.multiply(hand.list_get(loop.results[1], 0), loop.results[0]), copies=1)


def test_a_list_of_fresh_arrays_needs_no_copies() -> None:
    from s2sad.graph.types import List

    hand = Hand()
    body = hand.builder.new_region([INT, VECTOR, List(VECTOR)])
    with hand.builder.inside(body):
        _, h, values = body.parameters
        new = hand.tanh(hand.add(h, hand.x))
        body.results = [new, hand.list_append(values, new)]
    start = [hand.y, hand.list_new(element=VECTOR)]
    loop = hand.builder.loop(hand.builder.constant(0), hand.k, hand.builder.constant(1), start, body)
    hand.check(hand.add(hand.list_get(loop.results[1], 0), loop.results[0]), copies=0)


def test_branches_exclude_each_other() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    then, otherwise = hand.builder.new_region(), hand.builder.new_region()
    with hand.builder.inside(then):
        then.results = [hand.put(u, 0.5, 1, path=ITEM)]
    with hand.builder.inside(otherwise):
        otherwise.results = [hand.put(u, hand.sum(u, axis=None, keepdims=False), 0, path=ITEM)]
    hand.check(hand.builder.branch(hand.less(hand.k, 3), then, otherwise).result, copies=0)


def test_an_array_indexed_by_itself() -> None:
    hand = Hand()
    order = hand.argsort(hand.x)
    copy = hand.copy(order)
    written = hand.put(copy, copy, copy, path=(Index((Fancy(0),)),))
    hand.check(written, copies=3)  # the user's own, the value and the index


def test_results_share_nothing() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    graph = hand.check(u, u, hand.x, hand.get(u, path=INNER), hand.expand(0.5, shape=VECTOR.shape), copies=3)
    assert count(graph, "full") == 1 and count(graph, "expand") == 0, "a number that was broadcast is filled in"


def test_results_that_need_not_be_fresh_are_not_copied() -> None:
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    hand.graph.body.results = [hand.x, u, hand.get(u, path=INNER)]
    assert count(place(hand.graph, fresh=frozenset({1})), "copy") == 1  # 2 is the user's view of what 1 must own alone


def test_a_call_that_hands_through_its_argument() -> None:
    callee, builder = new_graph("through", [VECTOR], ["a"])
    callee.body.results = [callee.parameters[0], builder.emit(R["multiply"], callee.parameters[0], 2.0)]
    hand = Hand()
    u = hand.multiply(hand.x, 2.0)
    same, other = hand.builder.append(CALL, [u], {"graph": callee}, [VECTOR, VECTOR]).results
    changed = hand.put(u, 9.0, 0, path=ITEM)
    doubled = hand.put(other, 7.0, 0, path=ITEM)
    hand.check(changed, doubled, same, copies=1)


@pytest.mark.parametrize("seed", [3391, 3395, 3791, 3802, 3896])
def test_random_graphs_that_once_failed(seed: int) -> None:
    test_random_graphs(seed)

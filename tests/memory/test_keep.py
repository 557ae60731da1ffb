"""Lowering `at_trip` changes no bit of any result, and keeps what the choice should keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from s2sad.analysis.cut import INFINITE, Network
from s2sad.derivative.reverse import reverse
from s2sad.graph.core import AT_TRIP, FOR, WHILE, Graph
from s2sad.graph.interpret import interpret
from s2sad.graph.verify import verify
from s2sad.memory import keep
from s2sad.optimize.common import common_subexpressions
from s2sad.optimize.dead_code import dead_code
from tests.memory import programs
from tests.memory.programs import PROGRAMS, arguments
from tests.memory.random_graphs import random_graph

Make = Callable[[], Graph]


def cleaned(graph: Graph) -> Graph:
    return dead_code(common_subexpressions(dead_code(graph)))


def derivative(make: Make, order: int = 1) -> Graph:
    graph = cleaned(reverse(make(), [0, 1], [0], seeds=[None]).graph)
    return graph if order == 1 else cleaned(reverse(graph, [0, 1], [2], seeds=[None]).graph)


def values_for(order: int, rows: int = 4, length: int = 5) -> list[object]:
    """Return arguments and cotangents for a derivative of one of the programs."""
    return [*arguments(rows, length), np.float64(1.5), *([np.linspace(0.1, 0.6, length)] if order == 2 else [])]


def kept(make: Make, order: int = 1) -> Graph:
    return verify(cleaned(keep(derivative(make, order))))


def count(graph: Graph, *names: str) -> int:
    return sum(node.operation.name in names for node in graph.body.walk())


def equal(left: list[object], right: list[object]) -> bool:
    return all(type(a) is type(b) and np.array_equal(a, b, equal_nan=True) for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("rows, length", [(4, 5), (1, 2), (0, 3), (3, 8)])
def test_same_bits(make: Make, order: int, rows: int, length: int) -> None:
    values = values_for(order, rows, length)
    expected = interpret(derivative(make, order), values)
    graph = verify(keep(derivative(make, order)))
    assert graph.stage == "kept" and not any(node.operation is AT_TRIP for node in graph.body.walk())
    assert equal(expected, interpret(graph, values))
    assert equal(expected, interpret(kept(make, order), values))


@pytest.mark.parametrize("seed", range(0, 400, 8))
def test_random_programs(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = [random.normal(size=4) * 0.7, random.normal(size=4) * 0.7, int(random.integers(0, 4)), random.normal(size=4)]
    with np.errstate(all="ignore"):
        expected = interpret(reverse(random_graph(seed), [0, 1], [0], seeds=[None]).graph, values)
        assert equal(expected, interpret(verify(keep(reverse(random_graph(seed), [0, 1], [0], seeds=[None]).graph)), values))


def test_one_tape_serves_entry_and_exit() -> None:
    graph = kept(programs.recurrent)
    assert count(graph, "rows") == 1 and count(graph, "list_new") == 0
    (rows,) = (node for node in graph.body.walk() if node.operation.name == "rows")
    assert str(rows.result.type) == "f8[m + 1, n]" and rows.result.name == "hs"


def test_one_array_serves_a_nest() -> None:
    graph = kept(programs.table)
    (rows,) = (node for node in graph.body.walk() if node.operation.name == "rows")
    assert str(rows.result.type) == "f8[m, n]"


def test_trips_unknown_beforehand_go_to_lists() -> None:
    assert count(kept(programs.uncounted), "list_new") > 0
    assert count(kept(programs.uncounted), "rows") == 0
    triangle = kept(programs.triangle)
    assert count(triangle, "list_new") == 1 and count(triangle, "rows") == 0


def test_elements_are_kept_and_not_the_array() -> None:
    graph = kept(programs.overwritten)
    (rows,) = (node for node in graph.body.walk() if node.operation.name == "rows")
    assert str(rows.result.type) == "f8[n]"


def test_elements_that_stay_are_read_from_the_array() -> None:
    assert count(kept(programs.elements), "rows", "list_new") == 0


def test_branches_outside_of_loops_need_no_storage() -> None:
    assert count(kept(programs.chosen), "rows", "list_new", "put") == 0


def test_what_can_be_recomputed_is_not_kept() -> None:
    from tests.derivative.programs import rosenbrock

    graph = cleaned(keep(cleaned(reverse(rosenbrock(), [0], [0], seeds=[1.0]).graph)))
    graph.body.results = graph.body.results[1:]
    graph = dead_code(graph)
    assert count(graph, "rows", "list_new") == 0
    assert sum(node.operation in (FOR, WHILE) for node in graph.body.walk()) == 1, "the forward loop is gone"


def test_a_second_index_is_computed_from_the_trip() -> None:
    assert count(kept(programs.counted_up), "rows", "list_new") == 1


def test_minimum_cut() -> None:
    network = Network()
    a, b, c = (network.vertex() for _ in range(3))
    network.edge(0, a, INFINITE)
    network.edge(a, b, 3)
    network.edge(a, c, 4)
    network.edge(b, 1, 5)
    network.edge(c, 1, 2)
    assert network.cut() == [False, True, False, True, False]

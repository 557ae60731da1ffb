"""The verifier of sequenced graphs against the interpreter: a copy that is taken out and was needed must be missed.

Placement puts copies into random graphs.  Each copy is taken out in turn; where the graph then computes something else, or
changes its arguments, the verifier must say so.  And it must say nothing about what placement made.
"""

from __future__ import annotations

import numpy as np
import pytest

from s2sad.graph.core import Graph, Region
from s2sad.graph.interpret import interpret
from s2sad.graph.verify import violations
from s2sad.memory.keep import keep
from s2sad.memory.place import place
from tests.memory.random_graphs import random_graph


def placed(seed: int, lists: bool) -> Graph:
    return place(keep(random_graph(seed, lists=lists)))


def copies(region: Region):
    for node in region.walk():
        if node.operation.name == "copy":
            yield node


def without(graph: Graph, number: int) -> Graph:
    """Take the copy of this number out."""
    gone = list(copies(graph.body))[number]

    def clean(region: Region) -> None:
        region.nodes = [node for node in region.nodes if node is not gone]
        for node in region.nodes:
            node.operands = tuple(gone.operands[0] if value is gone.result else value for value in node.operands)
            for inner in node.regions:
                clean(inner)
        region.results = [gone.operands[0] if value is gone.result else value for value in region.results]

    clean(graph.body)
    return graph


def same(left, right) -> bool:
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return np.array_equal(left, right, equal_nan=True)


def wrong(graph: Graph, pure: Graph) -> bool:
    """Whether a sequenced graph computes something else than the pure one, or changes its arguments."""
    for trips in (0, 1, 2, 3):
        x, y = np.arange(1.0, 5.0), np.arange(2.0, 6.0) * 0.5
        given = [x.copy(), y.copy(), trips]
        try:
            results = interpret(graph, given)
        except (ValueError, RecursionError):  # a read-only broadcast; a list in itself
            return True
        if not same(interpret(pure, [x, y, trips]), results) or not same([x, y], given[:2]):
            return True
    return False


@pytest.mark.parametrize("lists", [False, True], ids=["arrays", "lists"])
@pytest.mark.parametrize("seed", range(40))
def test_needed_copies_are_missed(seed, lists):
    found = violations(placed(seed, lists), writable=(), owned_results=True)
    assert not found, [str(one) for one in found]
    pure = random_graph(seed, lists=lists)
    for number in range(len(list(copies(placed(seed, lists).body)))):
        graph = without(placed(seed, lists), number)
        assert violations(graph, writable=(), owned_results=True) or not wrong(graph, pure), (number, str(graph))

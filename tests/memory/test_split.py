"""Both halves of a split graph compute what the whole does, any number of times, whatever the caller does in between."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from s2sad.derivative.reverse import reverse
from s2sad.graph.core import Graph, Node
from s2sad.graph.interpret import interpret
from s2sad.graph.parse import parse
from s2sad.graph.text import to_text
from s2sad.graph.types import Residual
from s2sad.graph.verify import verify
from s2sad.memory import keep, place, split
from s2sad.rules import REGISTRY
from tests.memory.programs import PROGRAMS, arguments, chosen, recurrent
from tests.memory.test_keep import cleaned


def halves(make: Callable[[], Graph]) -> tuple[Graph, Graph]:
    joint = reverse(make(), [0, 1], [0], seeds=[None])
    behind = set(joint.graph.body.nodes[joint.boundary :])
    graph = cleaned(keep(joint.graph))
    boundary = next(number for number, node in enumerate(graph.body.nodes) if node in behind)
    return split(graph, boundary, parameters=2, results=1)


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_halves_agree_with_the_whole(make: Callable[[], Graph]) -> None:
    values = arguments()
    expected = interpret(reverse(make(), [0, 1], [0], seeds=[None]).graph, [*values, np.float64(0.7)])
    forward, backward = (verify(half) for half in halves(make))
    assert isinstance(backward.parameters[0].type, Residual)
    out, residual = interpret(forward, values)
    assert np.array_equal(out, expected[0])
    for wanted, result in zip(expected[1:], interpret(backward, [residual, np.float64(0.7)]), strict=True):
        np.testing.assert_array_equal(wanted, result)


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_the_caller_may_change_everything_in_between(make: Callable[[], Graph]) -> None:
    values = arguments()
    expected = interpret(reverse(make(), [0, 1], [0], seeds=[None]).graph, [*values, np.float64(0.7)])[1:]
    forward, backward = (place(half) for half in halves(make))
    given = [value.copy() for value in values]
    _, residual = interpret(forward, given)
    for value in given:
        value.fill(np.nan)
    for _ in range(2):
        for wanted, result in zip(expected, interpret(backward, [residual, np.float64(0.7)]), strict=True):
            np.testing.assert_allclose(wanted, result, rtol=1e-12)
            result.fill(np.nan)


def test_constants_and_sizes_do_not_cross() -> None:
    forward, backward = halves(recurrent)
    pack = forward.body.nodes[-1]
    assert pack.operation.name == "pack"
    names = [value.owner.operation.name for value in pack.operands if isinstance(value.owner, Node)]
    assert "constant" not in names
    assert names.count("size") == 1, "m, which no array that crosses tells"
    assert set(backward.size_sources) == {"m", "n"}


def test_names_of_the_halves() -> None:
    joint = reverse(chosen(), [1], [0], seeds=[None])
    boundary = joint.boundary
    forward, backward = split(keep(joint.graph), boundary, parameters=2, results=1, names=("there", "back"))
    assert (forward.name, backward.name) == ("there", "back")
    assert forward.results[-1].type == Residual("there") == backward.parameters[0].type


def test_the_text_of_a_reverse_half_can_be_read() -> None:
    _, backward = halves(recurrent)
    assert to_text(parse(to_text(backward), REGISTRY.rules)) == to_text(backward)

"""Derivatives of hand-built graphs, run by the interpreter, against numeric differences; also of derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from s2sad.derivative.forward import forward
from s2sad.derivative.reverse import Callees, Reversed, reverse
from s2sad.graph.core import Graph
from s2sad.graph.interpret import interpret
from s2sad.memory.keep import keep
from s2sad.memory.split import split
from s2sad.optimize.common import common_subexpressions
from s2sad.optimize.dead_code import dead_code
from s2sad.optimize.simplify import simplify
from tests.derivative.programs import PROGRAMS, arguments


def cut(joint: Reversed) -> tuple[Graph, Graph]:
    graph = keep(joint.graph)
    return split(graph, joint.boundary, parameters=joint.parameters, results=joint.results)


def gradient_graph(graph: Graph, number: int) -> Graph:
    return reverse(graph, [number], [0], seeds=[1.0], callees=Callees(cut)).graph


def numeric(graph: Graph, values: Sequence[object], number: int, result: int = 0, step: float = 1e-6) -> np.ndarray:
    """Central differences of one result with respect to one parameter."""
    base = np.asarray(values[number], dtype=float)
    columns = []
    for k in range(base.size):
        ends = []
        for sign in (1.0, -1.0):
            moved = base.copy()
            moved.flat[k] += sign * step
            point = [*values]
            point[number] = moved if isinstance(values[number], np.ndarray) else float(moved)
            ends.append(np.asarray(interpret(graph, point)[result], dtype=float))
        columns.append((ends[0] - ends[1]) / (2 * step))
    return np.stack(columns, axis=-1).reshape(columns[0].shape + base.shape)


def cleaned(graph: Graph) -> Graph:
    return dead_code(simplify(common_subexpressions(dead_code(graph))))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("size", [2, 5])
def test_reverse(program: Callable[[], Graph], size: int) -> None:
    graph = program()
    values = arguments(graph, size=size)
    for number in range(len(values)):
        joint = gradient_graph(graph, number)
        expected = numeric(graph, values, number)
        value, gradient = interpret(joint, values)
        assert value == interpret(graph, values)[0]
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(interpret(cleaned(joint), values)[1], expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_forward(program: Callable[[], Graph]) -> None:
    graph = program()
    values = arguments(graph)
    for number, value in enumerate(values):
        pushed = forward(graph, [number])
        direction = np.random.default_rng(1).normal(size=np.shape(value)) if isinstance(value, np.ndarray) else 0.7
        _, tangent = interpret(pushed.graph, [*values, direction])
        np.testing.assert_allclose(tangent, np.sum(numeric(graph, values, number) * direction), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_forward_over_reverse(program: Callable[[], Graph]) -> None:
    graph = program()
    values = arguments(graph)
    joint = gradient_graph(graph, 0)
    pushed = forward(joint, [0])
    direction = np.random.default_rng(1).normal(size=np.shape(values[0])) if isinstance(values[0], np.ndarray) else 0.7
    result = interpret(pushed.graph, [*values, direction])[-1]
    hessian = numeric(joint, values, 0, result=1)
    expected = hessian @ direction if isinstance(values[0], np.ndarray) else hessian * direction
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_reverse_over_reverse(program: Callable[[], Graph]) -> None:
    graph = program()
    values = arguments(graph)
    joint = gradient_graph(graph, 0)
    again = reverse(joint, [0], [1], seeds=[None], callees=Callees(cut)).graph
    direction = np.random.default_rng(1).normal(size=np.shape(values[0])) if isinstance(values[0], np.ndarray) else 0.7
    result = interpret(again, [*values, direction])[-1]
    hessian = numeric(joint, values, 0, result=1)
    expected = hessian @ direction if isinstance(values[0], np.ndarray) else hessian * direction
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(interpret(cleaned(again), [*values, direction])[-1], expected, rtol=1e-5, atol=1e-7)

"""Emitted functions give, bit by bit, what the interpreter gives for the graph."""

from __future__ import annotations

import ast
import warnings

import numpy as np
import pytest
from emit.random_graphs import random_graph
from emit.support import agrees, emitted, source

from s2sad.emit.print import closed, with_astor, with_unparse

POINTS = ([np.linspace(0.1, 1.0, 5), np.linspace(-1.0, 1.0, 5), 0.7, 2], [np.arange(5.0), np.array([1.0, -2.0, 0.5, 3.0, 0.0]), -1.5, 4])


@pytest.mark.parametrize("block", range(12))
def test_same_as_interpreted(block: int) -> None:
    for seed in range(block * 25, block * 25 + 25):
        graph = random_graph(seed)
        for arguments in POINTS:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                agrees(graph, arguments)


def test_printers_agree() -> None:
    for seed in range(60):
        made = emitted(random_graph(seed)).function
        assert closed([made])
        trees = [ast.dump(ast.parse(text)) for text in (with_astor([made]), with_unparse([made]))]
        assert trees[0] == trees[1]
        assert comments(with_astor([made])) == comments(with_unparse([made]))


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip().startswith("#")]


def test_deterministic() -> None:
    for seed in range(30):
        assert source(random_graph(seed)) == source(random_graph(seed))


def test_linear() -> None:
    """Twice the program is at most about twice the text."""
    small, large = (sum(len(source(random_graph(seed, size)).splitlines()) for seed in range(10)) for size in (6, 12))
    assert large < 5 * small

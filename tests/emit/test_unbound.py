"""A name that one path leaves unbound is bound where something hands it on, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from emit.support import function, source
from emit.test_text import VECTOR, X, op, start

from s2sad.graph.build import Builder
from s2sad.graph.core import IF, Graph, Value
from s2sad.graph.index import Operand
from s2sad.graph.tree import Branch, Leaf
from s2sad.graph.types import BOOL, FLOAT, INT, Array, List, Residual, Type
from tests.emit.support import at


def half_bound(b: Builder, condition: Value, make: Callable[[], Value], name: str) -> Value:
    """Return a value that only the first branch computes."""
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        made = make()
        then.results = [made]
    with b.inside(otherwise):
        otherwise.results = [b.undefined(made.type, name)]
    return b.append(IF, [condition], {}, [made.type], names=[name], regions=[then, otherwise]).result


def program(kind: Type = VECTOR) -> tuple[Graph, Builder, Value, Value, Value]:
    graph, b, (x, k) = start([VECTOR, INT], ["x", "k"])
    condition = op(b, "greater", k, 1)
    value = half_bound(b, condition, lambda: op(b, "sin", x, name="h") if kind == VECTOR else op(b, "sum", x, name="h"), "h")
    return graph, b, x, condition, value


def test_packed() -> None:
    graph, b, _, condition, h = program()
    graph.body.results = [op(b, "pack", condition, h, kind=Residual("f"))]
    assert "    else:\n        h = None\n" in source(graph, Leaf(0))
    call = function(graph, Leaf(0))
    assert call(X, 0) == (False, None)
    assert call(X, 2)[0] is True


def test_kept_in_a_list_or_in_rows() -> None:
    for append in (True, False):
        graph, b, (x, k) = start([VECTOR, INT], ["x", "k"])
        initial = op(b, "list_new", element=FLOAT, name="hs") if append else op(b, "rows", b.constant(4), row=FLOAT)
        zero, one, four = b.constant(0), b.constant(1), b.constant(4)
        body = b.new_region([INT, initial.type], ["i", "hs"])
        with b.inside(body):
            index, kept = body.parameters
            h = half_bound(b, op(b, "greater", index, k), lambda: op(b, "to_float", op(b, "get", x, index, path=at(Operand(0)))), "h")
            body.results = [op(b, "list_append", kept, h) if append else op(b, "put", kept, h, index, path=at(Operand(0)))]
        graph.body.results = [b.loop(zero, four, one, [initial], body, names=["hs"]).result]
        assert f"h = {None if append else 0.0}\n" in source(graph, Leaf(0))
        assert list(function(graph, Leaf(0))(X, 1)[2:]) == [2.0, 0.25]


def test_copied() -> None:
    graph, b, _, condition, h = program()
    graph.body.results = [op(b, "pack", op(b, "copy", h), kind=Residual("f"))]
    call = function(graph, Leaf(0))
    assert np.array_equal(call(X, 2)[0], np.sin(X))
    call(X, 0)


def test_before_the_first_trip() -> None:
    """A slot without a first value that is kept at the start of each trip."""
    graph, b, (x,) = start([VECTOR], ["x"])
    rows = op(b, "rows", b.constant(4), row=FLOAT)
    body = b.new_region([INT, FLOAT, rows.type], ["i", "last", "lasts"])
    with b.inside(body):
        index, last, kept = body.parameters
        written = op(b, "put", kept, last, index, path=at(Operand(0)))
        body.results = [op(b, "to_float", op(b, "get", x, index, path=at(Operand(0))), name="last"), written]
    loop = b.loop(b.constant(0), b.constant(4), b.constant(1), [b.undefined(FLOAT, "last"), rows], body, names=["last", "lasts"])
    graph.body.results = [loop.results[1]]
    assert list(function(graph, Leaf(0))(X)[1:]) == list(X[:-1])


def test_nothing_is_bound_where_nothing_hands_it_on() -> None:
    graph, b, x, condition, h = program()
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [op(b, "multiply", h, h)]
    with b.inside(otherwise):
        otherwise.results = [x]
    graph.body.results = [b.append(IF, [condition], {}, [VECTOR], names=["y"], regions=[then, otherwise]).result]
    text = source(graph, Leaf(0))
    assert "None" not in text and text.count("if ") == 1, text
    call = function(graph, Leaf(0))
    assert np.array_equal(call(X, 2), np.sin(X) ** 2)
    assert np.array_equal(call(X, 0), X)


def test_handed_on_by_a_name() -> None:
    """``y`` takes over what may be unbound; both are only read where they are bound."""
    graph, b, x, condition, h = program()
    y = half_bound(b, op(b, "less", b.constant(0), op(b, "to_int", condition)), lambda: op(b, "cos", x, name="y"), "y")
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [h]
    with b.inside(otherwise):
        otherwise.results = [y]
    z = b.append(IF, [condition], {}, [VECTOR], names=["z"], regions=[then, otherwise]).result
    tree = Branch("tuple", None, (0,), (Leaf(0),))
    graph.body.results = [op(b, "pack", z, kind=Residual("f"))]
    call = function(graph, tree)
    assert np.array_equal(call(X, 2)[0][0], np.sin(X))
    call(X, 0)


def test_a_list() -> None:
    graph, b, (x, flag) = start([VECTOR, BOOL], ["x", "flag"])
    entries = half_bound(b, flag, lambda: op(b, "list_append", op(b, "list_new", element=VECTOR), x), "xs")
    assert isinstance(entries.type, List) and isinstance(entries.type.element, Array)
    graph.body.results = [op(b, "pack", op(b, "copy", entries), kind=Residual("f"))]
    call = function(graph, Leaf(0))
    assert len(call(X, True)[0]) == 1
    assert call(X, False) == ([],)

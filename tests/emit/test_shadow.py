"""Arguments may be called what the text itself needs."""

from __future__ import annotations

import numpy as np
from emit.support import RULES, emitted, function, source, spec_of
from emit.test_text import MATRIX, VECTOR, X, op, start

from s2sad.emit import compile_module, emit_function, print_module
from s2sad.graph.core import CALL
from s2sad.graph.tree import Leaf
from s2sad.graph.types import FLOAT, INT


def test_a_module_and_a_builtin() -> None:
    graph, b, (x, scale) = start([VECTOR, FLOAT], ["np", "len"])
    graph.body.results = [op(b, "multiply", op(b, "sin", x), op(b, "zeros", shape=VECTOR.shape, dtype="f8")), op(b, "to_float", scale)]
    text = source(graph)
    assert "_np = np\n" in text and "def f(np, len):\n    np_ = np\n" in text and "_np.sin(np_)" in text
    assert "return _np.sin(np_) * _np.zeros_like(np_), float(len)" in text
    zeros, number = function(graph)(np=X, len=2.0)
    assert not zeros.any() and number == 2.0


def test_an_argument_keeps_its_name_where_it_hides_nothing() -> None:
    graph, b, (x, top, ignored) = start([VECTOR, FLOAT, FLOAT], ["x", "max", "_"])
    graph.body.results = [op(b, "multiply", op(b, "multiply", x, top), ignored)]
    assert source(graph, Leaf(0)) == "def f(x, max, _):\n    return x * max * _\n"


def test_an_ignored_argument_that_is_used() -> None:
    graph, b, (x, count) = start([FLOAT, INT], ["_", "n"])
    body = b.new_region([INT, FLOAT], ["", "s"])
    with b.inside(body):
        body.results = [op(b, "multiply", body.parameters[1], x, name="s")]
    start_, step, first = b.constant(0), b.constant(1), b.constant(1.0)
    graph.body.results = [b.loop(start_, count, step, [first], body, names=["s"]).result]
    graph.body.nodes[-1].static["reversed"] = True  # nobody reads the index
    assert function(graph, Leaf(0))(2.0, 3) == 8.0


def test_structured_arguments() -> None:
    graph, b, (w, v) = start([MATRIX, VECTOR], ["", ""])
    graph.body.results = [op(b, "add", op(b, "sum", w), op(b, "sum", v))]
    graph.stage = "sequenced"
    spec = spec_of(graph, Leaf(0))
    spec.signature, spec.inputs = "np, range=2", [(w, "np['range'][0]"), (v, "np['np']")]
    made = emit_function(graph, spec)
    call = compile_module([made], print_module([made]), title="structured")["f"]
    assert call({"range": [np.ones((2, 3))], "np": X}) == 6.0 + X.sum()


def test_called_functions() -> None:
    inner, b, (x,) = start([FLOAT], ["x"])
    inner.name = "square"
    inner.body.results = [op(b, "multiply", x, x)]
    graph, b, (x, square) = start([FLOAT, FLOAT], ["x", "square"])
    called = b.append(CALL, [x], {"graph": inner}, [FLOAT]).result
    graph.body.results = [op(b, "multiply", called, square)]
    for one in (inner, graph):
        one.stage = "sequenced"
    functions = [emitted(inner, Leaf(0)), emit_function(graph, spec_of(graph, Leaf(0)), callees={inner: "square"})]
    text = print_module(functions)
    assert text.endswith("_square = square\n")
    assert compile_module(functions, text, title="called")["f"](3.0, 2.0) == 18.0


def test_a_helper_of_the_runtime() -> None:
    graph, b, (x, index) = start([VECTOR, MATRIX], ["x", "last_written"])
    graph.body.results = [op(b, "multiply", x, op(b, "sum", index))]
    assert "last_written" in source(graph, Leaf(0)) and RULES
    assert np.array_equal(function(graph, Leaf(0))(X, np.ones((2, 2))), 4.0 * X)

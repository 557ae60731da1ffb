"""The interpreter, on graphs built by hand with operations of the test's own."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from graph.samples import (
    ADD,
    ADD_AT,
    APPEND,
    F8,
    GET,
    LESS,
    LIST_GET,
    LIST_NEW,
    MULTIPLY,
    PACK,
    PRINT,
    PUT,
    TANH,
    ZEROS,
    at_index,
    loop_with_twin,
    vector,
)

from s2sad.graph.build import new_graph
from s2sad.graph.core import CALL, TRY, WHILE, WITH, Domain
from s2sad.graph.interpret import InterpretError, interpret
from s2sad.graph.sizes import Size
from s2sad.graph.types import BOOL, FLOAT, INT, TOKEN, List, Opaque


def test_straight_line():
    graph, b = new_graph("f", [FLOAT, FLOAT], ["a", "b"])
    x, y = graph.parameters
    graph.body.results = [b.emit(ADD, b.emit(MULTIPLY, x, y), 1.0)]
    assert interpret(graph, [2.0, 3.0], check=True) == [7.0]


def test_argument_count():
    graph, _ = new_graph("f", [FLOAT], ["a"])
    with pytest.raises(TypeError, match="takes 1 arguments, not 0"):
        interpret(graph, [])


def test_sizes_come_from_the_arguments():
    graph, b = new_graph("f", [vector("n"), INT], ["x", "k"])
    x, k = graph.parameters
    n = x.type.shape[0]
    graph.size_sources = {"n": (x, 0), "k": (k, None)}
    width = Size.of(3)
    graph.body.results = [b.size(n * 2 - 1), b.emit(ZEROS, shape=(n + 1, width), dtype="f8")]
    length, zeros = interpret(graph, [np.ones(4), 7], check=True)
    assert length == 7 and zeros.shape == (5, 3)


def test_missing_size_source():
    graph, b = new_graph("f", [vector("n")], ["x"])
    graph.body.results = [b.size(graph.parameters[0].type.shape[0])]
    with pytest.raises(InterpretError, match="size n of f has no source"):
        interpret(graph, [np.ones(4)])


@pytest.mark.parametrize("stage", ["pure", "kept"])
def test_put_is_functional(stage):
    graph, b = new_graph("f", [vector("n")], ["x"])
    (x,) = graph.parameters
    y = b.emit(PUT, x, 5.0, path=at_index(0))
    z = b.emit(ADD_AT, y, 1.0, path=at_index(1))
    graph.body.results = [x, y, z]
    graph.stage = stage
    argument = np.array([1.0, 2.0])
    results = interpret(graph, [argument])
    assert [list(r) for r in results] == [[1, 2], [5, 2], [5, 3]]
    assert list(argument) == [1, 2]


def test_put_is_in_place_once_sequenced():
    graph, b = new_graph("f", [vector("n")], ["x"])
    (x,) = graph.parameters
    view = b.emit(GET, x, path=at_index(slice(0, 1)))
    y = b.emit(PUT, x, 5.0, path=at_index(0))
    graph.body.results = [view, y]
    graph.stage = "sequenced"
    argument = np.array([1.0, 2.0])
    view, y = interpret(graph, [argument])
    assert y is argument and list(view) == [5.0]


def test_operations_that_do_not_write_in_place_are_made_to():
    graph, b = new_graph("f", [vector("n")], ["x"])
    functional = type(PUT)("put", lambda base, value, path: np.full_like(base, value), PUT.infer)
    graph.body.results = [b.emit(functional, graph.parameters[0], 5.0, path=())]
    graph.stage = "sequenced"
    argument = np.array([1.0, 2.0])
    (y,) = interpret(graph, [argument])
    assert y is argument and list(argument) == [5, 5]


def test_branches():
    graph, b = new_graph("f", [BOOL, FLOAT], ["c", "x"])
    c, x = graph.parameters
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [b.emit(ADD, x, 1.0)]
    otherwise.results = [x]
    graph.body.results = [b.branch(c, then, otherwise).result]
    assert interpret(graph, [True, 2.0], check=True) == [3.0]
    assert interpret(graph, [False, 2.0], check=True) == [2.0]


@pytest.mark.parametrize(("static", "expected"), [({}, [0, 2, 4]), ({"reversed": True}, [4, 2, 0])])
def test_loop_order(static, expected):
    graph, b = new_graph("f", [INT, List(INT)], ["n", "xs"])
    n, xs = graph.parameters
    body = b.new_region([INT, List(INT)], ["i", "s"])
    with b.inside(body):
        body.results = [b.emit(APPEND, body.parameters[1], body.parameters[0])]
    graph.body.results = [b.loop(b.constant(0), n, b.constant(2), [xs], body, **static).result]
    argument = []
    assert interpret(graph, [5, argument]) == [expected]
    assert argument == []


def test_loop_that_leaves():
    graph, b = new_graph("f", [INT], ["n"])
    body = b.new_region([INT, INT], ["i", "s"])
    with b.inside(body):
        total = b.emit(ADD, body.parameters[1], body.parameters[0])
        body.results = [b.emit(LESS, 4, total), total]
    graph.body.results = [b.loop(b.constant(0), graph.parameters[0], b.constant(1), [b.constant(0)], body, leaves=True).result]
    assert interpret(graph, [100]) == [6]
    assert interpret(graph, [2]) == [1]
    assert interpret(graph, [0]) == [0]


@pytest.mark.parametrize(("start", "stop", "step"), [(0, 4, 1), (1, 8, 3), (7, -1, -2), (0, 0, 1)])
def test_at_trip_through_a_reversed_loop(start, stop, step):
    graph = loop_with_twin()
    x = np.linspace(0.1, 0.9, 8)
    order, value, states = interpret(graph, [x, start, stop, step])
    s, kept = 1.0, []
    for i in range(start, stop, step):
        s = s * x[i]
        kept.append(s)
    assert value == s
    assert states == kept[::-1]
    assert order == list(range(start, stop, step))[::-1]


def test_at_trip_matches_domains_through_branches_and_whiles():
    """A while loop with a branch inside, reversed by a for: the twin branch reads what the branch computed in that trip."""
    graph, b = new_graph("f", [FLOAT], ["x"])
    (x,) = graph.parameters
    trips, taken = Domain("trips"), Domain("taken")
    test, body = b.new_region([FLOAT, INT], ["s", "k"]), b.new_region([FLOAT, INT], ["s", "k"], trips)
    with b.inside(test):
        test.results = [b.emit(LESS, test.parameters[0], 10.0)]
    with b.inside(body):
        s, k = body.parameters
        condition = b.emit(LESS, s, 3.0)
        then, otherwise = b.new_region(domain=taken), b.new_region()
        with b.inside(then):
            doubled = b.emit(MULTIPLY, s, 2.0)
            then.results = [doubled]
        with b.inside(otherwise):
            otherwise.results = [b.emit(ADD, s, 1.0)]
        body.results = [b.branch(condition, then, otherwise).result, b.emit(ADD, k, 1)]
    loop = b.append(WHILE, [x, b.constant(0)], {}, [FLOAT, INT], regions=[test, body])
    twin = b.new_region([INT, List(FLOAT)], ["j", "out"], trips)
    with b.inside(twin):
        again = b.at_trip(condition)
        then, otherwise = b.new_region(domain=taken), b.new_region()
        with b.inside(then):
            then.results = [b.emit(APPEND, twin.parameters[1], b.at_trip(doubled))]
        otherwise.results = [twin.parameters[1]]
        twin.results = [b.branch(again, then, otherwise).result]
    new = b.emit(LIST_NEW, element=FLOAT)
    out = b.loop(b.constant(0), loop.results[1], b.constant(1), [new], twin, reversed=True)
    graph.body.results = [loop.results[0], out.result]
    assert interpret(graph, [1.0], check=True) == [10.0, [4.0, 2.0]]


def test_at_trip_outside_its_domain():
    graph = loop_with_twin(domain=Domain("other"))
    with pytest.raises(InterpretError, match="not inside domain trips"):
        interpret(graph, [np.ones(8), 0, 3, 1])


def test_call_and_recursion():
    graph, b = new_graph("power", [FLOAT, INT], ["x", "n"])
    x, n = graph.parameters
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [b.constant(1.0)]
    with b.inside(otherwise):
        inner = b.append(CALL, [x, b.emit(ADD, n, -1)], {"graph": graph}, [FLOAT]).result
        otherwise.results = [b.emit(MULTIPLY, inner, x)]
    graph.body.results = [b.branch(b.emit(LESS, n, 1), then, otherwise).result]
    assert interpret(graph, [2.0, 5], check=True) == [32.0]


def test_unbound_is_handed_around_but_not_used():
    graph, b = new_graph("f", [BOOL, FLOAT], ["c", "x"])
    c, x = graph.parameters
    y = b.undefined(FLOAT, "y")
    then, otherwise = b.new_region(), b.new_region()
    then.results = [x]
    otherwise.results = [y]
    joined = b.branch(c, then, otherwise, ["y"]).result
    body = b.new_region([INT, FLOAT], ["i", "y"])
    body.results = [body.parameters[1]]
    carried = b.loop(b.constant(0), b.constant(2), b.constant(1), [joined], body).result
    graph.body.results = [b.emit(ADD, carried, 1.0)]
    assert interpret(graph, [True, 2.0]) == [3.0]
    with pytest.raises(UnboundLocalError, match="'y'"):
        interpret(graph, [False, 2.0])
    graph.body.results = [carried]
    with pytest.raises(UnboundLocalError, match="'y'"):
        interpret(graph, [False, 2.0])


def test_effects_keep_their_order(capsys):
    graph, b = new_graph("f", [TOKEN, FLOAT], ["", "x"])
    token, x = graph.parameters
    first = b.append(PRINT, [token, x], {}, [TOKEN]).result
    graph.body.results = [b.append(PRINT, [first, b.emit(ADD, x, 1.0)], {}, [TOKEN]).result]
    assert interpret(graph, [None, 1.0]) == [None]
    assert capsys.readouterr().out == "1.0\n2.0\n"


def test_lists_and_packs():
    graph, b = new_graph("f", [FLOAT], ["x"])
    (x,) = graph.parameters
    once = b.emit(APPEND, b.emit(LIST_NEW, element=FLOAT), x)
    twice = b.emit(APPEND, once, b.emit(ADD, x, 1.0))
    graph.body.results = [once, twice, b.emit(LIST_GET, twice, -1), b.emit(PACK, x, x)]
    assert interpret(graph, [1.0], check=True) == [[1.0], [1.0, 2.0], 2.0, (1.0, 1.0)]


@pytest.mark.parametrize(("names", "handled"), [("IndexError", True), ("LookupError", True), ("ValueError", False), ("", True)])
def test_try(names, handled):
    graph, b = new_graph("f", [vector("n"), INT], ["x", "i"])
    x, i = graph.parameters
    body, handler, otherwise, finish = b.new_region(), b.new_region([Opaque("exception")], ["e"]), b.new_region(), b.new_region()
    with b.inside(body):
        read = b.emit(GET, x, i, path=at_index("operand"))
    with b.inside(handler):
        handler.results = [b.constant(-1.0, F8)]
    with b.inside(otherwise):
        otherwise.results = [b.emit(MULTIPLY, read, 2.0)]
    node = b.append(TRY, (), {"handlers": (names,)}, [F8], regions=[body, handler, otherwise, finish])
    graph.body.results = [node.result]
    assert interpret(graph, [np.ones(3), 1]) == [2.0]
    if handled:
        assert interpret(graph, [np.ones(3), 3]) == [-1.0]
    else:
        with pytest.raises(IndexError):
            interpret(graph, [np.ones(3), 3])


def test_with():
    graph, b = new_graph("f", [Opaque("manager"), FLOAT], ["m", "x"])
    manager, x = graph.parameters
    body = b.new_region([FLOAT], ["entered"])
    with b.inside(body):
        body.results = [b.emit(MULTIPLY, body.parameters[0], x)]
    graph.body.results = [b.append(WITH, [manager], {}, [FLOAT], regions=[body]).result]
    assert interpret(graph, [contextlib.nullcontext(3.0), 2.0]) == [6.0]


def test_check_finds_a_wrong_type():
    graph, b = new_graph("f", [vector("n")], ["x"])
    (x,) = graph.parameters
    graph.size_sources = {"n": (x, 0)}
    good = b.emit(TANH, x)
    graph.body.results = [good]
    interpret(graph, [np.ones(3)], check=True)
    good.type = vector("m")
    interpret(graph, [np.ones(3)], check=True)  # m is not known
    good.type = FLOAT
    with pytest.raises(InterpretError, match="not a Python float"):
        interpret(graph, [np.ones(3)], check=True)
    good.type = vector(2)
    with pytest.raises(InterpretError, match="has size 3, not 2"):
        interpret(graph, [np.ones(3)], check=True)

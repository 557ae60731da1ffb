"""The text form: what is printed is read back, exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from graph.samples import ADD, GET, LESS, MULTIPLY, OPERATIONS, PRINT, PUT, TANH, ZEROS, at_index, loop_with_twin, vector

from s2sad.errors import Location
from s2sad.graph.build import new_graph
from s2sad.graph.core import CALL, TRY, WHILE, WITH, Domain, Graph, Node, Operation, Region
from s2sad.graph.index import Dots, Fancy, Index, Mask, NewAxis, Operand, Slice, View
from s2sad.graph.interpret import interpret
from s2sad.graph.literals import Absent
from s2sad.graph.parse import TextError, parse
from s2sad.graph.sizes import Atom, Size, maximum, minimum
from s2sad.graph.text import opaque_objects, to_text
from s2sad.graph.types import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    TOKEN,
    Array,
    Dict,
    Generator,
    List,
    Number,
    Opaque,
    Optional,
    Record,
    Reference,
    Residual,
    Scalar,
    Tagged,
    Tuple,
)

KEEP = Operation("keep_facts", lambda *data, **static: static, lambda sizes, *kinds, **static: FLOAT)
KNOWN = {**OPERATIONS, "keep_facts": KEEP}


def same(left: Graph, right: Graph, seen=None) -> None:
    """Compare two graphs part by part."""
    seen = {} if seen is None else seen
    if left in seen:
        assert seen[left] is right
        return
    seen[left] = right
    partner: dict[object, object] = {}

    def pair(a, b):
        assert partner.setdefault(a, b) is b

    def fact(a, b):
        if isinstance(a, Graph):
            same(a, b, seen)
        elif isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, strict=True)
        elif type(a) is tuple:
            for part, other in zip(a, b, strict=True):
                fact(part, other)
        else:
            assert type(a) is type(b)
            assert a == b or a is b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))

    def values(some, others):
        for a, b in zip(some, others, strict=True):
            pair(a, b)
            assert (repr(a.type), a.name) == (repr(b.type), b.name)

    def regions(a: Region, b: Region):
        pair(a.domain, b.domain)
        assert a.domain.name == b.domain.name
        values(a.parameters, b.parameters)
        assert all(value.owner is b for value in b.parameters)
        for node, other in zip(a.nodes, b.nodes, strict=True):
            nodes(node, other)
        values(a.results, b.results)

    def nodes(a: Node, b: Node):
        assert a.operation is b.operation
        values(a.operands, b.operands)
        assert list(a.static) == list(b.static)
        for key in a.static:
            fact(a.static[key], b.static[key])
        for some, others in zip(a.regions, b.regions, strict=True):
            regions(some, others)
        values(a.results, b.results)
        assert all(value.owner is b for value in b.results)
        assert a.location.line == b.location.line
        assert (a.reverses and a.reverses.line) == (b.reverses and b.reverses.line)

    assert (left.name, left.stage) == (right.name, right.stage)
    regions(left.body, right.body)
    assert left.sizes == right.sizes
    assert list(left.size_sources) == list(right.size_sources)
    for name, (value, axis) in left.size_sources.items():
        pair(value, right.size_sources[name][0])
        assert axis == right.size_sources[name][1]


def there_and_back(graph: Graph) -> str:
    text = to_text(graph)
    objects = opaque_objects(graph)
    again = parse(text, KNOWN, objects)
    same(graph, again)
    assert to_text(again) == text
    without = parse(text, KNOWN)
    assert to_text(without) == text
    assert str(graph) == text
    return text


def test_example():
    n, m = Size.of(Atom("n")), Size.of(Atom("m"))
    graph, b = new_graph("f", [Array("f8", (n, m)), Array("f8", (m,)), INT], ["W", "x", "k"])
    w, x, k = graph.parameters
    graph.size_sources = {"n": (w, 0), "m": (w, 1), "k": (k, None)}
    graph.sizes.labels |= {"n", "m"}
    graph.sizes.seen = {"n": 3, "m": 4, "k": 7}
    graph.sizes.assume(n - 1, "==", m)
    graph.sizes.fresh()
    with b.at(Location("model.py", 3, 4)):
        h = b.emit(TANH, x, name="h")
        b.reverses = Location("model.py", 2)
        h = b.emit(MULTIPLY, h, h, name="h")
        b.reverses = None
    zeros = b.emit(ZEROS, shape=(n - 2, Size.of(3)), dtype="f8")
    body = b.new_region([INT, x.type], ["i", "s"], Domain("trips"))
    with b.inside(body):
        body.results = [b.emit(ADD, body.parameters[1], h)]
    b.loop(b.constant(0), b.size(n * 2 - 1), b.constant(1), [h], body, names=["s"], reversed=True)
    graph.body.results = [h, zeros]
    assert (
        there_and_back(graph)
        == """\
graph f(W: f8[n, m], x: f8[m], k: int) -> (f8[m], f8[-2 + n, 3])
  size n = W[0], m = W[1], k = k
  label m, n
  seen n = 3, m = 4, k = 7
  assume n - 1 == m
  fresh 1
  h: f8[m] = tanh x  # line 3
  h.2: f8[m] = multiply h h  # line 3, reverses line 2
  %1: f8[n - 2, 3] = zeros {shape=<n - 2, 3>, dtype="f8"}
  %2: int(0) = 0
  %3: int(2*n - 1) = size {size=<2*n - 1>}
  %4: int(1) = 1
  s: f8[m] = for i: int in range(%2, %3, %4), s.2: f8[m] = h.2 {reversed=True} <trips>
    %5: f8[m] = add s.2 h.2
    yield %5
  return h.2, %1
""".replace("-2 + n", "n - 2")
    )


def test_twin_loop_and_a_run_of_what_was_read():
    graph = loop_with_twin()
    text = there_and_back(graph)
    assert text.count("<trips>") == 2
    arguments = [np.linspace(0.1, 0.9, 8), 0, 5, 1]
    assert interpret(parse(text, KNOWN), arguments) == interpret(graph, arguments)


def test_all_control_nodes():
    graph, b = new_graph("f", [TOKEN, FLOAT, vector("n")], ["", "x", "v"])
    token, x, v = graph.parameters
    taken = Domain()
    for _ in range(2):
        then, otherwise = b.new_region(domain=taken), b.new_region()
        with b.inside(then):
            then.results = [b.emit(ADD, x, 1.0), x]
        otherwise.results = [x, x]
        b.branch(b.emit(LESS, x, 1.0), then, otherwise, ["y"])
    test, body = b.new_region([FLOAT], ["s"]), b.new_region([FLOAT], ["s"], Domain("trips"))
    with b.inside(test):
        test.results = [b.emit(LESS, test.parameters[0], 1.0)]
    body.results = body.parameters
    b.append(WHILE, [x], {}, [FLOAT], regions=[test, body])
    test = b.new_region()
    with b.inside(test):
        test.results = [b.constant(False)]
    b.append(WHILE, [], {}, [], regions=[test, b.new_region()])
    parts = [b.new_region(), b.new_region([Opaque("exception")], ["e"]), b.new_region(), b.new_region(), b.new_region()]
    for part in parts[:4]:
        part.results = [x]
    b.append(TRY, (), {"handlers": ("ValueError", ("KeyError", "IndexError"))}, [FLOAT], regions=parts)
    body = b.new_region([Opaque("file")], ["f"])
    b.append(WITH, [b.constant(None)], {}, [], regions=[body])
    body = b.new_region([INT], ["i"])
    body.results = [b.constant(True)]
    with b.inside(body):
        b.emit(PUT, v, x, body.parameters[0], path=at_index("operand"))
    b.loop(b.constant(0), b.constant(1), b.constant(1), [], body, leaves=True)
    graph.body.results = [b.append(PRINT, [token, x], {}, [TOKEN]).result, b.undefined(FLOAT, "z")]
    text = there_and_back(graph)
    assert "| except0(e: opaque exception)\n      yield x\n" in text
    assert "  | finally()\n      yield\n" in text
    assert text.count("<%1>") == 2


def test_malformed_control_is_printed_all_the_same():
    graph, b = new_graph("f", [FLOAT], ["x"])
    (x,) = graph.parameters
    then = b.new_region([INT], ["i"])
    b.append(Operation("if"), [], {}, [FLOAT], regions=[then])
    assert "| region0(i: int)" in to_text(graph)
    graph, b = new_graph("f", [FLOAT], ["x"])
    (x,) = graph.parameters
    b.loop(x, x, x, [], b.new_region([INT, INT]))
    there = to_text(graph)
    assert "for x x x" in there and "| body(" in there


def test_called_graphs():
    inner, c = new_graph("g", [FLOAT], ["x"])
    other, d = new_graph("g", [FLOAT], ["x"])
    recursive, r = new_graph("<lambda>", [FLOAT], ["x"])
    inner.body.results = [c.emit(ADD, inner.parameters[0], 1.0)]
    other.body.results = [d.append(CALL, other.parameters, {"graph": inner}, [FLOAT]).result]
    recursive.body.results = [r.append(CALL, recursive.parameters, {"graph": recursive}, [FLOAT]).result]
    graph, b = new_graph("f", [FLOAT], ["x"])
    for callee in (other, inner, other, recursive):
        y = b.append(CALL, graph.parameters, {"graph": callee}, [FLOAT]).result
    graph.body.results = [y]
    text = there_and_back(graph)
    assert "graph=&g}" in text and "graph=&g.2}" in text and 'graph "<lambda>"(' in text


def test_names():
    graph, b = new_graph("f", [FLOAT] * 8, ["x", "x", "params.W", "params.W", 'a "b"', "yield", "size", "_"])
    y = b.emit(ADD, graph.parameters[1], graph.parameters[3], name="return")
    z = b.emit(ADD, y, graph.parameters[5], name="_")
    graph.body.results = [z, *graph.parameters]
    text = there_and_back(graph)
    assert text.startswith('graph f(x: float, x.2: float, "params.W": float, "params.W".2: float, "a \\"b\\"": float')


N, M = Size.of(Atom("n")), Size.of(Atom("m"))
RUN_TIME = Size.of(Atom("k?3", entry=False))
TYPES = [
    *(INT, FLOAT, BOOL, COMPLEX, TOKEN, Number("int", N * 3 - 2), Number("int", Size.of(-3)), Scalar("f4"), Scalar("c16")),
    *(Scalar("f8", ("float", "int")), Number("float", None, ("int",)), Tuple((Number("int", N, ("bool",)),))),
    *(Array("f8", None), Array("b1", ()), Array("f8", (N, Size.of(1), RUN_TIME + 1)), Array("i8", (-N + 4, N * M))),
    *(Array("f8", ((N - 3).ceil_div(2) * 2 - M, maximum(N, M) - 1, minimum(N, M * 2))),),
    *(List(List(FLOAT)), Dict(Opaque("str"), vector("n")), Tuple(()), Tuple((INT, Tuple((FLOAT,)))), Optional(FLOAT)),
    *(Record("Model", (("W", vector("n")), ("odd name", INT))), Record("a.b.C", ()), Tagged(("relu", "a, b>", ""))),
    Reference(("x", "y.z")),
    *(Generator("numpy.random.Generator"), Residual("f"), Residual("<lambda>"), Opaque("NoneType"), Opaque("two words")),
]


@pytest.mark.parametrize("kind", TYPES, ids=map(str, TYPES))
def test_types(kind):
    graph, b = new_graph("f", [kind, List(kind)], ["x"])
    graph.body.results = [b.undefined(Tuple((kind, kind)))]
    there_and_back(graph)


def local_function():
    pass


FACTS = [
    *(None, True, 0, -7, 10**30, 0.1, -0.0, 1e300, 5e-324, math.inf, -math.inf, math.nan, 1 - 2j, complex(math.inf, -0.0)),
    *("text", 'quote " \\ \n\u2028 # line 3', "", b"\x00ab", (), (1,), (1, (2, "x")), [1, [2]], {"a": 1, 2: (3,)}, frozenset({3, 1, 2})),
    *(range(1, 9, 2), slice(None, 3), Ellipsis, N, N - 3, Size.of(4), (N,), (N, Size.of(3)), (N, 3), ((N,), 3)),
    *(FLOAT, Array("f8", (N,)), List(INT), Number("int", N)),
    *(np.float32(0.1), np.int64(3), np.bool_(True), np.complex64(1 + 2j), np.dtype("f4"), np.dtype("<M8[ns]")),
    *(np.arange(6.0).reshape(2, 3), np.zeros((0, 2)), np.array(2.5), np.array([True, False]), np.zeros(2000)),
    *(math.sin, np.random.default_rng, ValueError, local_function, lambda: 3, object(), Location("x", 3)),
    *((Index((Operand(0), 1, -2, Slice(), Slice(1, Operand(1)), Slice(None, -1, 2), NewAxis(), Dots(), Fancy(2), Mask(3))),),),
    *((View("transpose", (("axes", (1, 0)),)), Index((Slice(None, None, Operand(0)),)), View("real"), Index(())),),
    *((View("reshape", (("shape", (N, Size.of(2))),)),), (View("odd name"), 3)),
]


@pytest.mark.parametrize("value", FACTS, ids=[f"{n}-{type(v).__name__}" for n, v in enumerate(FACTS)])
def test_static_facts(value):
    graph, b = new_graph("f")
    b.emit(KEEP, value=value, more=(value, "x"), last=1)
    b.constant(value)
    graph.body.results = [b.constant(value, Opaque("anything"))]
    there_and_back(graph)


def test_objects_that_were_not_given():
    graph, b = new_graph("f")
    thing = object()
    b.emit(KEEP, value=thing, again=thing, function=test_names)
    again = parse(to_text(graph), KNOWN)
    facts = again.body.nodes[0].static
    assert isinstance(facts["value"], Absent) and repr(facts["value"]) == "<absent 0:object>"
    assert facts["function"] is test_names


def test_shared_path_reads_well():
    graph, b = new_graph("f", [vector("n"), INT], ["x", "i"])
    x, i = graph.parameters
    graph.body.results = [b.emit(GET, x, i, path=at_index("operand"), name="x_i")]
    assert "  x_i: f8 = get x i {path=[$0]}\n" in there_and_back(graph)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no graph"),
        ("graph f() -> ()", "the text ends too early|expected indentation"),
        ("graph f() -> ()\n  return x", "line 2: x is not defined before"),
        ("graph f() -> ()\n  y: f8 = nonsense\n  return y", "line 2: there is no operation nonsense"),
        ("graph f(x: f8, x: f8) -> ()\n  return", "line 1: x is defined twice"),
        ("graph f(x: what) -> ()\n  return", "line 1: expected a type at "),
        ("graph f() -> ()\n    return", "line 2: expected indentation 2, not 4"),
        ("graph f() -> ()\n  y: f8 = call {graph=&g}\n  return", "no graph g"),
        ("graph f() -> ()\n  y: f8 = 3 {\n  return", "line 2: expected"),
    ],
)
def test_errors(text, message):
    with pytest.raises(TextError, match=message):
        parse(text, KNOWN)

"""Graphs built by hand, each about one difficulty, with a function that makes arguments."""

from __future__ import annotations

import numpy as np

import s2sad.rules  # noqa: F401  (loads the operations)
from s2sad.graph.build import Builder, new_graph
from s2sad.graph.core import WHILE, Graph, Value
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import FLOAT, INT, Array, Number
from s2sad.rules.declare import REGISTRY

R = REGISTRY.rules
N = Size.of(Atom("n"))
VECTOR = Array("f8", (N,))
ITEM = (Index((Operand(0),)),)


def vector_graph(name: str, *names: str, scalars: tuple[str, ...] = ()) -> tuple[Graph, Builder]:
    graph, builder = new_graph(name, [*(VECTOR for _ in names), *(FLOAT for _ in scalars)], [*names, *scalars])
    graph.sizes.labels.add("n")
    graph.sizes.seen["n"] = 5
    graph.size_sources["n"] = (graph.parameters[0], 0)
    return graph, builder


def item(builder: Builder, base: Value, index: Value) -> Value:
    return builder.emit(R["to_float"], builder.emit(R["get"], base, index, path=ITEM))


def straight() -> Graph:
    graph, b = vector_graph("straight", "x", "y", scalars=("c",))
    x, y, c = graph.parameters
    h = b.emit(R["tanh"], b.emit(R["multiply"], b.emit(R["add"], x, c), y), name="h")
    graph.body.results = [b.emit(R["sum"], b.emit(R["multiply"], h, h), axis=None, keepdims=False)]
    return graph


def rosenbrock() -> Graph:
    graph, b = vector_graph("rosenbrock", "x")
    (x,) = graph.parameters
    start, stop, step = b.constant(0), b.size(N - 1), b.constant(1)
    total = b.constant(0.0)
    body = b.new_region([INT, FLOAT], ["i", "total"])
    with b.inside(body):
        i, s = body.parameters
        xi = item(b, x, i)
        a = b.emit(R["subtract"], item(b, x, b.emit(R["add"], i, 1)), b.emit(R["multiply"], xi, xi), name="a")
        c = b.emit(R["subtract"], 1.0, xi, name="b")
        term = b.emit(R["add"], b.emit(R["multiply"], 100.0, b.emit(R["multiply"], a, a)), b.emit(R["multiply"], c, c))
        body.results = [b.emit(R["add"], s, term, name="total")]
    loop = b.loop(start, stop, step, [total], body, names=["total"])
    graph.body.results = [loop.result]
    return graph


def branch_in_loop() -> Graph:
    graph, b = vector_graph("branch_in_loop", "x")
    (x,) = graph.parameters
    body = b.new_region([INT, FLOAT], ["i", "s"])
    with b.inside(body):
        i, s = body.parameters
        xi = item(b, x, i)
        condition = b.emit(R["greater"], s, 1.0)
        then, other = b.new_region(), b.new_region()
        with b.inside(then):
            then.results = [b.emit(R["multiply"], 0.5, b.emit(R["multiply"], s, xi))]
        with b.inside(other):
            other.results = [b.emit(R["add"], s, b.emit(R["multiply"], xi, xi))]
        body.results = [b.branch(condition, then, other, ["s"]).result]
    loop = b.loop(b.constant(0), b.size(N), b.constant(1), [b.constant(0.5)], body, names=["s"])
    graph.body.results = [loop.result]
    return graph


def scan_in_place() -> Graph:
    """Write y[i] = sin(y[i - 1]) * x[i] into a copy of x, then sum the squares."""
    graph, b = vector_graph("scan_in_place", "x")
    (x,) = graph.parameters
    y0 = b.emit(R["copy"], x, name="y")
    body = b.new_region([INT, VECTOR], ["i", "y"])
    with b.inside(body):
        i, y = body.parameters
        before = item(b, y, b.emit(R["subtract"], i, 1))
        value = b.emit(R["multiply"], b.emit(R["sin"], before), item(b, x, i))
        body.results = [b.emit(R["put"], y, value, i, path=ITEM, name="y")]
    loop = b.loop(b.constant(1), b.size(N), b.constant(1), [y0], body, names=["y"])
    graph.body.results = [b.emit(R["sum"], b.emit(R["multiply"], loop.result, loop.result), axis=None, keepdims=False)]
    return graph


def heat() -> Graph:
    """A stencil between two buffers that are swapped."""
    graph, b = vector_graph("heat", "u0", scalars=("c",))
    u0, c = graph.parameters
    u, v = b.emit(R["copy"], u0, name="u"), b.emit(R["copy"], u0, name="v")
    inner, left, right = ((Index((Slice(*bounds),)),) for bounds in ((1, -1), (2, None), (None, -2)))
    body = b.new_region([INT, VECTOR, VECTOR], ["t", "u", "v"])
    with b.inside(body):
        _, a, w = body.parameters
        middle = b.emit(R["get"], a, path=inner)
        laplace = b.emit(
            R["add"],
            b.emit(R["subtract"], b.emit(R["get"], a, path=left), b.emit(R["multiply"], 2.0, middle)),
            b.emit(R["get"], a, path=right),
        )
        new = b.emit(R["put"], w, b.emit(R["add"], middle, b.emit(R["multiply"], c, laplace)), path=inner, name="v")
        body.results = [new, a]
    loop = b.loop(b.constant(0), b.constant(3), b.constant(1), [u, v], body, names=["u", "v"])
    final = loop.results[0]
    graph.body.results = [b.emit(R["sum"], b.emit(R["multiply"], final, final), axis=None, keepdims=False)]
    return graph


def nested() -> Graph:
    """s = s * x[i] + sin(s * x[j]) in two loops, triangular."""
    graph, b = vector_graph("nested", "x")
    (x,) = graph.parameters
    outer = b.new_region([INT, FLOAT], ["i", "s"])
    with b.inside(outer):
        i, s = outer.parameters
        inner = b.new_region([INT, FLOAT], ["j", "s"])
        with b.inside(inner):
            j, r = inner.parameters
            scaled = b.emit(R["math_sin"], b.emit(R["multiply"], r, item(b, x, j)))
            inner.results = [b.emit(R["add"], b.emit(R["multiply"], r, 0.5), scaled, name="s")]
        done = b.loop(b.constant(0), i, b.constant(1), [s], inner, names=["s"])
        outer.results = [b.emit(R["add"], done.result, item(b, x, i), name="s")]
    loop = b.loop(b.constant(0), b.size(N), b.constant(1), [b.constant(0.3)], outer, names=["s"])
    graph.body.results = [loop.result]
    return graph


def while_loop() -> Graph:
    """Newton's iteration for the square root of sum(x * x) + 1, until the change is small."""
    graph, b = vector_graph("while_loop", "x")
    (x,) = graph.parameters
    a = b.emit(R["to_float"], b.emit(R["add"], b.emit(R["sum"], b.emit(R["multiply"], x, x), axis=None, keepdims=False), 1.0))
    test, body = b.new_region([FLOAT], ["r"]), b.new_region([FLOAT], ["r"])
    with b.inside(test):
        (r,) = test.parameters
        error = b.emit(R["absolute"], b.emit(R["subtract"], b.emit(R["multiply"], r, r), a))
        test.results = [b.emit(R["greater"], error, 1e-13)]
    with b.inside(body):
        (r,) = body.parameters
        body.results = [b.emit(R["multiply"], 0.5, b.emit(R["add"], r, b.emit(R["divide"], a, r)), name="r")]
    loop = b.append(WHILE, [a], {}, [FLOAT], names=["r"], regions=(test, body))
    graph.body.results = [loop.result]
    return graph


def leave_early() -> Graph:
    """The product of the elements until it exceeds 2."""
    graph, b = vector_graph("leave_early", "x")
    (x,) = graph.parameters
    body = b.new_region([INT, FLOAT], ["i", "p"])
    with b.inside(body):
        i, p = body.parameters
        new = b.emit(R["multiply"], p, item(b, x, i), name="p")
        body.results = [b.emit(R["greater"], new, 2.0), new]
    loop = b.loop(b.constant(0), b.size(N), b.constant(1), [b.constant(1.0)], body, names=["p"], leaves=True)
    graph.body.results = [loop.result]
    return graph


def call_twice() -> Graph:
    callee, b = new_graph("square_sine", [FLOAT, FLOAT], ["a", "b"])
    a, c = callee.parameters
    callee.body.results = [b.emit(R["multiply"], b.emit(R["math_sin"], b.emit(R["multiply"], a, c)), a)]
    from s2sad.graph.core import CALL

    graph, b = new_graph("call_twice", [FLOAT, FLOAT], ["x", "y"])
    x, y = graph.parameters
    first = b.append(CALL, [x, y], {"graph": callee}, [FLOAT]).result
    second = b.append(CALL, [first, x], {"graph": callee}, [FLOAT]).result
    graph.body.results = [b.emit(R["add"], first, b.emit(R["multiply"], second, y))]
    return graph


PROGRAMS = [straight, rosenbrock, branch_in_loop, scan_in_place, heat, nested, while_loop, leave_early, call_twice]


def arguments(graph: Graph, seed: int = 0, size: int = 5) -> list[object]:
    """Return arguments for a graph of this file."""
    random = np.random.default_rng(seed)
    return [float(random.uniform(0.2, 0.4)) if isinstance(p.type, Number) else random.uniform(0.5, 1.5, size) for p in graph.parameters]

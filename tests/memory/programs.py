"""Forward graphs, each about one way in which values survive for the reverse sweep."""

from __future__ import annotations

import numpy as np

from s2sad.graph.build import Builder, new_graph
from s2sad.graph.core import WHILE, Graph, Value
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import INT, Array, Scalar
from s2sad.rules import REGISTRY

N, M = Size.of(Atom("n")), Size.of(Atom("m"))
VECTOR, MATRIX, F8 = Array("f8", (N,)), Array("f8", (M, N)), Scalar("f8")
ITEM = (Index((Operand(0),)),)


class Program:
    """A graph with a matrix `a` of m rows and a vector `x` of n elements; methods name operations."""

    def __init__(self, name: str) -> None:
        self.graph, self.builder = new_graph(name, [MATRIX, VECTOR], ["a", "x"])
        self.a, self.x = self.graph.parameters
        for number, atom in enumerate(("m", "n")):
            self.graph.sizes.labels.add(atom)
            self.graph.sizes.seen[atom] = 4 + number
            self.graph.size_sources[atom] = (self.a, number)

    def __getattr__(self, operation: str):
        return lambda *operands, **static: self.builder.emit(REGISTRY.rules[operation], *operands, **static)

    def item(self, base: Value, index: Value | int, name: str = "") -> Value:
        return self.builder.emit(REGISTRY.rules["get"], base, index, path=ITEM, name=name)

    def part(self, base: Value, *bounds: int | None) -> Value:
        return self.builder.emit(REGISTRY.rules["get"], base, path=(Index((Slice(*bounds),)),))

    def loop(
        self, stop: Size | int | Value, initial: list[Value], names: list[str], make, start: Value | int = 0, step: int = 1, **static
    ) -> tuple[Value, ...]:
        b: Builder = self.builder
        body = b.new_region([INT, *(value.type for value in initial)], ["i", *names])
        with b.inside(body):
            results = make(*body.parameters)
            body.results = list(results) if isinstance(results, (list, tuple)) else [results]
        stop = stop if isinstance(stop, Value) else b.size(Size.of(stop))
        start = start if isinstance(start, Value) else b.constant(start)
        return b.loop(start, stop, b.constant(step), initial, body, names=names, **static).results

    def branch(self, condition: Value, then, otherwise, names: list[str]) -> tuple[Value, ...]:
        b: Builder = self.builder
        regions = []
        for make in (then, otherwise):
            region = b.new_region()
            with b.inside(region):
                results = make()
                region.results = list(results) if isinstance(results, (list, tuple)) else [results]
            regions.append(region)
        return b.branch(condition, *regions, names).results

    def done(self, value: Value) -> Graph:
        if isinstance(value.type, Array):
            value = self.sum(self.multiply(value, value), axis=None, keepdims=False)
        self.graph.body.results = [value]
        return self.graph


def recurrent() -> Graph:
    """h = tanh(h * x + a[i]): what is handed on is kept once, T + 1 rows."""
    p = Program("recurrent")
    (h,) = p.loop(M, [p.copy(p.x, name="h")], ["h"], lambda i, h: p.tanh(p.add(p.multiply(h, p.x), p.item(p.a, i)), name="h"))
    return p.done(h)


def states() -> Graph:
    """u = u + u * u * x: only what enters a trip is needed."""
    p = Program("states")
    (u,) = p.loop(3, [p.copy(p.x, name="u")], ["u"], lambda i, u: p.add(u, p.multiply(p.multiply(u, u), 0.1), name="u"))
    return p.done(u)


def table() -> Graph:
    """Two loops over known sizes: one array keeps what both need."""
    p = Program("table")

    def rows(i, s):
        def columns(j, t):
            return p.multiply(t, p.sin(p.multiply(t, p.get(p.a, i, j, path=(Index((Operand(0), Operand(1))),)))), name="s")

        return p.loop(N, [s], ["s"], columns)

    (s,) = p.loop(M, [p.item(p.x, 0, "s")], ["s"], rows)
    return p.done(s)


def triangle() -> Graph:
    """The inner loop runs up to the index of the outer one."""
    p = Program("triangle")

    def rows(i, s):
        return p.loop(i, [s], ["s"], lambda j, t: p.multiply(t, p.sin(p.multiply(t, p.item(p.x, j))), name="s"))

    (s,) = p.loop(N, [p.item(p.x, 0, "s")], ["s"], rows)
    return p.done(s)


def rare() -> Graph:
    """What a branch in a loop computes dearly is kept for the trips that take it."""
    p = Program("rare")

    def trip(i, u):
        row = p.item(p.a, i)
        condition = p.less(p.get(row, path=(Index((0,)),)), 0.8)

        def dear():
            e = p.exp(p.multiply(row, u), name="e")
            return p.multiply(e, p.sin(e), name="u")

        return p.branch(condition, dear, lambda: p.multiply(u, 0.5), ["u"])

    (u,) = p.loop(M, [p.copy(p.x, name="u")], ["u"], trip)
    return p.done(u)


def chosen() -> Graph:
    """A branch outside of loops: its values are handed over as they are."""
    p = Program("chosen")

    def dear():
        e = p.exp(p.x, name="e")
        return p.multiply(e, p.tanh(e))

    return p.done(p.branch(p.less(p.item(p.x, 0), 10.0), dear, lambda: p.multiply(p.x, p.x), ["y"])[0])


def chosen_loop() -> Graph:
    """A loop in a branch."""
    p = Program("chosen_loop")

    def dear():
        return p.loop(M, [p.x], ["h"], lambda i, h: p.tanh(p.multiply(h, p.item(p.a, i)), name="h"))

    return p.done(p.branch(p.less(p.item(p.x, 0), 10.0), dear, lambda: [p.multiply(p.x, p.x)], ["y"])[0])


def uncounted() -> Graph:
    """A while loop with a branch: the trips are not known before."""
    p = Program("uncounted")
    b = p.builder
    regions = b.new_region([INT, VECTOR], ["k", "u"]), b.new_region([INT, VECTOR], ["k", "u"])
    with b.inside(regions[0]):
        k, u = regions[0].parameters
        regions[0].results = [p.logical_and(p.less(k, 6), p.less(p.sum(u, axis=None, keepdims=False), 100.0))]
    with b.inside(regions[1]):
        k, u = regions[1].parameters
        condition = p.less(p.item(u, p.remainder(k, 2)), 1.0)

        def dear():
            e = p.exp(u, name="e")
            return p.add(u, p.multiply(e, p.multiply(0.1, e)), name="u")

        (new,) = p.branch(condition, dear, lambda: p.multiply(u, p.x), ["u"])
        regions[1].results = [p.add(k, 1), new]
    loop = b.append(WHILE, [b.constant(0), p.copy(p.x)], {}, [INT, VECTOR], names=["k", "u"], regions=regions)
    return p.done(loop.results[1])


def offset() -> Graph:
    """Trips from 2 on in steps of 2, and downwards."""
    p = Program("offset")

    def trip(i, s):
        return p.multiply(s, p.exp(p.multiply(s, p.multiply(-0.1, p.item(p.x, i)))), name="s")

    (s,) = p.loop(N, [p.item(p.x, 0, "s")], ["s"], trip, start=2, step=2)
    (s,) = p.loop(p.builder.constant(0), [s], ["s"], trip, start=p.builder.size(N - 1), step=-1)
    (s,) = p.loop(N, [s], ["s"], trip, start=1)
    return p.done(s)


def backwards() -> Graph:
    """A loop that itself runs last to first."""
    p = Program("backwards")
    (h,) = p.loop(M, [p.x], ["h"], lambda i, h: p.tanh(p.multiply(h, p.item(p.a, i)), name="h"), reversed=True)
    return p.done(h)


def elements() -> Graph:
    """y[i] = y[i - 1] * sin(y[i - 1]) in place: elements are kept, never the array."""
    p = Program("elements")

    def trip(i, y):
        before = p.item(y, p.subtract(i, 1), "b")
        return p.put(y, p.multiply(before, p.sin(p.exp(p.multiply(before, -1.0)))), i, path=ITEM, name="y")

    (y,) = p.loop(N, [p.copy(p.x, name="y")], ["y"], trip, start=1)
    return p.done(y)


def overwritten() -> Graph:
    """y[i] = y[i] * sin(y[i]) in place: what is overwritten has to be kept."""
    p = Program("overwritten")

    def trip(i, y):
        before = p.item(y, i, "b")
        return p.put(y, p.multiply(before, p.sin(before)), i, path=ITEM, name="y")

    (y,) = p.loop(N, [p.copy(p.x, name="y")], ["y"], trip)
    return p.done(y)


def stencil() -> Graph:
    """Two buffers that change places; the step is not linear, so that states are kept."""
    p = Program("stencil")

    def trip(i, u, v):
        inner = p.part(u, 1, -1)
        new = p.add(inner, p.multiply(0.1, p.multiply(inner, p.subtract(p.part(u, 2, None), p.part(u, None, -2)))))
        return p.put(v, new, path=(Index((Slice(1, -1),)),), name="v"), u

    u, v = p.loop(M, [p.copy(p.x, name="u"), p.copy(p.x, name="v")], ["u", "v"], trip)
    return p.done(p.multiply(u, v))


def counted_up() -> Graph:
    """A second index that grows by a constant is computed from the trip."""
    p = Program("counted_up")

    def trip(i, k, s):
        return p.add(k, 2), p.multiply(s, p.sin(p.item(p.x, p.remainder(k, 3))), name="s")

    _, s = p.loop(N, [p.builder.constant(1), p.item(p.x, 0, "s")], ["k", "s"], trip)
    return p.done(s)


PROGRAMS = [
    recurrent,
    states,
    table,
    triangle,
    rare,
    chosen,
    chosen_loop,
    uncounted,
    offset,
    backwards,
    elements,
    overwritten,
    stencil,
    counted_up,
]


def arguments(rows: int = 4, length: int = 5, seed: int = 0) -> list[np.ndarray]:
    """Return a matrix and a vector."""
    random = np.random.default_rng(seed)
    return [random.uniform(0.3, 1.2, (rows, length)), random.uniform(0.3, 1.2, length)]

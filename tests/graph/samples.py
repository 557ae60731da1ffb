"""Small operations and graphs for the tests of the graph, so that these need no rules."""

from __future__ import annotations

import numpy as np

from s2sad.graph.build import new_graph
from s2sad.graph.core import Domain, Graph, Operation
from s2sad.graph.index import Index, Operand, Slice
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import BOOL, FLOAT, INT, TOKEN, Array, List, Number, Scalar, Tuple, Type

F8 = Scalar("f8")


def vector(*sizes: str | int) -> Array:
    return Array("f8", tuple(Size.of(Atom(size) if isinstance(size, str) else size) for size in sizes))


def _wider(sizes, a, b) -> Type:
    for kind in (a, b):
        if isinstance(kind, Array):
            return kind
    if isinstance(a, Number) and isinstance(b, Number):
        return FLOAT if "float" in (a.kind, b.kind) else INT
    return F8


def _get_type(sizes, base, *varying, path) -> Type:
    if isinstance(base, List):
        return base.element
    shape = list(base.shape)
    for item in path[0].items if path else ():
        first = shape.pop(0)
        if isinstance(item, Slice):
            shape.append(Size.of(item.stop - item.start) if item.stop is not None else first - (item.start or 0))
    return Array("f8", tuple(shape)) if shape else F8


def _subscript(path, varying):
    if not path:
        return ()
    parts = [varying[item.number] if isinstance(item, Operand) else item for item in path[0].items]
    return tuple(slice(part.start, part.stop, part.step) if isinstance(part, Slice) else part for part in parts)


def _put(base, value, *varying, path):
    base[_subscript(path, varying)] = value
    return base


def _add_at(base, value, *varying, path):
    base[_subscript(path, varying)] += value
    return base


def _append(base, value):
    base.append(value)
    return base


def at_index(*items):
    """A path of one subscript; "operand" stands for the next varying part."""
    varying = iter(range(len(items)))
    parts = [Slice(item.start, item.stop, item.step) if isinstance(item, slice) else item for item in items]
    return (Index(tuple(Operand(next(varying)) if part == "operand" else part for part in parts)),)


ADD = Operation("add", lambda a, b: a + b, _wider)
MULTIPLY = Operation("multiply", lambda a, b: a * b, _wider)
LESS = Operation("less", lambda a, b: bool(a < b), lambda sizes, a, b: BOOL)
TANH = Operation("tanh", np.tanh, lambda sizes, a: a, expensive=True)
ZEROS = Operation("zeros", lambda *, shape, dtype: np.zeros(shape, dtype), lambda sizes, *, shape, dtype: Array(dtype, shape))
GET = Operation("get", lambda base, *v, path: base[_subscript(path, v)], _get_type, sharing="view", raises=True)
PUT = Operation("put", _put, lambda sizes, base, value, *v, path: base, sharing="same")
ADD_AT = Operation("add_at", _add_at, lambda sizes, base, value, *v, path: base, sharing="same")
COPY = Operation("copy", lambda x: x.copy(), lambda sizes, x: x)
EXPAND = Operation("expand", lambda x, *, shape: np.broadcast_to(x, shape), lambda sizes, x, shape: Array("f8", shape), sharing="view")
LIST_NEW = Operation("list_new", lambda *, element: [], lambda sizes, *, element: List(element))
APPEND = Operation("list_append", _append, lambda sizes, base, value: base, sharing="same")
LIST_GET = Operation("list_get", lambda base, i: base[i], lambda sizes, base, i: base.element)
PACK = Operation("pack", lambda *values: values, lambda sizes, *kinds: Tuple(kinds))
PRINT = Operation("print", lambda token, *values: print(*values), lambda sizes, *kinds: TOKEN, effect="output")

_ALL = (ADD, MULTIPLY, LESS, TANH, ZEROS, GET, PUT, ADD_AT, COPY, EXPAND, LIST_NEW, APPEND, LIST_GET, PACK, PRINT)
OPERATIONS = {operation.name: operation for operation in _ALL}


def loop_with_twin(domain: Domain | None = None) -> Graph:
    """A product over a range, and a reversed loop that collects its indices and states."""
    graph, b = new_graph("f", [vector("n"), INT, INT, INT], ["x", "start", "stop", "step"])
    x, start, stop, step = graph.parameters
    graph.size_sources = {"n": (x, 0)}
    trips = Domain("trips")
    body = b.new_region([INT, F8], ["i", "s"], trips)
    with b.inside(body):
        i, s = body.parameters
        state = b.emit(MULTIPLY, s, b.emit(GET, x, i, path=at_index("operand")), name="s")
        body.results = [state]
    loop = b.loop(start, stop, step, [b.constant(np.float64(1.0), F8)], body, names=["s"])
    twin = b.new_region([INT, List(INT), List(F8)], ["i", "order", "states"], domain or trips)
    with b.inside(twin):
        i, order, states = twin.parameters
        twin.results = [b.emit(APPEND, order, i), b.emit(APPEND, states, b.at_trip(state))]
    empty = [b.emit(LIST_NEW, element=INT), b.emit(LIST_NEW, element=F8)]
    again = b.loop(start, stop, step, empty, twin, reversed=True)
    graph.body.results = [again.results[0], loop.result, again.results[1]]
    return graph

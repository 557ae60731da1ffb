"""Type rules beyond known sizes: labels, affine sizes, refusals; and `conform`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from s2sad.errors import UnsupportedError
from s2sad.graph.build import Builder, new_graph
from s2sad.graph.core import Graph, Value
from s2sad.graph.index import Dots, Index, Operand, Slice
from s2sad.graph.sizes import Atom, ShapeError, Size, Sizes
from s2sad.graph.types import BOOL, FLOAT, INT, Array, Number, Scalar, Type
from s2sad.rules import REGISTRY
from s2sad.rules.conform import conform

N, M = Size.of(Atom("n")), Size.of(Atom("m"))


def facts() -> Sizes:
    return Sizes(seen={"n": 6, "m": 4}, labels={"n", "m"})


def infer(name: str, *kinds: Type, sizes: Sizes | None = None, **static: Any) -> Type:
    rule = REGISTRY.rules[name]
    assert rule.infer is not None
    return rule.infer(sizes or facts(), *kinds, **static)


def vector(*shape: Size | int, dtype: str = "f8") -> Array:
    return Array(dtype, tuple(map(Size.of, shape)))


def test_index_arithmetic_stays_affine() -> None:
    n, two = Number("int", N), Number("int", Size.of(2))
    assert infer("subtract", n, two) == Number("int", N - 2)
    assert infer("multiply", two, n) == Number("int", N * 2)
    assert str(infer("floor_divide", n, two).size) == "(n) // (2)"
    assert infer("negative", n) == Number("int", -N)
    assert infer("add", n, INT) == INT
    assert infer("divide", n, two) == FLOAT
    assert infer("less", n, two) == BOOL


def test_halves_are_counted_as_python_counts() -> None:
    size = infer("floor_divide", Number("int", N), Number("int", Size.of(2))).size
    assert [size.evaluate({"n": n}) for n in (0, 1, 5, 6, -3)] == [n // 2 for n in (0, 1, 5, 6, -3)]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Slice(), N),
        (Slice(1, -1), N - 2),
        (Slice(2, None), N - 2),
        (Slice(None, -2), N - 2),
        (Slice(None, 3), Size.of(3)),
        (Slice(-2, None), Size.of(2)),
        (Slice(None, None, -1), N),
        (Slice(1, None, 2), (N - 1).ceil_div(2)),
        (Slice(None, 9), N),
        (Slice(4, 2), Size.of(0)),
        (Slice(7, None), Size.of(0)),
        (Slice(-9, 2), Size.of(2)),
    ],
)
def test_slices_are_affine_and_clamped(part: Slice, expected: Size) -> None:
    kind = infer("get", vector(N), path=(Index((part,)),))
    assert isinstance(kind, Array) and kind.shape is not None
    assert kind.shape[0].evaluate({"n": 6}) == expected.evaluate({"n": 6})


def test_slices_by_sizes() -> None:
    sizes = facts()
    assert infer("get", vector(N), Number("int", M), path=(Index((Slice(None, Operand(0)),)),), sizes=sizes) == vector(M)
    assert [str(fact) for fact in sizes.assumptions] == ["-m + n >= 0"]
    unknown = infer("get", vector(N), INT, path=(Index((Slice(Operand(0), None),)),))
    assert isinstance(unknown, Array) and unknown.shape is not None and not unknown.shape[0].entry


def test_dots_keep_an_array() -> None:
    assert infer("get", vector(N), path=(Index((0, Dots())),)) == vector()
    assert infer("get", vector(N), path=(Index((0,)),)) == Scalar("f8")


def test_shifted_slices_broadcast() -> None:
    shifted = infer("get", vector(N), path=(Index((Slice(2, None),)),))
    other = infer("get", vector(N), path=(Index((Slice(None, -2),)),))
    assert infer("add", shifted, other) == vector(N - 2)


def test_reshape_finds_the_open_length() -> None:
    assert infer("reshape", vector(N, M), shape=(-1,)) == vector(N * M)
    assert infer("reshape", vector(N, M, 2), shape=(N, -1)) == vector(N, M * 2)
    assert infer("reshape", vector(N * 2), shape=(-1, 2)) == vector(N, 2)


@pytest.mark.parametrize(
    ("name", "kinds", "static"),
    [
        ("add", (vector(3), vector(4)), {}),
        ("matmul", (vector(N, M), vector(N)), {}),
        ("matmul", (vector(3), Scalar("f8")), {}),
        ("concatenate", (vector(N, 2), vector(N, 3)), {"axis": 0}),
        ("sum", (vector(N),), {"axis": 1}),
        ("reshape", (vector(4),), {"shape": (3,)}),
        ("max", (vector(0),), {}),
        ("get", (vector(N),), {"path": (Index((0, 0)),)}),
        ("put", (vector(3), vector(2)), {"path": (Index((Slice(),)),)}),
        ("einsum", (vector(3), vector(4)), {"subscripts": "i,i->"}),
    ],
)
def test_what_numpy_refuses_is_a_shape_error(name: str, kinds: tuple[Type, ...], static: dict[str, Any]) -> None:
    with pytest.raises(ShapeError):
        infer(name, *kinds, **static)


@pytest.mark.parametrize("name", [rule.name for rule in REGISTRY.rules.values() if rule.kind != "structural" and not rule.complex])
def test_complex_is_denied_unless_declared(name: str) -> None:
    rule = REGISTRY.rules[name]
    operands = rule.points[0].operands
    with pytest.raises(UnsupportedError):
        infer(name, *[vector(3, dtype="c16")] * max(len(operands), 1), **rule.points[0].static)


def built(*kinds: Type) -> tuple[Graph, Builder, list[Value]]:
    graph, builder = new_graph("test", kinds)
    graph.sizes = builder.sizes = facts()
    builder.simplify = True
    return graph, builder, graph.parameters


@pytest.mark.parametrize(
    ("given", "wanted", "nodes"),
    [
        (vector(N, M), vector(N, M), []),
        (vector(N, M), vector(M), [("sum", 0, False)]),
        (vector(N, M), vector(N, 1), [("sum", 1, True)]),
        (vector(N, M), vector(1, M), [("sum", 0, True)]),
        (vector(N, M), vector(1, 1), [("sum", None, True)]),
        (vector(N, M), Scalar("f8"), [("sum", None, False)]),
        (vector(N, M), FLOAT, [("sum", None, False)]),
        (vector(2, N, M), vector(M), [("sum", (0, 1), False)]),
        (vector(2, N, M), vector(1, M), [("sum", (0, 1), False), ("expand_dims", 0)]),
        (vector(N, dtype="c16"), vector(N), [("real",)]),
        (vector(N), vector(N, dtype="f4"), [("cast",)]),
        (vector(N - 1), vector(N - 1), []),
        (Scalar("f8"), vector(N), [("expand",)]),
        (FLOAT, Scalar("f4"), []),
    ],
)
def test_conform(given: Type, wanted: Type, nodes: list[Any]) -> None:
    graph, builder, (g, operand) = built(given, wanted)
    result = conform(builder, g, operand)
    made = [(node.operation.name, *(node.static[key] for key in ("axis", "keepdims") if key in node.static)) for node in graph.body.nodes]
    assert made == nodes
    assert np.ndim(0) == 0 and (result.type == wanted or isinstance(wanted, (Number, Scalar)))


def test_conform_asks_the_operand_only_at_run_time() -> None:
    sizes = Sizes()
    graph, builder, (g, operand) = built(vector(sizes.fresh()), vector(sizes.fresh()))
    conform(builder, g, operand)
    assert [node.operation.name for node in graph.body.nodes] == ["unbroadcast"]

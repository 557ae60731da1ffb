"""Peepholes: the cheaper form, and what must stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from s2sad.graph.build import new_graph
from s2sad.graph.core import CONSTANT, Node, Value
from s2sad.graph.index import Index
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import FLOAT, Array, Scalar
from s2sad.rules import REGISTRY
from s2sad.rules.declare import Symbol

N = Size.of(Atom("n"))
VECTOR = Array("f8", (N,))


def text(value: Value) -> str:
    """Return an expression for what computes a value."""
    owner = value.owner
    if not isinstance(owner, Node):
        return value.name
    if owner.operation is CONSTANT:
        return str(owner.static["value"])
    if value.name:
        return value.name
    return f"{owner.operation.name}({', '.join(map(text, owner.operands))})"


def simplified(formula: Callable[..., Any]) -> str:
    graph, builder = new_graph("test", [VECTOR, VECTOR, FLOAT, Scalar("f8")], ["x", "y", "a", "s"])
    graph.sizes.labels.add("n")
    graph.sizes.seen["n"] = 5
    builder.simplify = True
    result = formula(*(Symbol(builder, value) for value in graph.parameters))
    return text(result.value)


def op(name: str, *operands: Any, **static: Any) -> Any:
    return REGISTRY.rules[name](*operands, **static)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda x, y, a, s: x * 1.0, "x"),
        (lambda x, y, a, s: 1 * x, "x"),
        (lambda x, y, a, s: a * 1, "a"),
        (lambda x, y, a, s: x + 0.0, "x"),
        (lambda x, y, a, s: 0.0 - x, "negative(x)"),
        (lambda x, y, a, s: x - 0.0, "x"),
        (lambda x, y, a, s: 0.0 - (-x), "x"),
        (lambda x, y, a, s: x + -y, "subtract(x, y)"),
        (lambda x, y, a, s: -x + y, "subtract(y, x)"),
        (lambda x, y, a, s: x - -y, "add(x, y)"),
        (lambda x, y, a, s: x + (-2.0) * y, "subtract(x, multiply(2.0, y))"),
        (lambda x, y, a, s: 2.0 * (0.5 * x), "x"),
        (lambda x, y, a, s: x * 3.0, "multiply(3.0, x)"),
        (lambda x, y, a, s: (2.0 * x) * y, "multiply(2.0, multiply(x, y))"),
        (lambda x, y, a, s: -x * y, "negative(multiply(x, y))"),
        (lambda x, y, a, s: 2.0 * -x, "multiply(-2.0, x)"),
        (lambda x, y, a, s: -(x - y), "subtract(y, x)"),
        (lambda x, y, a, s: 2.0 * (3.0 / x), "divide(6.0, x)"),
        (lambda x, y, a, s: x / 1.0, "x"),
        (lambda x, y, a, s: op("expand", s, shape=(N,)) * y, "multiply(s, y)"),
        (lambda x, y, a, s: y - op("expand", s, shape=(N,)), "subtract(y, s)"),
        (lambda x, y, a, s: op("expand", s, shape=(N,)) * a, "expand(multiply(s, a))"),
        (lambda x, y, a, s: -op("expand", s, shape=(N,)), "expand(negative(s))"),
        (lambda x, y, a, s: op("expand", x, shape=(N,)), "x"),
        (lambda x, y, a, s: op("sum", op("expand", s, shape=(N,)), axis=None, keepdims=False), "multiply(size(), s)"),
        (lambda x, y, a, s: op("transpose", op("transpose", x)), "x"),
        (lambda x, y, a, s: op("cast", x, kind=VECTOR), "x"),
        (lambda x, y, a, s: op("divide_unless_zero", 2.0, x), "divide(2.0, x)"),
        (lambda x, y, a, s: op("divide_unless_zero", y, x), "divide_unless_zero(y, x)"),
        (lambda x, y, a, s: x**1, "x"),
        (lambda x, y, a, s: op("add_at", op("put", x, 0.0, path=(Index((0,)),)), a, path=(Index((0,)),)), "put(x, a)"),
        (lambda x, y, a, s: op("add_at", op("put", x, 0.0, path=(Index((1,)),)), a, path=(Index((0,)),)), "add_at(put(x, 0.0), a)"),
    ],
)
def test_cheaper(formula: Callable[..., Any], expected: str) -> None:
    assert simplified(formula) == expected


def test_what_is_named_is_shared() -> None:
    def formula(x: Any, y: Any, a: Any, s: Any) -> Any:
        named = 0.5 * x
        named.value.name = "h"
        return 2.0 * named

    assert simplified(formula) == "multiply(2.0, h)"


def test_a_dtype_is_not_lost() -> None:
    graph, builder = new_graph("test", [Array("i8", (N,))], ["k"])
    builder.simplify = True
    (k,) = (Symbol(builder, value) for value in graph.parameters)
    assert text((k * 1.0).value) == "multiply(1.0, k)"
    assert text((k + 0.0).value) == "add(k, 0.0)"

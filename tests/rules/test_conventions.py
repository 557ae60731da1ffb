"""The conventions at kinks and singular points: each row of the table is a test."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from s2sad.graph.build import new_graph
from s2sad.graph.index import Fancy, Index
from s2sad.graph.interpret import interpret
from s2sad.rules import REGISTRY
from s2sad.rules.conform import conform
from s2sad.rules.declare import Symbol
from s2sad.rules.types import data_type


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def slope(name: str, *operands: Any, k: int = 0, g: Any = 1.0, simplify: bool = True, known: bool = False, **static: Any) -> Any:
    """Return the cotangent of operand k; `known` makes the later operands constants of the graph."""
    rule = REGISTRY.rules[name]
    graph, builder = new_graph("slope", [data_type(x) for x in (*operands, g)])
    builder.simplify = simplify
    values = [Symbol(builder, value) for value in graph.parameters]
    if known:
        values[1:-1] = [Symbol(builder, builder.constant(x)) for x in operands[1:]]
    kind = rule.infer(builder.sizes, *(value.type for value in values[:-1]), **static)
    y = Symbol(builder, builder.append(rule, [value.value for value in values[:-1]], static, [kind]).result)
    part = rule.pullback(k, values[-1], y, *values[:-1], **static)
    if part is None:
        return None
    graph.body.results = [conform(builder, part, values[k])]
    (result,) = interpret(graph, [*operands, g])
    return result


@pytest.mark.parametrize("x", [0.0, np.float64(0.0), np.zeros(1)])
def test_square_root_at_zero(x: Any) -> None:
    name = "math_sqrt" if type(x) is float else "sqrt"
    one = 1.0 if type(x) is float else np.ones(1)[0] if np.ndim(x) == 0 else np.ones(1)
    assert np.all(np.isposinf(slope(name, x, g=one)))
    assert np.all(slope(name, x, g=0.0 * one) == 0)


@pytest.mark.parametrize("name", ["log", "arcsin", "arccos", "arccosh", "arctanh", "log1p", "cbrt"])
def test_zero_cotangent_of_an_unbounded_derivative(name: str) -> None:
    edge = {"log": 0.0, "cbrt": 0.0, "log1p": -1.0}.get(name, 1.0)
    assert slope(name, np.array([edge]), g=np.array([0.0])) == 0


def test_absolute_and_sign_at_zero() -> None:
    assert slope("absolute", 0.0) == 0
    assert slope("absolute", np.zeros(2), g=np.ones(2)).tolist() == [0, 0]
    assert slope("absolute", np.array([0j]), g=np.ones(1)).tolist() == [0]


@pytest.mark.parametrize("exponent", [0, 0.0])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("x", [0.0, np.float64(0.0), np.array([0.0, 1.0])])
def test_power_zero(exponent: float, known: bool, x: Any) -> None:
    got = slope("power", x, exponent, g=np.ones(np.shape(x))[()] if not isinstance(x, float) else 1.0, known=known)
    assert got is None or np.all(np.asarray(got) == 0)


@pytest.mark.parametrize("known", [True, False])
def test_power_at_zero(known: bool) -> None:
    assert slope("power", 0.0, 2.0, known=known) == 0
    assert slope("power", 0.0, 1.0, known=known) == 1
    assert np.isposinf(slope("power", 0.0, 0.5, known=known))
    assert slope("power", 0.0, 0.5, g=0.0, known=known) == 0
    assert slope("power", 0.0, 2.0, k=1) == 0
    assert slope("power", 0.0, 0.5, k=1) == 0


def test_power_with_negative_base() -> None:
    assert slope("power", -2.0, 3, known=True) == 12
    assert slope("power", np.array([-2.0]), 3.0, g=np.ones(1)).tolist() == [12]
    assert np.isnan(slope("power", np.array([-2.0]), 3.0, k=1, g=np.ones(1)))


@pytest.mark.parametrize("order", [None, 1, 2, np.inf])
def test_norm_of_zero(order: Any) -> None:
    assert slope("norm", np.zeros(3), ord=order).tolist() == [0, 0, 0]


def test_std_of_constants() -> None:
    assert slope("std", np.full(3, 2.0)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ["max", "min"])
def test_ties_are_split(name: str) -> None:
    assert slope(name, np.array([1.0, 1.0, 1.0, 1.0])).tolist() == [0.25] * 4
    assert slope(name, np.array([[1.0, 1.0], [2.0, 3.0]]), g=np.ones(2), axis=1)[0].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_equal_operands_share(name: str) -> None:
    assert slope(name, np.array([1.0]), np.array([1.0]), g=np.ones(1)) == 0.5
    assert slope(name, np.array([1.0]), np.array([1.0]), g=np.ones(1), k=1) == 0.5


def test_clip_at_its_bounds() -> None:
    assert slope("clip", np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), 0.0, 1.0, g=np.ones(5)).tolist() == [0, 0.5, 1, 0.5, 0]
    assert slope("clip", np.array([0.0]), 0.0, 1.0, g=np.ones(1), k=1) == 0.5


def test_where_selects_exactly() -> None:
    condition = np.array([True, False])
    assert slope("where", condition, np.ones(2), np.ones(2), k=1, g=np.array([2.0, np.nan])).tolist() == [2, 0]
    assert slope("where", condition, np.ones(2), np.ones(2), k=2, g=np.array([np.inf, 3.0])).tolist() == [0, 3]


def test_products_with_zeros() -> None:
    assert slope("prod", np.array([0.0, 2.0, 3.0])).tolist() == [6, 0, 0]
    assert slope("prod", np.array([0.0, 0.0, 3.0])).tolist() == [0, 0, 0]
    assert slope("cumprod", np.array([2.0, 0.0, 3.0]), g=np.ones(3)).tolist() == [1, 8, 0]


@pytest.mark.parametrize("name", ["arctan2", "hypot", "math_atan2"])
@pytest.mark.parametrize("k", [0, 1])
def test_origin(name: str, k: int) -> None:
    zero = 0.0 if name.startswith("math") else np.float64(0.0)
    assert slope(name, zero, zero, k=k) == 0


def test_sinc_at_zero() -> None:
    assert slope("sinc", np.zeros(1), g=np.ones(1)) == 0
    assert slope("sinc_slope", np.zeros(1), g=np.ones(1)) == pytest.approx(-(np.pi**2) / 3)


def test_logaddexp_of_infinities() -> None:
    low = np.array([-np.inf])
    assert slope("logaddexp", low, low, g=np.ones(1)) == 0.5


def test_remainder() -> None:
    assert slope("remainder", 7.5, 2.0) == 1
    assert slope("remainder", 7.5, 2.0, k=1) == -3


def test_repeated_indices() -> None:
    indices, path = np.array([1, 1, 0]), (Index((Fancy(0),)),)
    assert slope("get", np.zeros(3), indices, g=np.array([1.0, 2.0, 4.0]), path=path).tolist() == [4, 3, 0]
    assert slope("put", np.zeros(3), np.zeros(3), indices, k=1, g=np.array([1.0, 2.0, 4.0]), path=path).tolist() == [0, 2, 1]
    assert slope("add_at", np.zeros(3), np.zeros(3), indices, k=1, g=np.array([1.0, 2.0, 4.0]), path=path).tolist() == [2, 2, 1]


def test_mean_of_nothing() -> None:
    assert slope("mean", np.zeros(0)).shape == (0,)

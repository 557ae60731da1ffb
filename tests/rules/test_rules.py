"""The registry test: every rule at every one of its points, in every respect that its declaration promises."""

from __future__ import annotations

import cmath
import inspect
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from s2sad.errors import UnsupportedError
from s2sad.graph.build import new_graph
from s2sad.graph.conform import nonconformity
from s2sad.graph.core import CONSTANT, Value
from s2sad.graph.interpret import interpret
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, Number, Type, dtype_of, is_inexact
from s2sad.rules import REGISTRY
from s2sad.rules.conform import conform
from s2sad.rules.declare import Point, Rule, Symbol
from s2sad.rules.types import data_type
from s2sad.runtime import arrays

Case = tuple[Rule, Point]


def cases(select: Callable[[Rule], bool] = lambda rule: True) -> list[Any]:
    """Return every rule at every point, as parameters of a test."""
    return [
        pytest.param(rule, sample, id=f"{rule.name}-{number}")
        for rule in REGISTRY.rules.values()
        if select(rule)
        for number, sample in enumerate(rule.points)
    ]


def differentiable(rule: Rule) -> bool:
    return rule.pullback is not None


def active(operands: tuple[Any, ...]) -> list[int]:
    """Return the numbers of the operands that carry a derivative."""
    return [k for k, x in enumerate(operands) if is_inexact(data_type(x))]


class Tree:
    """Arithmetic on data of any structure."""

    @staticmethod
    def map(function: Callable[..., Any], first: Any, *others: Any) -> Any:
        if isinstance(first, (list, tuple)):
            made = [Tree.map(function, *parts) for parts in zip(first, *others, strict=True)]
            return made if isinstance(first, list) else tuple(made)
        return function(first, *others)

    @staticmethod
    def leaves(data: Any) -> Iterator[Any]:
        if isinstance(data, (list, tuple)):
            for part in data:
                yield from Tree.leaves(part)
        else:
            yield data

    @staticmethod
    def pair(left: Any, right: Any) -> float:
        """Return the pairing of a cotangent with a tangent: without conjugation, the real part."""
        return float(sum(np.sum(np.real(np.asarray(a) * b)) for a, b in zip(Tree.leaves(left), Tree.leaves(right), strict=True)))

    @staticmethod
    def close(left: Any, right: Any, tolerance: float) -> None:
        for a, b in zip(Tree.leaves(left), Tree.leaves(right), strict=True):
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def direction(x: Any, seed: int) -> Any:
    """Return a tangent for `x`; zero where it is passive."""

    def one(part: Any) -> Any:
        random = np.random.default_rng(seed)
        kind = data_type(part)
        if not is_inexact(kind):
            return 0.0
        value = random.standard_normal(np.shape(part))
        if str(dtype_of(kind))[0] == "c":
            value = value + 1j * random.standard_normal(np.shape(part))
        if isinstance(kind, Array):
            return np.asarray(value, dtype=part.dtype)
        return part.dtype.type(value) if isinstance(part, np.generic) else type(part)(value)

    return Tree.map(one, x)


def moved(x: Any, t: Any, step: float) -> Any:
    return Tree.map(lambda part, change: part + step * change if is_inexact(data_type(part)) else part, x, t)


def exact(x: Any) -> Any:
    """Return the data in double precision, for differences."""
    return Tree.map(
        lambda part: part.astype(part.dtype.kind + ("8" if part.dtype.kind == "f" else "16")) if _is_numpy_inexact(part) else part, x
    )


def _is_numpy_inexact(x: Any) -> bool:
    return isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fc"


def run(rule: Rule, sample: Point, formula: Callable[[Any, list[Symbol], Symbol], Any], *extra: Any, simplify: bool) -> list[Any]:
    """Run what `formula(builder, operands, result)` appends to a graph, with operands of known size."""
    data = [*sample.operands, *extra]
    graph, builder = new_graph("test", [data_type(x) for x in data])
    builder.simplify = simplify
    operands = graph.parameters[: len(sample.operands)]
    extras = graph.parameters[len(sample.operands) :]
    outcome = formula(builder, [Symbol(builder, value) for value in [*operands, *extras]], applied(builder, rule, operands, sample))
    graph.body.results = [value.value if isinstance(value, Symbol) else value for value in outcome]
    assert all(isinstance(value, Value) for value in graph.body.results)
    return interpret(graph, data, check=True)


def applied(builder: Any, rule: Rule, operands: list[Value], sample: Point) -> Any:
    """Append the operation; return its result, or the tuple of them."""
    kind = rule.infer(builder.sizes, *(value.type for value in operands), **sample.static)
    if not rule.results:
        return Symbol(builder, builder.append(rule, operands, sample.static, [kind]).result)
    return tuple(Symbol(builder, value) for value in builder.append(rule, operands, sample.static, kind.elements).results)


def like(builder: Any, g: Any, target: Symbol) -> Value:
    return conform(builder, g, target.value)


def jvp(rule: Rule, sample: Point, tangents: list[Any], *, simplify: bool = False) -> Any:
    """Return the tangent of the result."""
    numbers = active(sample.operands)
    count = len(sample.operands)

    def formula(builder: Any, values: list[Symbol], y: Symbol) -> list[Any]:
        total = None
        for position, k in enumerate(numbers):
            part = rule.pushforward(k, values[count + position], y, *values[:count], **sample.static)
            if rule.results:
                parts = [one if one is None else Symbol(builder, like(builder, one, to)) for one, to in zip(part, y, strict=True)]
                total = parts if total is None else list(map(together, total, parts))
                continue
            if part is None:
                continue
            part = Symbol(builder, like(builder, part, y))
            total = part if total is None else add(builder, total, part)
        if rule.results:
            return [builder.constant(0.0) if one is None else one for one in total or [None] * len(y)]
        return [] if total is None else [total]

    outcome = run(rule, sample, formula, *[tangents[k] for k in numbers], simplify=simplify)
    return [tuple(outcome)] if rule.results else outcome


def together(left: Symbol | None, right: Symbol | None) -> Symbol | None:
    """Add two tangents; None is zero."""
    return right if left is None else left if right is None else left + right


def add(builder: Any, left: Symbol, right: Symbol) -> Symbol:
    if isinstance(left.type, (Array, Number)) or hasattr(left.type, "dtype"):
        return left + right
    return Symbol(builder, builder.append(SUM, (left.value, right.value), {}, [left.type]).result)


SUM = type(REGISTRY.rules["add"])("tree_sum", lambda a, b: Tree.map(lambda x, y: x + y, a, b), lambda sizes, a, b: a)


def vjp(rule: Rule, sample: Point, cotangent: Any, *, simplify: bool = False) -> list[Any]:
    """Return the cotangents of the active operands, in their shape and dtype; None for zero."""
    numbers = active(sample.operands)
    found: list[int] = []
    count = len(sample.operands)

    def formula(builder: Any, values: list[Symbol], y: Symbol) -> list[Any]:
        results = []
        for k in numbers:
            given = values[count]
            if rule.results:
                given = tuple(g if is_inexact(to.type) else None for g, to in zip(values[count:], y, strict=True))
            part = rule.pullback(k, given, y, *values[:count], **sample.static)
            if part is not None:
                found.append(k)
                results.append(like(builder, part, values[k]))
        return results

    results = run(rule, sample, formula, *(cotangent if rule.results else (cotangent,)), simplify=simplify)
    values = dict(zip(found, results, strict=False))
    return [values.get(k) for k in numbers]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize(("rule", "sample"), cases(lambda rule: rule.kind != "structural"))
def test_type_rule_is_what_numpy_gives(rule: Rule, sample: Point) -> None:
    graph, _ = new_graph("test")
    kinds = [data_type(x) for x in sample.operands]
    inferred = rule.infer(graph.sizes, *kinds, **sample.static)
    result = rule.evaluate(*sample.operands, **sample.static)
    assert nonconformity(result, inferred, {}) == ""


@pytest.mark.parametrize(("rule", "sample"), cases(lambda rule: rule.kind != "structural"))
def test_unknown_sizes_are_never_guessed(rule: Rule, sample: Point) -> None:
    graph, _ = new_graph("test")
    kinds: list[Type] = []
    for x in sample.operands:
        kind = data_type(x)
        if isinstance(kind, Array):
            kind = Array(kind.dtype, tuple(graph.sizes.fresh() if size.known != 1 else Size.of(1) for size in kind.shape or ()))
        kinds.append(kind)
    result = rule.evaluate(*sample.operands, **sample.static)
    try:
        inferred = rule.infer(graph.sizes, *kinds, **sample.static)
    except UnsupportedError:
        return  # refusing is no guess
    assert nonconformity(result, inferred, {}) == ""


@pytest.mark.parametrize(("rule", "sample"), cases(lambda rule: bool(rule.spelling or rule.spell) and rule.kind != "structural"))
def test_spelling_computes_the_same(rule: Rule, sample: Point) -> None:
    if rule.name in ("rows", "list_append", "list_pop", "expand_like") or (
        any(name in sample.static for name in ("kind",)) and rule.name == "pack"
    ):
        return
    text = rule.written([data_type(x) for x in sample.operands], sample.static)
    names = rule.signature.operands
    bound: dict[str, Any] = {
        "np": np,
        "math": math,
        "cmath": cmath,
        "scipy": sys.modules.get("scipy"),
        **{name: getattr(arrays, name) for name in dir(arrays)},
    }
    bound.update(rule.signature.static)
    bound.update({name: _plain(name, value) for name, value in sample.static.items()})
    for name, value in {**rule.signature.static, **sample.static}.items():
        bound[name] = _plain(name, value)
    for number, name in enumerate(names):
        bound[name.lstrip("*")] = tuple(sample.operands[number:]) if name.startswith("*") else sample.operands[number]
    expected = rule.evaluate(*sample.operands, **sample.static)
    got = eval(text, bound)
    if isinstance(expected, np.ndarray) and rule.name.startswith("empty"):
        assert got.shape == expected.shape and got.dtype == expected.dtype
        return
    for a, b in zip(Tree.leaves(got), Tree.leaves(expected), strict=True):
        assert type(a) is type(b)
        np.testing.assert_array_equal(a, b)


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Size):
        return value.known
    if isinstance(value, tuple):
        return tuple(_plain(name, part) for part in value)
    return None if name == "dtype" and value is None else value


@pytest.mark.parametrize(("rule", "sample"), cases(differentiable))
def test_push_forward_against_differences(rule: Rule, sample: Point) -> None:
    result = rule.evaluate(*sample.operands, **sample.static)
    if not is_inexact(data_type(result)) or not active(sample.operands):
        return
    operands = tuple(map(exact, sample.operands))
    tangents = [direction(x, 3 + k) for k, x in enumerate(operands)]
    precise = Point(operands, sample.static)
    outcome = jvp(rule, precise, tangents)
    step = 1e-6
    upper = rule.evaluate(*(moved(x, t, step) for x, t in zip(operands, tangents, strict=True)), **sample.static)
    lower = rule.evaluate(*(moved(x, t, -step) for x, t in zip(operands, tangents, strict=True)), **sample.static)
    numeric = Tree.map(lambda a, b: (np.asarray(a) - b) / (2 * step) if is_inexact(data_type(a)) else 0.0, upper, lower)
    if not outcome:
        Tree.close(numeric, Tree.map(lambda a: np.zeros(np.shape(a)), upper), 1e-6)
        return
    tolerance = 2e-2 if _small(sample.static, result) else 1e-5
    Tree.close(outcome[0], numeric, tolerance)


def _small(static: dict[str, Any], result: Any) -> bool:
    return any(np.asarray(part).dtype in (np.dtype("f4"), np.dtype("c8")) for part in Tree.leaves(result))


@pytest.mark.parametrize("simplify", [False, True])
@pytest.mark.parametrize(("rule", "sample"), cases(differentiable))
def test_pull_back_against_push_forward(rule: Rule, sample: Point, simplify: bool) -> None:
    result = rule.evaluate(*sample.operands, **sample.static)
    numbers = active(sample.operands)
    if not is_inexact(data_type(result)) or not numbers:
        return
    tangents = [direction(x, 3 + k) for k, x in enumerate(sample.operands)]
    cotangent = direction(result, 11)
    forward = jvp(rule, sample, tangents, simplify=simplify)
    back = vjp(rule, sample, cotangent, simplify=simplify)
    left = Tree.pair(cotangent, forward[0]) if forward else 0.0
    right = sum(Tree.pair(g, tangents[k]) for k, g in zip(numbers, back, strict=True) if g is not None)
    single = any(np.asarray(part).dtype in (np.dtype("f4"), np.dtype("c8")) for x in (*sample.operands, result) for part in Tree.leaves(x))
    assert left == pytest.approx(right, rel=2e-5 if single else 1e-10, abs=2e-5 if single else 1e-10)
    for k, g in zip(numbers, back, strict=True):
        if isinstance(sample.operands[k], np.ndarray) and g is not None:
            assert np.shape(g) == sample.operands[k].shape
            assert not isinstance(g, np.ndarray) or g.dtype == sample.operands[k].dtype


def second(rule: Rule, sample: Point) -> None:
    """Compare the derivative of the pull-back, rule by rule through its graph, with differences of the pull-back."""
    result = rule.evaluate(*sample.operands, **sample.static)
    numbers = active(sample.operands)
    structured = sample.operands if rule.results else (*sample.operands, result)
    if not is_inexact(data_type(result)) or not numbers or any(isinstance(x, (list, tuple)) for x in structured):
        return
    operands = tuple(map(exact, sample.operands))
    precise = Point(operands, sample.static)
    cotangent = direction(exact(result), 11)
    tangents = [direction(x, 3 + k) for k, x in enumerate(operands)]
    cotangents = cotangent if rule.results else (cotangent,)
    graph, builder = new_graph("second", [data_type(x) for x in (*operands, *cotangents)])
    everything = [Symbol(builder, value) for value in graph.parameters]
    values, given = everything[: len(operands)], tuple(everything[len(operands) :])
    y = applied(builder, rule, graph.parameters[: len(operands)], precise)
    if rule.results:
        given = tuple(g if is_inexact(to.type) else None for g, to in zip(given, y, strict=True))
    parts = [(k, rule.pullback(k, given if rule.results else given[0], y, *values, **precise.static)) for k in numbers]
    outputs = [like(builder, part, values[k]) for k, part in parts if part is not None]
    nodes = list(graph.body.nodes)
    moving = {
        graph.parameters[k]: builder.append(
            CONSTANT, (), {"value": tangents[k], "kind": data_type(operands[k])}, [data_type(operands[k])]
        ).result
        for k in numbers
    }
    for node in nodes:
        push(builder, node, moving)
    graph.body.results = [moving.get(value) or builder.constant(0.0) for value in outputs]
    outcome = interpret(graph, [*operands, *cotangents])
    step = 1e-5
    upper, lower = (
        vjp(rule, Point(tuple(moved(x, t, sign * step) for x, t in zip(operands, tangents)), sample.static), cotangent) for sign in (1, -1)
    )
    numeric = [(np.asarray(a) - b) / (2 * step) for a, b in zip(upper, lower) if a is not None]
    for got, expected in zip(outcome, numeric):
        np.testing.assert_allclose(np.broadcast_to(got, np.shape(expected)), expected, rtol=1e-4, atol=1e-4)


def push(builder: Any, node: Any, moving: dict[Value, Value]) -> None:
    """Append the tangent of one node."""
    rule = node.operation
    total: Any = None
    for k, operand in enumerate(node.operands):
        tangent = moving.get(operand)
        if rule.results:
            if tangent is not None and rule.pushforward is not None:
                y = tuple(Symbol(builder, value) for value in node.results)
                symbols = [Symbol(builder, value) for value in node.operands]
                for value, part in zip(node.results, rule.pushforward(k, Symbol(builder, tangent), y, *symbols, **node.static)):
                    if part is not None and is_inexact(value.type):
                        part = Symbol(builder, like(builder, part, Symbol(builder, value)))
                        moving[value] = (Symbol(builder, moving[value]) + part).value if value in moving else part.value
            continue
        if tangent is None or not is_inexact(node.result.type) or rule.pushforward is None:
            continue
        symbols = [Symbol(builder, value) for value in node.operands]
        part = rule.pushforward(k, Symbol(builder, tangent), Symbol(builder, node.result), *symbols, **node.static)
        if part is not None:
            part = Symbol(builder, like(builder, part, Symbol(builder, node.result)))
            total = part if total is None else total + part
    if total is not None:
        moving[node.result] = total.value


@pytest.mark.parametrize(("rule", "sample"), cases(differentiable))
def test_second_order_against_differences(rule: Rule, sample: Point) -> None:
    if rule.name == "absolute" and type(sample.operands[0]) is float and sample.operands[0] == 0:
        pytest.skip("a kink")
    second(rule, sample)


@pytest.mark.parametrize(("rule", "sample"), cases(lambda rule: rule.kind != "structural" and rule.sharing in ("fresh", "view")))
def test_sharing_is_as_declared(rule: Rule, sample: Point) -> None:
    if not sample.operands or not isinstance(sample.operands[0], np.ndarray):
        return
    for first in _layouts(sample.operands[0]):
        result = rule.evaluate(first, *sample.operands[1:], **sample.static)
        if rule.sharing == "fresh":
            for part in Tree.leaves(result):
                for operand in (first, *sample.operands[1:]):
                    assert not (isinstance(part, np.ndarray) and isinstance(operand, np.ndarray) and np.shares_memory(part, operand))


def _layouts(x: Any) -> Iterator[Any]:
    """Yield the same data in C order, in Fortran order and strided."""
    yield x.copy(order="C")
    yield x.copy(order="F")
    if x.ndim:
        wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
        wide[..., ::2] = x
        yield wide[..., ::2]


@pytest.mark.parametrize("rule", [rule for rule in REGISTRY.rules.values() if rule.kind != "structural"], ids=lambda rule: rule.name)
def test_rule_has_points(rule: Rule) -> None:
    assert rule.points


@pytest.mark.parametrize(
    "rule", [rule for rule in REGISTRY.rules.values() if rule.sharing == "view" and rule.functions], ids=lambda rule: rule.name
)
def test_views_take_their_default_facts_for_granted(rule: Rule) -> None:
    """A step of a path leaves out the facts that are the defaults of the declaration."""
    for formula in (rule.infer, rule.evaluate):
        taken = inspect.signature(formula).parameters
        if any(one.kind is one.VAR_KEYWORD for one in taken.values()):
            continue
        for name in rule.signature.static:
            assert taken[name].default is not inspect.Parameter.empty

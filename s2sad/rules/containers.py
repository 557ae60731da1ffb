"""Containers that are values of a graph: lists of unknown length, and tuples, records and residuals carried as one value.

The cotangent of a list is a list of cotangents; that of a tuple a tuple.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.graph.core import Node
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import FLOAT, Array, List, Number, Scalar, Tuple, Type, dtype_of, is_inexact, parts_of, shape_of
from s2sad.rules.declare import Rule, Symbol, constant, linear, point, primitive
from s2sad.rules.formula import apply, kind_of
from s2sad.rules.points import real
from s2sad.runtime.arrays import copied


def _zero_like(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return np.zeros_like(x)
    if isinstance(x, tuple):
        return tuple(map(_zero_like, x))
    if isinstance(x, list):
        return list(map(_zero_like, x))
    return type(x)(0) if isinstance(x, (float, complex, np.generic)) else 0 if isinstance(x, int) else None


def _lists() -> list[Any]:
    return [([1.0, 2.0, 3.0], 0.5), ([real(2), real(2, seed=1)], real(2, seed=2)), ([np.float64(1.0)], np.float64(2.0))]


def _element(kind: Type) -> Type:
    assert isinstance(kind, List), kind
    return kind.element


list_new = constant(
    "list_new",
    "/, element=None",
    "[]",
    lambda *, element: [],
    infer=lambda sizes, *, element: List(element),
    complex=True,
    at=[point(element=FLOAT)],
)


def _appended(items: list[Any], value: Any) -> list[Any]:
    return [*items, value]


list_append: Rule = primitive(
    "list_append",
    "items, value",
    "items.append(value)",
    _appended,
    infer=lambda sizes, items, value: items,
    complex=True,
    pushforwards=lambda k, t, y, items, value: list_append(t, zero_of(value)) if k == 0 else list_append(list_zeros(items), t),
    pullbacks=lambda k, g, y, items, value: list_pop(g) if k == 0 else list_get(g, -1),
    at=lambda: [point(items, value) for items, value in _lists()],
)
list_pop: Rule = primitive(
    "list_pop",
    "items",
    "items.pop()",
    lambda items: items[:-1],
    infer=lambda sizes, items: items,
    complex=True,
    raises=True,
    pushforwards=[lambda t, y, items: list_pop(t)],
    pullbacks=[lambda g, y, items: list_append(g, zero_of(list_get(items, list_length(items) - 1)))],
    at=lambda: [point(items) for items, _ in _lists()],
)
list_get: Rule = primitive(
    "list_get",
    "items, i",
    "items[i]",
    lambda items, i: items[i],
    infer=lambda sizes, items, i: _element(items),
    sharing="view",
    complex=True,
    raises=True,
    pushforwards=[lambda t, y, items, i: list_get(t, i), None],
    pullbacks=[lambda g, y, items, i: list_add(list_zeros(items), g, i), None],
    at=lambda: [point(items, i) for items, _ in _lists() for i in (0, -1)],
)


def _replaced(items: list[Any], value: Any, i: int) -> list[Any]:
    result = list(items)
    result[i] = value
    return result


def _added(items: list[Any], value: Any, i: int) -> list[Any]:
    return _replaced(items, _sum(items[i], value), i)


def _sum(left: Any, right: Any) -> Any:
    """Add containers part by part; what carries no derivative stays."""
    if isinstance(left, (tuple, list)):
        return type(left)(map(_sum, left, right))
    return left if left is None or isinstance(left, str) else left + right


list_put: Rule = primitive(
    "list_put",
    "items, value, i",
    "",
    _replaced,
    infer=lambda sizes, items, value, i: items,
    complex=True,
    raises=True,
    pushforwards=[
        lambda t, y, items, value, i: list_put(t, zero_of(value), i),
        lambda t, y, items, value, i: list_put(list_zeros(items), t, i),
        None,
    ],
    pullbacks=[lambda g, y, items, value, i: list_put(g, zero_of(value), i), lambda g, y, items, value, i: list_get(g, i), None],
    at=lambda: [point(items, value, i) for items, value in _lists() for i in (0, -1)],
)
list_add: Rule = primitive(
    "list_add",
    "items, value, i",
    "",
    _added,
    infer=lambda sizes, items, value, i: items,
    complex=True,
    raises=True,
    pushforwards=[lambda t, y, items, value, i: t, lambda t, y, items, value, i: list_add(list_zeros(items), t, i), None],
    pullbacks=[lambda g, y, items, value, i: g, lambda g, y, items, value, i: list_get(g, i), None],
    at=lambda: [point(items, value, i) for items, value in _lists() for i in (0, -1)],
)
list_length: Rule = constant(
    "list_length",
    "items",
    "len(items)",
    len,
    infer=lambda sizes, items: Number("int"),
    complex=True,
    at=lambda: [point(items) for items, _ in _lists()],
)
list_zeros: Rule = constant(
    "list_zeros",
    "items",
    "",
    _zero_like,
    infer=lambda sizes, items: items,
    complex=True,
    at=lambda: [point(items) for items, _ in _lists()],
)


def _array_of_list_type(sizes: Sizes, items: Type) -> Type:
    lead: list[Size] = []
    inner = items
    while isinstance(inner, (List, Tuple)):
        lead.append(sizes.fresh("list") if isinstance(inner, List) else Size.of(len(inner.elements)))
        inner = _element(inner) if isinstance(inner, List) else inner.elements[0]
    sides = shape_of(inner)
    return Array(str(dtype_of(inner)), None if sides is None else (*lead, *sides))


array_of_list: Rule = primitive(
    "array_of_list",
    "items",
    "np.array(items)",
    np.array,
    infer=_array_of_list_type,
    complex=True,
    raises=True,
    pushforwards=[lambda t, y, items: array_of_list(t)],
    pullbacks=[lambda g, y, items: list_of_array(g, kind=kind_of(items))],
    at=lambda: [point(items) for items, _ in _lists()],
)


def _listed(x: Any, *, kind: Type) -> list[Any]:
    if _numbers(kind):
        return x.tolist()  # type: ignore[no-any-return]
    return [_listed(row, kind=kind.element) for row in x] if _nested(kind) else list(x)  # type: ignore[attr-defined]


def _numbers(kind: Type) -> bool:
    while isinstance(kind, List):
        kind = kind.element
    return isinstance(kind, Number)


def _nested(kind: Type) -> bool:
    return isinstance(kind, List) and isinstance(kind.element, List)


def _spell_listed(x: Type, *, kind: Type) -> str:
    if _numbers(kind):
        return "x.tolist()"
    assert isinstance(kind, List)
    if not _nested(kind):
        return "list(x)"
    return "[list(row) for row in x]" if not _nested(kind.element) else "[[list(row) for row in block] for block in x]"


# The rows of an array as a list.
list_of_array: Rule = primitive(
    "list_of_array",
    "x, /, kind=None",
    "list(x)",
    _listed,
    infer=lambda sizes, x, *, kind: kind,
    sharing="view",
    complex=True,
    spell=_spell_listed,
    pushforwards=[lambda t, y, x, *, kind: list_of_array(t, kind=kind)],
    pullbacks=[lambda g, y, x, *, kind: array_of_list(g)],
    at=lambda: [point(real(3), kind=List(Scalar("f8"))), point(real(2, 3), kind=List(Array("f8", (Size.of(3),))))],
)

# The numbers of a vector as a list of Python numbers.
numbers_of_array: Rule = primitive(
    "numbers_of_array",
    "x, /, kind=None",
    "x.tolist()",
    lambda x, *, kind: x.tolist(),
    infer=lambda sizes, x, *, kind: kind,
    complex=True,
    pushforwards=[lambda t, y, x, *, kind: numbers_of_array(t, kind=kind)],
    pullbacks=[lambda g, y, x, *, kind: array_of_list(g)],
    at=lambda: [point(real(3), kind=List(FLOAT)), point(np.arange(3), kind=List(Number("int")))],
)


list_sum: Rule = primitive(
    "list_sum",
    "items, others",
    "",
    _sum,
    infer=lambda sizes, items, others: items,
    complex=True,
    pushforwards=lambda k, t, y, items, others: t,
    pullbacks=lambda k, g, y, items, others: g,
    at=lambda: [point(items, items) for items, _ in _lists()],
)


def zero_of(x: Any) -> Any:
    """Return zero in the shape of an element."""
    kind = kind_of(x)
    if isinstance(kind, Array):
        return apply("zeros_like", x)
    if isinstance(kind, Scalar):
        zero = Symbol(x.builder, x.builder.constant(0.0)) if isinstance(x, Symbol) else 0.0
        return apply("cast", zero, kind=kind)
    if isinstance(kind, Number):
        return 0j if kind.kind == "complex" else 0.0 if kind.kind == "float" else 0
    if not is_inexact(kind):
        return Symbol(x.builder, x.builder.constant(None)) if isinstance(x, Symbol) else None
    return apply("container_zeros", x)


# A copy that shares nothing with the original: also what the container refers to is copied.
deep_copy = linear(
    "deep_copy",
    "x",
    "copied(x)",
    copied,
    [lambda g, y, x: g],
    infer=lambda sizes, x: x,
    complex=True,
    at=lambda: [point(items) for items, _ in _lists()],
)
container_sum: Rule = primitive(
    "container_sum",
    "x, other",
    "",
    _sum,
    infer=lambda sizes, x, other: x,
    complex=True,
    pushforwards=lambda k, t, y, x, other: t,
    pullbacks=lambda k, g, y, x, other: g,
    at=lambda: [point((1.0, real(2)), (2.0, real(2)))],
)
container_zeros = constant(
    "container_zeros", "x", "", _zero_like, infer=lambda sizes, x: x, complex=True, at=lambda: [point((1.0, real(2)))]
)


def _item_type(sizes: Sizes, whole: Type, *, number: int, kind: Type | None = None) -> Type:
    parts = parts_of(whole)
    if kind is not None:
        return kind
    return parts[number]


def _pack_back(k: int, g: Any, y: Any, *values: Any, kind: Type) -> Any:
    inner = kind_of(values[k])
    if isinstance(g, Symbol) and isinstance(g.value.owner, Node) and g.value.owner.operation is pack:
        return Symbol(g.builder, g.value.owner.operands[k]) if is_inexact(inner) else None
    return item(g, number=k, kind=inner) if is_inexact(inner) else None


def _pack_forward(k: int, t: Any, y: Any, *values: Any, kind: Type) -> Any:
    return pack(
        *(t if number == k else zero_of(value) if is_inexact(kind_of(value)) else value for number, value in enumerate(values)), kind=kind
    )


pack = linear(
    "pack",
    "*values, /, kind=None",
    "(*values,)",
    lambda *values, kind=None: values,
    _pack_back,
    infer=lambda sizes, *values, kind: kind,
    complex=True,
    sharing="same",
    at=lambda: [point(1.5, real(2), kind=Tuple((FLOAT, Array("f8", (Size.of(2),)))))],
)
pack.pushforward = _pack_forward


def _item_back(k: int, g: Any, y: Any, whole: Any, *, number: int, kind: Type | None = None) -> Any:
    parts = parts_of(kind_of(whole))
    if not parts:
        raise NotImplementedError("the cotangent of a residual goes to what was packed, component by component")
    values = [g if k == number else zero_of(item(whole, number=k, kind=inner)) for k, inner in enumerate(parts)]
    return pack(*values, kind=kind_of(whole))


item = linear(
    "item",
    "whole, /, number=0, kind=None",
    "whole[number]",
    lambda whole, *, number, kind=None: whole[number],
    _item_back,
    infer=_item_type,
    complex=True,
    sharing="view",
    at=lambda: [point((1.5, real(2)), number=1, kind=Array("f8", (Size.of(2),))), point((1.5, real(2)), number=0, kind=FLOAT)],
)

"""Lists of unknown length taken apart and put together: slices, insertion, deletion, concatenation, order, search.

What is slid, cut or sorted is the cotangent list in the same way; places are ints and carry no derivative.
"""

from __future__ import annotations

from typing import Any

from s2sad.graph.sizes import Sizes
from s2sad.graph.types import INT, List, Number, Type
from s2sad.rules.containers import _element, _lists, list_get, list_length, list_zeros, zero_of
from s2sad.rules.declare import Rule, constant, linear, point, primitive
from s2sad.rules.formula import known


def _slice(bounds: tuple[Any, ...], parts: tuple[str, ...]) -> slice:
    """Return the slice whose given parts are `bounds`."""
    given = dict(zip(parts, bounds, strict=True))
    return slice(given.get("start"), given.get("stop"), given.get("step"))


def _sliced_back(k: int, g: Any, y: Any, items: Any, *bounds: Any, parts: tuple[str, ...]) -> Any:
    if k != 0:
        return None
    if parts == ("step",) and known(bounds[0]) == -1:
        return list_slice(g, *bounds, parts=parts)
    return list_slice_put(list_zeros(items), g, *bounds, parts=parts)


def _points() -> list[Any]:
    return [
        point(items, *bounds, parts=parts)
        for items, _ in _lists()
        for bounds, parts in (((1,), ("start",)), ((-1,), ("step",)), ((0, 2), ("start", "stop")), ((2,), ("step",)))
    ]


list_slice: Rule = primitive(
    "list_slice",
    "items, *bounds, /, parts=()",
    "",
    lambda items, *bounds, parts=(): items[_slice(bounds, parts)],
    infer=lambda sizes, items, *bounds, parts=(): items,
    complex=True,
    pushforwards=lambda k, t, y, items, *bounds, parts: list_slice(t, *bounds, parts=parts) if k == 0 else None,
    pullbacks=_sliced_back,
    at=_points,
)


def _slice_written(items: list[Any], values: list[Any], *bounds: Any, parts: tuple[str, ...] = ()) -> list[Any]:
    result = list(items)
    result[_slice(bounds, parts)] = values
    return result


# Entries of a slice replaced by as many others.
list_slice_put: Rule = primitive(
    "list_slice_put",
    "items, values, *bounds, /, parts=()",
    "",
    _slice_written,
    infer=lambda sizes, items, values, *bounds, parts=(): items,
    complex=True,
    raises=True,
    pushforwards=lambda k, t, y, items, values, *bounds, parts: (
        list_slice_put(t, list_zeros(values), *bounds, parts=parts)
        if k == 0
        else list_slice_put(list_zeros(items), t, *bounds, parts=parts)
    ),
    pullbacks=lambda k, g, y, items, values, *bounds, parts: (
        list_slice_put(g, list_zeros(values), *bounds, parts=parts) if k == 0 else list_slice(g, *bounds, parts=parts) if k == 1 else None
    ),
    at=lambda: [point(items, items[:2], 0, 2, parts=("start", "stop")) for items, _ in _lists() if len(items) > 1],
)
list_concat: Rule = primitive(
    "list_concat",
    "items, others",
    "items + others",
    lambda items, others: items + others,
    infer=lambda sizes, items, others: items,
    complex=True,
    pushforwards=lambda k, t, y, items, others: list_concat(t, list_zeros(others)) if k == 0 else list_concat(list_zeros(items), t),
    pullbacks=lambda k, g, y, items, others: list_slice(g, list_length(items), parts=("stop",) if k == 0 else ("start",)),
    at=lambda: [point(items, items[:2]) for items, _ in _lists()],
)


def _inserted(items: list[Any], value: Any, i: int) -> list[Any]:
    return [*items[:i], value, *items[i:]]


def _deleted(items: list[Any], i: int) -> list[Any]:
    result = list(items)
    del result[i]
    return result


# The place of an insertion counts from the front and is not beyond the end.
list_insert: Rule = primitive(
    "list_insert",
    "items, value, i",
    "",
    _inserted,
    infer=lambda sizes, items, value, i: items,
    complex=True,
    pushforwards=lambda k, t, y, items, value, i: (
        list_insert(t, zero_of(value), i) if k == 0 else list_insert(list_zeros(items), t, i) if k == 1 else None
    ),
    pullbacks=lambda k, g, y, items, value, i: list_delete(g, i) if k == 0 else list_get(g, i) if k == 1 else None,
    at=lambda: [point(items, value, i) for items, value in _lists() for i in (0, 1)],
)
# So does the place of a deletion.
list_delete: Rule = primitive(
    "list_delete",
    "items, i",
    "",
    _deleted,
    infer=lambda sizes, items, i: items,
    complex=True,
    raises=True,
    pushforwards=lambda k, t, y, items, i: list_delete(t, i) if k == 0 else None,
    pullbacks=lambda k, g, y, items, i: list_insert(g, zero_of(list_get(items, i)), i) if k == 0 else None,
    at=lambda: [point(items, 0) for items, _ in _lists()],
)


def _same_list(sizes: Sizes, value: Type, count: Type) -> Type:
    return List(value)


list_filled: Rule = primitive(
    "list_filled",
    "value, count",
    "[value] * count",
    lambda value, count: [value] * count,
    infer=_same_list,
    complex=True,
    pushforwards=lambda k, t, y, value, count: list_filled(t, count) if k == 0 else None,
    pullbacks=lambda k, g, y, value, count: list_total(g) if k == 0 else None,
    at=lambda: [point(1.5, 3)],
)
list_total: Rule = linear(
    "list_total",
    "items",
    "sum(items, 0.0)",
    lambda items: sum(items, 0.0),
    [lambda g, y, items: list_filled(g, list_length(items))],
    infer=lambda sizes, items: _element(items),
    complex=True,
    at=lambda: [point([1.0, 2.0, 3.0])],
)


def _order(keys: list[Any], *, reverse: bool = False) -> list[int]:
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


# The places of the entries in ascending order; equal ones stay in theirs.
list_order: Rule = constant(
    "list_order",
    "keys, /, reverse=False",
    "sorted(range(len(keys)), key=keys.__getitem__)",
    _order,
    infer=lambda sizes, keys, *, reverse=False: List(INT),
    raises=True,
    spell=lambda keys, *, reverse=False: f"sorted(range(len(keys)), key=keys.__getitem__{', reverse=True' if reverse else ''})",
    at=lambda: [point([3.0, 1.0, 2.0]), point([3.0, 1.0, 2.0], reverse=True)],
)
# The entries in another order; `order` has every place once.
list_gather: Rule = primitive(
    "list_gather",
    "items, order",
    "[items[place] for place in order]",
    lambda items, order: [items[place] for place in order],
    infer=lambda sizes, items, order: items,
    complex=True,
    pushforwards=lambda k, t, y, items, order: list_gather(t, order) if k == 0 else None,
    pullbacks=lambda k, g, y, items, order: list_gather(g, list_order(order)) if k == 0 else None,
    at=lambda: [point([3.0, 1.0, 2.0], [1, 2, 0])],
)
list_index: Rule = constant(
    "list_index",
    "items, value",
    "items.index(value)",
    lambda items, value: items.index(value),
    infer=lambda sizes, items, value: Number("int"),
    complex=True,
    raises=True,
    at=lambda: [point([3.0, 1.0, 2.0], 1.0)],
)
list_count: Rule = constant(
    "list_count",
    "items, value",
    "items.count(value)",
    lambda items, value: items.count(value),
    infer=lambda sizes, items, value: Number("int"),
    complex=True,
    at=lambda: [point([3.0, 1.0, 1.0], 1.0)],
)
list_contains: Rule = constant(
    "list_contains",
    "items, value",
    "value in items",
    lambda items, value: value in items,
    infer=lambda sizes, items, value: Number("bool"),
    complex=True,
    at=lambda: [point([3.0, 1.0, 1.0], 1.0), point([3.0], 1.0)],
)

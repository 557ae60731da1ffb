"""What ufuncs have beside a plain call: ``where=``, and the methods reduce, accumulate, outer, at and reduceat."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from s2sad.frontend.arrays import path_step
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.numpy_calls import Keywords, call_numpy, operand
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, ArrayRef, Handle, Items, Known
from s2sad.graph.core import Value
from s2sad.graph.index import Mask, shifted
from s2sad.graph.types import Array, shape_of

REDUCTIONS: dict[Any, Any] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
}
SCANS: dict[Any, Any] = {np.add: np.cumsum, np.multiply: np.cumprod}


def ufunc_method(value: Any) -> tuple[np.ufunc, str] | None:
    """Return the ufunc and the name when `value` is a method of a ufunc."""
    if isinstance(value, types.BuiltinMethodType) and isinstance(value.__self__, np.ufunc):
        return value.__self__, value.__name__
    return None


def call_ufunc_method(low: Lowering, ufunc: np.ufunc, name: str, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    """Lower a call of a method of a ufunc."""
    if ufunc.nout != 1 or ufunc.signature is not None:
        low.refuse("unknown function", name=f"np.{ufunc.__name__}.{name}")
    handler = {"reduce": _reduce, "accumulate": _accumulate, "outer": _outer, "at": _at, "reduceat": _reduceat}.get(name)
    if handler is None:
        low.refuse("unknown function", name=f"np.{ufunc.__name__}.{name}")
    return handler(low, ufunc, arguments, dict(keywords))


def _named(low: Lowering, labels: tuple[str, ...], arguments: list[Abstract], keywords: Keywords) -> Keywords:
    if len(arguments) > len(labels):
        raise PrimalRaises(f"takes at most {len(labels)} positional arguments")
    found = dict(zip(labels, arguments, strict=False))
    found.update(keywords)
    return found


def _rest(low: Lowering, found: Keywords, function: str) -> None:
    """Refuse what has not been used, unless it is None."""
    for label, value in found.items():
        if not (isinstance(value, Known) and value.value is None):
            low.refuse("unknown keyword", name=label, function=function, remedy="leave it out")


def _composite(low: Lowering, body: Any, *arguments: Abstract) -> Abstract:
    from s2sad.frontend.calls import call_live

    return call_live(low, body, list(arguments), {})


def _reduce(low: Lowering, ufunc: np.ufunc, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.rules import folds

    found = _named(low, ("array", "axis", "dtype", "out", "keepdims", "initial", "where"), arguments, keywords)
    array = found.pop("array")
    axis = found.pop("axis", Known(0))
    function = REDUCTIONS.get(ufunc)
    if function is not None:
        return call_numpy(low, function, [array], {"axis": axis, **found})
    keepdims = found.pop("keepdims", Known(False))
    _rest(low, found, f"np.{ufunc.__name__}.reduce")
    kept = bool(low.static(keepdims, "keepdims"))
    return _composite(low, folds.folded, Known(ufunc), array, axis, Known(kept), Known(ufunc.identity))


def _accumulate(low: Lowering, ufunc: np.ufunc, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.rules import folds

    found = _named(low, ("array", "axis", "dtype", "out"), arguments, keywords)
    array = found.pop("array")
    axis = found.pop("axis", Known(0))
    function = SCANS.get(ufunc)
    if function is not None:
        return call_numpy(low, function, [array], {"axis": axis, **found})
    _rest(low, found, f"np.{ufunc.__name__}.accumulate")
    if ufunc in (np.maximum, np.minimum):
        along = int(low.static(axis, "axis"))
        return low.result(low.emit(f"running_{ufunc.__name__}", operand(low, array), axis=along), contiguous=True)
    return _composite(low, folds.accumulated, Known(ufunc), array, axis)


def _outer(low: Lowering, ufunc: np.ufunc, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    if len(arguments) != 2:
        raise PrimalRaises("outer() takes two arrays")
    left, right = (operand(low, argument) for argument in arguments)
    sides = shape_of(right.type)
    if sides is None or shape_of(left.type) is None:
        low.refuse("rank", what="an operand of outer")
    lead = len(shape_of(left.type) or ())
    if sides and isinstance(left.type, Array) and lead:
        left = low.emit("expand_dims", left, axis=tuple(range(lead, lead + len(sides))) if len(sides) > 1 else lead)
    return call_numpy(low, ufunc, [low.plain(left), low.plain(right)], keywords)


def _reduceat(low: Lowering, ufunc: np.ufunc, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.rules import folds

    found = _named(low, ("array", "indices", "axis", "dtype", "out"), arguments, keywords)
    array, indices = found.pop("array"), found.pop("indices")
    axis = found.pop("axis", Known(0))
    _rest(low, found, f"np.{ufunc.__name__}.reduceat")
    if ufunc is np.add:
        along = int(low.static(axis, "axis"))
        return low.result(low.emit("add_reduceat", operand(low, array), operand(low, indices), axis=along), contiguous=True)
    return _composite(low, folds.reduced_at, Known(ufunc.reduce), array, indices, axis)


def _at(low: Lowering, ufunc: np.ufunc, arguments: list[Abstract], keywords: Keywords) -> Abstract:
    from s2sad.rules import folds

    things = [low.usable(argument) for argument in arguments]
    if len(things) != 1 + ufunc.nin or keywords:
        raise PrimalRaises("at() takes an array, an index and values")
    target, index, *values = things
    if not isinstance(target, ArrayRef):
        low.refuse("operands", what=f"np.{ufunc.__name__}.at", kinds=describe(target))
    if ufunc in (np.add, np.subtract):
        value = operand(low, values[0])
        if ufunc is np.subtract:
            value = low.emit("negative", value)
        step, operands = path_step(low, index)
        path = (*target.path, *shifted((step,), len(target.operands)))
        if target.place.readonly:
            raise PrimalRaises("array is read-only")
        base = low.content(target.place)
        low.replace(target.place, low.emit("add_at", base, value, *target.operands, *operands, name=base.name, path=path))
        return Known(None)
    step, operands = path_step(low, index)
    once = step.basic or any(isinstance(item, Mask) for item in step.items)
    body = folds.applied_once if once else folds.applied_at
    if not once and (isinstance(index, Items) or (low.type_of(index) is None and not isinstance(index, Handle))):
        low.refuse("call", what=f"np.{ufunc.__name__}.at", why="it takes one index here")
    _composite(low, body, Known(ufunc), target, index, *values)
    return Known(None)


def masked_operands(low: Lowering, mask: Value, operands: list[Abstract]) -> list[Abstract]:
    """Return operands that are 1 where a ufunc with ``where=`` is not evaluated: no warnings and no nan in derivatives from there."""
    masked: list[Abstract] = []
    for thing in operands:
        value = operand(low, thing)
        if isinstance(value.type, Array):
            value = low.emit("where", mask, value, low.constant(True if value.type.dtype == "b1" else 1))
        masked.append(low.plain(value))
    return masked

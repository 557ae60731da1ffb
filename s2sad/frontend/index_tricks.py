"""Objects of NumPy that are made to be subscripted: `np.r_`, `np.c_`, `np.s_`, `np.mgrid`, `np.ogrid`."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.frontend.lower import Lowering
from s2sad.frontend.numpy_calls import call_numpy, operand
from s2sad.frontend.values import Abstract, Items, Known, SliceValue
from s2sad.graph.types import Array, Number, shape_of

KINDS = (type(np.r_), type(np.c_), type(np.s_), type(np.mgrid), type(np.ogrid))


def is_trick(thing: Abstract) -> bool:
    """Whether a thing is one of these objects."""
    return isinstance(thing, Known) and isinstance(thing.value, KINDS)


def trick(low: Lowering, thing: Known, index: Abstract) -> Abstract:
    """Return ``np.r_[index]`` and the like."""
    parts: list[Abstract] = list(index.elements) if isinstance(index, Items) else [index]
    if thing.value is np.index_exp:
        return Items(tuple(parts))
    if thing.value is np.s_:
        return index
    if isinstance(thing.value, (type(np.mgrid), type(np.ogrid))):
        return _grid(low, parts, isinstance(index, Items), sparse=isinstance(thing.value, type(np.ogrid)))
    return _joined(low, parts, columns=isinstance(thing.value, type(np.c_)))


def _bounds(part: SliceValue) -> tuple[Abstract, Abstract, Abstract]:
    start = Known(0) if isinstance(part.start, Known) and part.start.value is None else part.start
    step = Known(1) if isinstance(part.step, Known) and part.step.value is None else part.step
    return start, part.stop, step


def _line(low: Lowering, part: SliceValue, *, alone: bool) -> Abstract:
    """Return the numbers that a slice stands for; a step of ``5j`` means five of them."""
    start, stop, step = _bounds(part)
    if isinstance(step, Known) and isinstance(step.value, complex):
        if not alone:
            low.refuse("operands", what="a grid of more than one axis", kinds="an imaginary step")
        return call_numpy(low, np.linspace, [start, stop, Known(int(abs(step.value)))], {})
    if not alone and not all(isinstance(low.type_of(one), Number) and low.type_of(one).kind == "int" for one in (start, stop, step)):  # type: ignore[union-attr]
        low.refuse("operands", what="a grid", kinds="bounds that are no integers")
    return call_numpy(low, np.arange, [start, stop, step], {})


def _grid(low: Lowering, parts: list[Abstract], several: bool, *, sparse: bool) -> Abstract:
    if not all(isinstance(part, SliceValue) for part in parts):
        low.refuse("operands", what="a grid", kinds="anything but slices")
    if not several:
        part = parts[0]
        assert isinstance(part, SliceValue)
        return _line(low, part, alone=True)
    lines = [_line(low, part, alone=False) for part in parts if isinstance(part, SliceValue)]
    grid = call_numpy(low, np.meshgrid, lines, {"indexing": Known("ij"), "sparse": Known(sparse)})
    return grid if sparse else call_numpy(low, np.stack, [grid], {})


def _joined(low: Lowering, parts: list[Abstract], *, columns: bool) -> Abstract:
    things = []
    for part in parts:
        if isinstance(part, Known) and isinstance(part.value, str):
            low.refuse("operands", what="np.r_ and np.c_", kinds="a text that says how to join")
        thing = _line(low, part, alone=True) if isinstance(part, SliceValue) else part
        value = operand(low, thing)
        rank = len(shape_of(value.type) or ())
        if not isinstance(value.type, Array):
            value = low.emit("array", value)
        if rank == 0:
            value = low.emit("reshape", value, shape=(1, 1) if columns else (1,))
        elif rank == 1 and columns:
            value = low.emit("expand_dims", value, axis=1)
        things.append(low.result(value))
    return call_numpy(low, np.concatenate, [Items(tuple(things))], {"axis": Known(-1)})


def flat_item(low: Lowering, base: Abstract, index: Abstract) -> Abstract:
    """Return ``array.flat[index]``: a number or a copy."""
    from s2sad.frontend.array_methods import copied
    from s2sad.frontend.arrays import subscript
    from s2sad.frontend.values import ArrayRef

    flat: Any = low.result(low.emit("flatten", operand(low, base)), contiguous=True)
    part = subscript(low, flat, index)
    return copied(low, part) if isinstance(part, ArrayRef) else part

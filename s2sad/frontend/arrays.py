"""Arrays: subscripts as paths, views, and writes through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from s2sad.frontend.contents import content_of
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.values import Abstract, ArrayRef, Choice, GrowingContent, Handle, Items, Known, ListContent, SliceValue
from s2sad.graph.core import Value
from s2sad.graph.index import Dots, Fancy, Index, Item, Mask, NewAxis, Operand, Slice, Step, shifted
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, List, Number, Scalar, Tuple, Type, dtype_of
from s2sad.rules.declare import REGISTRY

FULL = Slice()


def subscript(low: Lowering, reference: ArrayRef, index: Abstract) -> Abstract:
    """Return what ``array[index]`` is: a view, a copy (fancy indexing), or a number."""
    step, operands = path_step(low, index)
    return take(low, reference, step, operands)


def take(low: Lowering, reference: ArrayRef, step: Step, operands: tuple[Value, ...] = ()) -> Abstract:
    """Return the part of an array that one more step leads to."""
    path = (*reference.path, *shifted((step,), len(reference.operands)))
    whole = ArrayRef(reference.place, path, (*reference.operands, *operands), "")
    if isinstance(step, Index) and not step.basic:
        base = low.content(reference.place)
        value = low.emit("get", base, *whole.operands, path=path)
        return low.result(value, contiguous=isinstance(value.type, Array) and value.type.rank == 1)
    kind = _view_type(low, whole)
    if not isinstance(kind, Array):
        return low.read(ArrayRef(whole.place, whole.path, whole.operands))
    if isinstance(step, Index) and any(isinstance(item, (int, Operand)) for item in step.items):
        low.read(whole)  # an index out of range raises here, not where the view is used
    return whole


def _view_type(low: Lowering, whole: ArrayRef) -> Type:
    base = low.content(whole.place)
    return low.infer(REGISTRY.rules["get"], [base.type, *(operand.type for operand in whole.operands)], {"path": whole.path})


def path_step(low: Lowering, index: Abstract) -> tuple[Index, tuple[Value, ...]]:
    """Return the step of a path for a subscript, and its varying parts."""
    parts = index.elements if isinstance(index, Items) else (index,)
    operands: list[Value] = []

    def varying(value: Value) -> int:
        operands.append(value)
        return len(operands) - 1

    def bound(part: Abstract) -> int | Operand | None:
        part = low.usable(part)
        if isinstance(part, Known):
            if part.value is None or isinstance(part.value, (int, np.integer)):
                return None if part.value is None else int(part.value)
            raise PrimalRaises("slice indices must be integers or None or have an __index__ method")
        value = low.value(part, "a slice bound")
        size = value.type.size if isinstance(value.type, Number) else None
        if size is not None and size.known is not None:
            return size.known
        return Operand(varying(value))

    def item(part: Abstract) -> Item:
        part = low.usable(part)
        if isinstance(part, SliceValue):
            return Slice(bound(part.start), bound(part.stop), bound(part.step))
        if isinstance(part, Known):
            value = part.value
            if value is None:
                return NewAxis()
            if value is Ellipsis:
                return Dots()
            if isinstance(value, (bool, np.bool_)):
                low.refuse("operands", what="an index", kinds="a bool")
            if isinstance(value, (int, np.integer)):
                return int(value)
            raise PrimalRaises("only integers, slices, ellipsis, newaxis and integer or boolean arrays are valid indices")
        if isinstance(part, Choice):
            return Operand(varying(low.value(part)))
        kind = low.type_of(part)
        if isinstance(part, Value):
            if (isinstance(kind, Number) and kind.kind == "int" and not kind.also) or (isinstance(kind, Scalar) and kind.dtype[0] in "iu"):
                if isinstance(kind, Number) and kind.size is not None and kind.size.known is not None:
                    return kind.size.known
                return Operand(varying(part))
            low.refuse("operands", what="an index", kinds=describe(part))
        if isinstance(part, (Handle, Items)):
            part = array_of(low, part)
            kind = low.type_of(part)
        if isinstance(kind, Array):
            value = low.value(part)
            if kind.dtype == "b1":
                return Mask(varying(value))
            if kind.dtype[0] in "iu":
                return Fancy(varying(value))
            raise PrimalRaises("arrays used as indices must be of integer (or boolean) type")
        low.refuse("operands", what="an index", kinds=describe(part))

    return Index(tuple(item(part) for part in parts)), tuple(operands)


def is_whole(step: Step) -> bool:
    """Whether a subscript addresses all of an array: ``a[:]``, ``a[...]``."""
    return isinstance(step, Index) and all(isinstance(item, Dots) or item == FULL for item in step.items)


def store(low: Lowering, reference: ArrayRef, index: Abstract, value: Abstract) -> None:
    """Carry out ``array[index] = value``."""
    step, operands = path_step(low, index)
    write_step(low, reference, step, operands, value)


def write_step(low: Lowering, reference: ArrayRef, step: Step, operands: tuple[Value, ...], value: Abstract) -> None:
    """Write through one more step."""
    written = low.value(value, "what is assigned")
    if is_whole(step):
        target = reference
    else:
        path = (*reference.path, *shifted((step,), len(reference.operands)))
        target = ArrayRef(reference.place, path, (*reference.operands, *operands), reference.name)
    check_assignable(low, written)
    low.overwrite(target, written)


def check_assignable(low: Lowering, value: Value) -> None:
    """Refuse what cannot be an element of an array of numbers."""
    if not isinstance(value.type, (Number, Scalar, Array)):
        low.refuse("operands", what="assignment to an element of an array", kinds=describe(value))


def in_place(low: Lowering, reference: ArrayRef, operation: str, right: Abstract) -> None:
    """Carry out ``array <op>= right``: computed as NumPy does, cast to the array's dtype, written where the array is."""
    left = low.read(reference)
    value = low.value(right, "an operand")
    new = low.emit(operation, left, value)
    into(low, reference, new)


def into(low: Lowering, reference: ArrayRef, value: Value) -> None:
    """Write the result of an operation into an array, as ``out=`` does: same shape, cast as same kind."""
    target = low.array_type(reference)
    kind = value.type
    same_kind(kind, target)
    shape = kind.shape if isinstance(kind, Array) else ()
    if shape is None or target.shape is None:
        low.refuse("rank", what="an array that is written")
    if len(shape) > len(target.shape):
        raise PrimalRaises("non-broadcastable output operand")
    for size, room in zip(reversed(shape), reversed(target.shape), strict=False):
        if size != room and low.sizes.is_one(size) is not True and low.sizes.equal(size, room) is False:
            raise PrimalRaises("non-broadcastable output operand")
    low.overwrite(reference, value)


def same_kind(source: Type, target: Type) -> None:
    """Raise where NumPy refuses to cast the result of an operation in place."""
    dtype, wanted = dtype_of(source), dtype_of(target)
    assert dtype is not None and wanted is not None
    if not np.can_cast(np.dtype(dtype), np.dtype(wanted), "same_kind"):
        raise PrimalRaises(f"Cannot cast ufunc output from dtype {dtype} to dtype {wanted}")


def array_of(low: Lowering, thing: Abstract, dtype: str | None = None) -> Abstract:
    """Return ``np.array(thing)`` of a list or tuple of numbers and arrays, at any depth."""
    if isinstance(thing, Handle):
        content = content_of(low, thing)
        if isinstance(content, GrowingContent):
            if not _stacks(content.value.type):
                low.refuse("operands", what="an array", kinds=f"a {content.value.type}")
            made = low.emit("array_of_list", content.value)
            kind = made.type
            if content.length is not None and content.length.entry and isinstance(kind, Array) and kind.shape is not None:
                kind = Array(kind.dtype, (content.length, *kind.shape[1:]))
                made = low.builder.append(REGISTRY.rules["as_kind"], (made,), {"kind": kind}, [kind]).results[0]
            return low.result(made, contiguous=True)
        if not isinstance(content, ListContent):
            low.refuse("operands", what="an array", kinds=describe(thing))
        elements: Sequence[Abstract] = content.elements
    elif isinstance(thing, Items):
        elements = thing.elements
    else:
        low.refuse("operands", what="an array", kinds=describe(thing))
    constant = _constant_array(low, thing)
    if constant is not None:
        value = low.builder.constant(
            constant, Array(f"{constant.dtype.kind}{constant.dtype.itemsize}", tuple(Size.of(length) for length in constant.shape))
        )
        return low.result(low.emit("copy", value), contiguous=True)
    if not elements:
        low.refuse("container", what="an array of nothing has no rank here", remedy="write np.zeros")
    values = [low.value(element, "an element of an array") for element in elements]
    return low.result(low.emit("stack", *values, axis=0), contiguous=True)


def _stacks(kind: Type) -> bool:
    """Whether an array can be made of a list: of numbers and arrays, at any depth, of lists and tuples of one kind."""
    if isinstance(kind, List):
        return _stacks(kind.element)
    if isinstance(kind, Tuple):
        return bool(kind.elements) and all(_stacks(part) and part == kind.elements[0] for part in kind.elements)
    return isinstance(kind, (Number, Scalar, Array))


def _constant_array(low: Lowering, thing: Abstract) -> Any:
    """Return a display of constants as an array, or None."""

    def plain(part: Abstract) -> Any:
        if isinstance(part, Known) and isinstance(part.value, (bool, int, float, complex)):
            return part.value
        if isinstance(part, Items):
            return [plain(element) for element in part.elements]
        if isinstance(part, Handle):
            content = content_of(low, part)
            if isinstance(content, ListContent):
                return [plain(element) for element in content.elements]
        raise ValueError

    try:
        made = np.array(plain(thing))
    except ValueError:
        return None
    return made if made.dtype.kind in "biufc" else None


def length(low: Lowering, reference: ArrayRef) -> Abstract:
    """Return ``len(array)``."""
    kind = low.array_type(reference)
    if kind.shape is None:
        low.refuse("rank", what="the array")
    if not kind.shape:
        raise PrimalRaises("len() of unsized object")
    return extent(low, reference, 0)


def extent(low: Lowering, reference: ArrayRef, axis: int) -> Abstract:
    """Return ``array.shape[axis]``: from the entry where it is known there, else looked up in the array."""
    kind = low.array_type(reference)
    assert kind.shape is not None
    size = kind.shape[axis]
    if size.known is not None or size.entry:
        return low.size(size)
    value = low.emit("dimension", low.read(reference), axis=axis)
    if isinstance(value.type, Number) and value.type.size is None:
        value.type = Number("int", size)
    return value


def element_type(kind: Type) -> Type:
    """Return the type of the elements of a list."""
    assert isinstance(kind, List)
    return kind.element

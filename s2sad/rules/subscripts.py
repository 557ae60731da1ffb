"""The type of a part of an array: what a path leads to."""

from __future__ import annotations

from typing import Any

from s2sad.graph.index import Dots, Fancy, Index, Item, Mask, NewAxis, Path, Slice, View
from s2sad.graph.sizes import ShapeError, Size, Sizes
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.rules.declare import REGISTRY
from s2sad.rules.types import ONE, Shape, broadcast_shapes


def path_type(sizes: Sizes, base: Type, varying: tuple[Type, ...], path: Path) -> Type:
    """Return the type of what `path` leads to from a value of type `base`.

    Raises
    ------
    ShapeError
        Where NumPy raises IndexError for too many indices.
    """
    for step in path:
        if isinstance(step, View):
            infer = REGISTRY.rules[step.name].infer
            assert infer is not None
            base = infer(sizes, base, **dict(step.static))
        else:
            base = _index_type(sizes, base, varying, step)
    return base


def check_value(sizes: Sizes, target: Type, value: Type) -> None:
    """Raise ShapeError where a value of this type cannot be broadcast to the target's shape, for the sizes seen."""
    have, want = shape_of(value), shape_of(target)
    if have is None or want is None:
        return
    extra = len(have) - len(want)
    if extra > 0 and any(size.known not in (None, 1) for size in have[:extra]):
        raise ShapeError(f"a value of shape {_text(have)} does not fit into {_text(want)}")
    for size, wanted in zip(reversed(have), reversed(want), strict=False):
        if size != wanted and size.known != 1 and sizes.broadcast(size, wanted) != wanted and sizes.equal(size, wanted) is False:
            raise ShapeError(f"a value of shape {_text(have)} does not fit into {_text(want)}")


def _text(shape: tuple[Size, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _consumes(item: Item, varying: tuple[Type, ...]) -> int | None:
    """Return how many axes an item of a subscript stands for."""
    if isinstance(item, (NewAxis, Dots)):
        return 0
    if isinstance(item, Mask):
        shape = shape_of(varying[item.number])
        return None if shape is None else len(shape)
    return 1


def _index_type(sizes: Sizes, base: Type, varying: tuple[Type, ...], index: Index) -> Type:
    dtype = str(dtype_of(base))
    axes = shape_of(base)
    taken = [_consumes(item, varying) for item in index.items]
    dots = any(isinstance(item, Dots) for item in index.items)
    if axes is None or any(count is None for count in taken):
        return Array(dtype, None)
    used = sum(count for count in taken if count is not None)
    if used > len(axes):
        raise ShapeError(f"too many indices: the array is {len(axes)}-dimensional, but {used} were indexed")
    if isinstance(base, (Number, Scalar)) and not dots and not index.items:
        return base
    items: list[Item] = []
    for item in index.items:
        items.extend([Slice()] * (len(axes) - used) if isinstance(item, Dots) else [item])
    if not dots:
        items.extend([Slice()] * (len(axes) - used))
    result: list[Size] = []
    fancy: Shape = ()
    advanced = any(isinstance(item, (Fancy, Mask)) for item in items)
    places: list[int] = []  # where, among the results, index arrays stand; among the items, in which order
    numbers: list[int] = []
    axis = 0
    for number, item in enumerate(items):
        if isinstance(item, NewAxis):
            result.append(ONE)
            continue
        if isinstance(item, Slice):
            result.append(_slice_length(sizes, axes[axis], item, varying))
            axis += 1
            continue
        if advanced:
            places.append(len(result))
            numbers.append(number)
        if isinstance(item, Fancy):
            fancy = broadcast_shapes(sizes, fancy, shape_of(varying[item.number]))
            axis += 1
        elif isinstance(item, Mask):
            mask = shape_of(varying[item.number])
            assert mask is not None
            for size, length in zip(mask, axes[axis:], strict=False):
                if sizes.equal(size, length) is False:
                    raise ShapeError(f"a mask of length {size} does not fit an axis of length {length}")
            fancy = broadcast_shapes(sizes, fancy, (sizes.fresh("true"),))
            axis += len(mask)
        else:
            axis += 1
    if fancy is None:
        return Array(dtype, None)
    if advanced:
        together = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        start = places[0] if together else 0
        result[start:start] = fancy
    if not result and not dots:
        return Scalar(dtype)
    return Array(dtype, tuple(result))


def _bound(part: Any, varying: tuple[Type, ...]) -> Size | None:
    """Return a bound of a slice as a size, when it is one."""
    if isinstance(part, int):
        return Size.of(part)
    kind = varying[part.number]
    return kind.size if isinstance(kind, Number) else None


def _slice_length(sizes: Sizes, length: Size, part: Slice, varying: tuple[Type, ...]) -> Size:
    step = Size.of(1) if part.step is None else _bound(part.step, varying)
    stride = None if step is None else step.known
    if stride is None or stride == 0:
        return sizes.fresh("slice")
    if part.start is None and part.stop is None:
        return length.ceil_div(abs(stride))
    first, last = (Size.of(0), length) if stride > 0 else (length - 1, Size.of(-1))
    start = first if part.start is None else _clamped(sizes, part.start, length, varying, stride)
    stop = last if part.stop is None else _clamped(sizes, part.stop, length, varying, stride)
    if start is None or stop is None:
        return sizes.fresh("slice")
    span = stop - start if stride > 0 else start - stop
    enough = sizes.at_least(span, 0)
    if enough is None:
        return sizes.fresh("slice")
    return span.ceil_div(abs(stride)) if enough else Size.of(0)


def _clamped(sizes: Sizes, part: Any, length: Size, varying: tuple[Type, ...], stride: int) -> Size | None:
    """Return where a bound lies after Python has counted it from the end and clamped it; None when that is not known."""
    bound = _bound(part, varying)
    if bound is None:
        return None
    positive = sizes.at_least(bound, 0)
    if positive is None:
        return None
    low, high = (Size.of(0), length) if stride > 0 else (Size.of(-1), length - 1)
    if not positive:
        bound = bound + length
    if positive:
        inside = sizes.at_least(high - bound, 0)
        return None if inside is None else bound if inside else high
    inside = sizes.at_least(bound - low, 0)
    return None if inside is None else bound if inside else low

"""Kinds of numbers that meet: after a branch, round a loop, and in operations on numbers of which one of two kinds is known."""

from __future__ import annotations

from collections.abc import Sequence

from s2sad.graph.agree import equal
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import NUMBERS, Array, List, Number, Opaque, Record, Scalar, Tuple, Type, parts_of
from s2sad.record import replace

__all__ = ["alike", "alternatives", "contains", "forget_size", "is_mixed", "join", "parts_of", "same_kinds", "with_parts"]


NOTHING = Opaque("nothing")  # the kind of the elements of a list that has none


def alternatives(kind: Type) -> tuple[Type, ...]:
    """Return the exact kinds that a value may be of at run time."""
    if isinstance(kind, (Number, Scalar)) and kind.also:
        return (replace(kind, also=()), *(Number(name) for name in kind.also))
    return (kind,)


def is_mixed(kind: Type) -> bool:
    """Whether a value may be of more than one kind at run time."""
    return isinstance(kind, (Number, Scalar)) and bool(kind.also)


def join(left: Type, right: Type, sizes: Sizes) -> Type | None:
    """Return the kind of a value that is of one of two kinds, or None when there is none."""
    if left is right:
        return left
    if isinstance(left, (Number, Scalar)) and isinstance(right, (Number, Scalar)):
        return _join_numbers((*alternatives(left), *alternatives(right)))
    if isinstance(left, Array) and isinstance(right, Array):
        if left.dtype != right.dtype:
            return None
        if left.shape is None or right.shape is None:
            return Array(left.dtype, None)
        if len(left.shape) != len(right.shape):
            return None
        shape = tuple(a if _same(a, b, sizes) else sizes.fresh() for a, b in zip(left.shape, right.shape, strict=True))
        return left if shape == left.shape else Array(left.dtype, shape)
    if isinstance(left, List) and isinstance(right, List):
        element = join(left.element, right.element, sizes)
        return None if element is None else List(element)
    if left == NOTHING or right == NOTHING:
        return right if left == NOTHING else left
    if isinstance(left, (Tuple, Record)) and alike(left, right):
        parts = [join(a, b, sizes) for a, b in zip(parts_of(left), parts_of(right), strict=True)]
        return None if None in parts else with_parts(left, parts)  # type: ignore[arg-type]
    return left if left == right else None


def with_parts(kind: Type, parts: Sequence[Type]) -> Type:
    """Return the kind of a tuple or record with other parts."""
    if isinstance(kind, Record):
        return Record(kind.name, tuple((label, part) for (label, _), part in zip(kind.fields, parts, strict=True)))
    return Tuple(tuple(parts))


def alike(left: Type, right: Type) -> bool:
    """Whether two kinds are tuples of one length, or records of one name."""
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        return len(left.elements) == len(right.elements)
    if isinstance(left, Record) and isinstance(right, Record):
        return left.name == right.name and len(left.fields) == len(right.fields)
    return False


def _same(left: Size, right: Size, sizes: Sizes) -> bool:
    """Whether two lengths are equal by what has been assumed already."""
    return left == right or (left.entry and right.entry and equal(sizes, left, right))


def _join_numbers(kinds: Sequence[Type]) -> Type | None:
    scalars = [kind for kind in kinds if isinstance(kind, Scalar)]
    numbers = [kind for kind in kinds if isinstance(kind, Number)]
    names = {kind.kind for kind in numbers}
    if scalars:
        dtype = scalars[0].dtype
        if any(kind.dtype != dtype for kind in scalars):
            return None
        allowed = {"b": 1, "i": 2, "u": 2, "f": 3, "c": 4}[dtype[0]]
        if any(NUMBERS.index(name) >= allowed for name in names):
            return None
        return Scalar(dtype, tuple(name for name in NUMBERS if name in names))
    highest = max(NUMBERS.index(name) for name in names)
    size: Size | None = None
    if NUMBERS[highest] == "int":
        found = {kind.size for kind in numbers if kind.kind == "int"}
        size = found.pop() if len(found) == 1 and len(names) == 1 else None
    return Number(NUMBERS[highest], size, tuple(name for name in NUMBERS[:highest] if name in names))


def contains(wide: Type, narrow: Type) -> bool:
    """Whether every value of kind `narrow` may stand where `wide` is declared, without losing what may be known."""
    if wide is narrow:
        return True
    match wide, narrow:
        case ((Number() | Scalar()), (Number() | Scalar())):
            if isinstance(wide, Number) and wide.size is not None and not (isinstance(narrow, Number) and narrow.size == wide.size):
                return False
            inside = [_bare(kind) for kind in alternatives(wide)]
            return all(_bare(kind) in inside for kind in alternatives(narrow))
        case Array(left_dtype, left), Array(right_dtype, right):
            if left_dtype != right_dtype:
                return False
            if left is None:
                return True
            if right is None or len(left) != len(right):
                return False
            return all(a == b or _is_own(a) for a, b in zip(left, right, strict=True))
        case List(left_element), List(right_element):
            return contains(left_element, right_element)
        case (Tuple(), Tuple()) | (Record(), Record()):
            return alike(wide, narrow) and all(map(contains, parts_of(wide), parts_of(narrow)))
    return narrow == NOTHING or wide == narrow


def same_kinds(left: Type, right: Type) -> bool:
    """Whether two equal types allow the same kinds at run time."""
    if isinstance(left, List) and isinstance(right, List):
        return same_kinds(left.element, right.element)
    if isinstance(left, (Tuple, Record)) and alike(left, right):
        return all(map(same_kinds, parts_of(left), parts_of(right)))
    return getattr(left, "also", ()) == getattr(right, "also", ())


def _bare(kind: Type) -> Type:
    return Number(kind.kind) if isinstance(kind, Number) else kind


def _is_own(size: Size) -> bool:
    """Whether a size is a run-time size of its own, which says nothing."""
    return size.constant == 0 and len(size.terms) == 1 and size.terms[0][1] == 1 and not size.terms[0][0].entry


def forget_size(kind: Type) -> Type:
    """Return the kind without the size that an int is known to be."""
    if isinstance(kind, (Tuple, Record)):
        return with_parts(kind, [forget_size(part) for part in parts_of(kind)])
    return Number(kind.kind, None, kind.also) if isinstance(kind, Number) and kind.size is not None else kind

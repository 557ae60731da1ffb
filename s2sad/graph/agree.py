"""When two types may meet: at the ends of branches, round loops, and where a type was inferred twice.

Kinds must be the same; sizes must not be *known* to be different, except that two sizes of the entry must be equal by their symbols or by
an assumption that the entry tests.
"""

from __future__ import annotations

from collections.abc import Iterable

from s2sad.graph.sizes import Atom, Size, Sizes
from s2sad.graph.types import Array, Dict, List, Number, Opaque, Optional, Record, Scalar, Tuple, Type


def agree(source: Type, target: Type, sizes: Sizes | None = None) -> bool:
    """Whether a value of type `source` may stand where `target` is declared; sizes are compared only when `sizes` is given."""
    match source, target:
        case Number(left), Number(right):
            return left == right
        case Number(left), Scalar(_, also):
            return left in also  # declared to be a Python number on some paths
        case Array(left_dtype, left_shape), Array(right_dtype, right_shape):
            if left_dtype != right_dtype:
                return False
            if left_shape is None or right_shape is None:
                return True
            if len(left_shape) != len(right_shape):
                return False
            return sizes is None or all(equal(sizes, *pair) for pair in zip(left_shape, right_shape, strict=True))
        case List(left_element), List(right_element):
            return agree(left_element, right_element, sizes)
        case Dict(left_key, left_element), Dict(right_key, right_element):
            return agree(left_key, right_key, sizes) and agree(left_element, right_element, sizes)
        case Tuple(left_elements), Tuple(right_elements):
            return len(left_elements) == len(right_elements) and all(
                agree(*pair, sizes) for pair in zip(left_elements, right_elements, strict=True)
            )
        case Record(left_name, left_fields), Record(right_name, right_fields):
            return (
                left_name == right_name
                and [name for name, _ in left_fields] == [name for name, _ in right_fields]
                and all(agree(a, b, sizes) for (_, a), (_, b) in zip(left_fields, right_fields, strict=True))
            )
        case Optional(left_inner), Optional(right_inner):
            return agree(left_inner, right_inner, sizes)
        case _, Optional(inner):
            return isinstance(source, Opaque) or agree(source, inner, sizes)
    return source == target


def equal(sizes: Sizes, left: Size, right: Size) -> bool:
    """Whether two sizes may be taken for equal without a new assumption."""
    if left == right or not left.entry or not right.entry:
        return True
    difference = left - right
    if difference.known is not None:
        return difference.known == 0
    facts = [fact.left - fact.right for fact in sizes.assumptions if fact.relation == "=="]
    return spans(facts, difference)


def spans(facts: Iterable[Size], difference: Size) -> bool:
    """Whether `difference` is zero whenever all `facts` are: it is a linear combination of them."""
    rows = [_row(fact) for fact in facts]
    goal = _row(difference)
    while True:
        pivot = next((atom for atom in goal if atom is not None), None)
        if pivot is None:
            return not goal
        chosen = next((row for row in rows if pivot in row), None)
        if chosen is None:
            return False
        goal = _eliminate(goal, chosen, pivot)
        rows = [_eliminate(row, chosen, pivot) if pivot in row else row for row in rows if row is not chosen]


def _row(size: Size) -> dict[Atom | None, int]:
    row: dict[Atom | None, int] = dict(size.terms)
    if size.constant:
        row[None] = size.constant
    return row


def _eliminate(row: dict[Atom | None, int], by: dict[Atom | None, int], pivot: Atom | None) -> dict[Atom | None, int]:
    """Return a multiple of `row` plus a multiple of `by` in which the pivot does not occur."""
    scale, factor = by[pivot], row[pivot]
    result = {atom: scale * count for atom, count in row.items()}
    for atom, count in by.items():
        total = result.get(atom, 0) - factor * count
        if total:
            result[atom] = total
        else:
            result.pop(atom, None)
    return result

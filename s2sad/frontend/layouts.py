"""How an array lies in memory, which decides whether `ravel` and `reshape` give a view or a copy.

A copy that nothing is written through need not be told from a view, so nothing is asked at first.  Only when a function was
refused because it could not be told does a second attempt look at the arguments; what was seen is then a guard.

An order is ``"C"`` (row by row), ``"F"`` (column by column, and not also row by row), ``"other"``, or None when it is not known.
"""

from __future__ import annotations

from collections.abc import Sequence

from s2sad.frontend.lower import Lowering
from s2sad.frontend.session import Separate
from s2sad.frontend.values import ArrayRef, Place
from s2sad.graph.index import Dots, Index, NewAxis, Operand, Slice, View
from s2sad.graph.types import Array

FULL = Slice()
TURNED = {"C": "F", "F": "C", "other": "other"}


def shares(low: Lowering, name: str, reference: ArrayRef, rank: int | None) -> bool | None:
    """Return whether an operation gives a view of an array, or a copy; None when that is not known.

    Parameters
    ----------
    name : str
        Of an operation whose sharing depends on layout.
    reference : ArrayRef
        The array.
    rank : int, optional
        Of the result.
    """
    if name == "reshape" and low.array_type(reference).rank == 1:
        return True  # an axis can always be split
    order = order_of(low, reference)
    if order == "C":
        return True
    if order is None or name not in ("reshape", "ravel"):
        return None
    return False if name == "ravel" or (order == "F" and rank == 1) else None


def order_of(low: Lowering, reference: ArrayRef) -> str | None:
    """Return the order of what a reference leads to, for all sizes that the key admits."""
    order = _order_of_place(low, reference.place)
    known: list[object] = []
    for step in reference.path:
        kind = low.array_type(ArrayRef(reference.place, tuple(known), reference.operands))  # type: ignore[arg-type]
        known.append(step)
        order = _viewed(kind, order, step) if isinstance(step, View) else _subscripted(kind, order, step)
        if order is None:
            return None
    return order


def _viewed(kind: Array, order: str | None, step: View) -> str | None:
    if step.name in ("reshape", "ravel"):
        return "C" if order == "C" else None
    if step.name == "transpose" and not step.static:
        if kind.rank == 1:
            return order
        return TURNED[order] if order is not None and _wide(kind) and kind.rank == 2 else None
    return None


def _subscripted(kind: Array, order: str | None, step: Index) -> str | None:
    items = [item for item in step.items if not isinstance(item, NewAxis)]
    if order == "C" and _keeps_rows(items):
        return "C"
    if kind.rank == 1 and items == [Slice(None, None, -1)] and order == "C" and _wide(kind):
        return "other"
    column = len(items) == 2 and (items[0] == FULL or isinstance(items[0], Dots)) and isinstance(items[1], (int, Operand))
    if kind.rank == 2 and column and order is not None and _wide(kind):
        return {"C": "other", "F": "C"}.get(order)
    return None


def _keeps_rows(items: Sequence[object]) -> bool:
    """Whether a subscript of rows that lie one after another gives such rows: numbers first, then at most one range of step one."""
    ranged = False
    for item in items:
        if ranged:
            if not (isinstance(item, Dots) or item == FULL):
                return False
        elif (isinstance(item, Slice) and item.step in (None, 1)) or isinstance(item, Dots):
            ranged = True
        elif not isinstance(item, (int, Operand)):
            return False
    return True


def _wide(kind: Array) -> bool:
    """Whether no axis can have one element: labels never are one, and an empty array has nothing to write into."""
    return kind.shape is not None and all(
        len(size.terms) == 1 and not size.constant and not size.terms[0][0].operator for size in kind.shape
    )


def _order_of_place(low: Lowering, place: Place) -> str | None:
    if place.contiguous:
        return "C"
    if not low.session.layouts:
        low.session.asked_layout = True
        return None
    if place.origin is not None:
        seen: str | None = low.session.layout(place.origin)
        return seen
    if place.like:
        found = {order_of(low, reference) for reference in place.like}
        return found.pop() if len(found) == 1 and found <= {"C", "F"} else None
    if low is not low.session.root:
        raise Separate  # the caller knows
    return None

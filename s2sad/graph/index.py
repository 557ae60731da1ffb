"""Paths: how a part of an array is addressed.

A path is a chain of steps from a base array to what is read or written, as the user wrote it: ``A.T[1:][mask]`` is three
steps.  What varies is an operand of the node (``Operand(k)`` is its k-th operand after the base, or after base and value);
what is known stands in the path itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from s2sad.record import record


@record(frozen=True)
class Operand:
    """The k-th varying part of a path: an int."""

    number: int


@record(frozen=True)
class Fancy:
    """An index array: the k-th varying part of the path."""

    number: int


@record(frozen=True)
class Mask:
    """A boolean array: the k-th varying part of the path."""

    number: int


@record(frozen=True)
class Slice:
    """``start:stop:step``; each None, a number, or an operand."""

    start: int | Operand | None = None
    stop: int | Operand | None = None
    step: int | Operand | None = None


@record(frozen=True)
class NewAxis:
    """``np.newaxis``."""


@record(frozen=True)
class Dots:
    """``...``."""


Item = int | Operand | Fancy | Mask | Slice | NewAxis | Dots


@record(frozen=True)
class Index:
    """A subscript: one item a position."""

    items: tuple[Item, ...]

    @property
    def basic(self) -> bool:
        """Whether NumPy's basic indexing applies: the result is a view (or a number)."""
        return not any(isinstance(item, (Fancy, Mask)) for item in self.items)


@record(frozen=True)
class View:
    """A view that is no subscript: transpose (axes), reshape (shape), diagonal, real, imag, ... with static facts."""

    name: str
    static: tuple[tuple[str, Any], ...] = ()


Step = Index | View
Path = tuple[Step, ...]


def varying(path: Path) -> int:
    """Return the number of varying parts of a path."""
    return 1 + max((number for step in path if isinstance(step, Index) for number in _numbers(step)), default=-1)


def shifted(path: Path, offset: int) -> Path:
    """Return the path with every varying part renumbered by `offset` (to append it to another path)."""
    return tuple(_shift(step, offset) for step in path)


def is_view(path: Path) -> bool:
    """Whether every step gives a view, so that writing through the path writes into the base."""
    return all(isinstance(step, View) or step.basic for step in path)


def _numbers(step: Index) -> Iterator[int]:
    for item in step.items:
        match item:
            case Operand(number) | Fancy(number) | Mask(number):
                yield number
            case Slice(start, stop, slice_step):
                yield from (part.number for part in (start, stop, slice_step) if isinstance(part, Operand))


def _shift(step: Step, offset: int) -> Step:
    if isinstance(step, View):
        return step

    def move(item: Any) -> Any:
        match item:
            case Operand(number):
                return Operand(number + offset)
            case Fancy(number):
                return Fancy(number + offset)
            case Mask(number):
                return Mask(number + offset)
            case Slice(start, stop, slice_step):
                return Slice(move(start), move(stop), move(slice_step))
        return item

    return Index(tuple(move(item) for item in step.items))

"""Structures of arguments and results: lists, tuples, dicts, named tuples, dataclasses and instances with leaves.

A tree describes a structure whose leaves are numbered; it is what a signature is keyed by and what generated code takes
apart and puts together.
"""

from __future__ import annotations

from collections.abc import Iterator

from s2sad.record import record


@record(frozen=True)
class Leaf:
    """The k-th leaf."""

    number: int


@record(frozen=True)
class Fixed:
    """A passive part that is known at compile time: None, text, a flag, a function, a class."""

    value: object


@record(frozen=True)
class Branch:
    """A container.

    `kind` is tuple, list, dict, named (a named tuple), dataclass or instance; `cls` is its class for the last three; `keys`
    are positions, dict keys or field names, one a child.
    """

    kind: str
    cls: type | None
    keys: tuple[object, ...]
    children: tuple[Tree, ...]


Tree = Leaf | Fixed | Branch


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Yield the leaves in order."""
    match tree:
        case Leaf():
            yield tree
        case Branch(children=children):
            for child in children:
                yield from leaves(child)

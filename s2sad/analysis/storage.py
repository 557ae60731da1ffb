"""What the results of a node share with its operands.

A result is *fresh*; or the *same* object as an operand, or a *view* of its memory; or it *holds* operands, as a tuple or list does; or
it was *held* by an operand.  Whether a `reshape` gives a view depends on the layout in memory: it counts as one.
"""

from __future__ import annotations

from enum import Enum

from s2sad.graph.core import CONSTANT, UNDEFINED, Node
from s2sad.graph.index import View, is_view
from s2sad.graph.storage import WRITES
from s2sad.graph.types import Array, Dict, List, Optional, Record, Residual, Tuple, Type

_READ_ONLY = frozenset({"expand", "expand_like", "diagonal"})
_TAKES_OUT = frozenset({"item", "list_get", "dict_get"})


class Sharing(Enum):
    """How the result of a node relates to its operands."""

    FRESH = "fresh"
    SAME = "same"
    VIEW = "view"
    READ_ONLY = "read-only"  # a view that must not be written: a broadcast, a diagonal
    HOLDS = "holds"
    HELD = "held"
    WRITES = "writes"
    CONSTANT = "constant"
    NOTHING = "nothing"  # a name that is not bound, or None
    FOREIGN = "foreign"  # may be anything that the operands reach


def sharing_of(node: Node) -> Sharing:
    """Classify an ordinary node (no control flow)."""
    operation = node.operation
    if operation is CONSTANT:
        return Sharing.NOTHING if node.static["value"] is None else Sharing.CONSTANT
    if operation is UNDEFINED:
        return Sharing.NOTHING
    if operation.name in WRITES:
        return Sharing.WRITES
    if operation.name == "pack":
        return Sharing.HOLDS
    if operation.name in _TAKES_OUT:
        return Sharing.HELD
    if operation.effect:
        return Sharing.FOREIGN
    if operation.sharing == "fresh" or not is_view(node.static.get("path", ())):
        return Sharing.FRESH
    if operation.name in _READ_ONLY or any(isinstance(step, View) and step.name in _READ_ONLY for step in node.static.get("path", ())):
        return Sharing.READ_ONLY
    return Sharing.SAME if operation.sharing == "same" else Sharing.VIEW


def is_container(kind: Type) -> bool:
    """Whether values of `kind` refer to other objects."""
    return isinstance(kind, (List, Dict, Tuple, Record, Optional, Residual))


def is_buffer(kind: Type) -> bool:
    """Whether values of `kind` can themselves be written in place."""
    return isinstance(kind, (Array, List, Dict))

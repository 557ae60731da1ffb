"""Computes once what is computed twice: common subexpressions, region by region.

Values are versions, so two reads of the same part of the same version are the same, whatever is written in between.  Fresh
buffers (zeros, empty) stay apart: each may be filled by somebody else.
"""

from __future__ import annotations

from typing import Any

from s2sad.graph.clone import replace_values
from s2sad.graph.core import AT_TRIP, CONSTANT, SIZE, Graph, Node, Operation, Region, Value
from s2sad.graph.types import Array

# Operations whose results are buffers to be filled: two of them must never become one.
BUFFERS = frozenset(
    {
        "zeros",
        "ones",
        "full",
        "empty",
        "rows",
        "zeros_like",
        "ones_like",
        "full_like",
        "empty_like",
        "copy",
        "deep_copy",
        "list_new",
        "poison",
        "errstate",
    }
)

Key = tuple[Operation, tuple[Value, ...], Any]


def common_subexpressions(graph: Graph) -> Graph:
    """Replace repeated pure nodes by the first of them, in place; a region sees what the regions around it have computed."""
    replacements: dict[Value, Value] = {}
    _visit(graph.body, {}, replacements)
    replace_values(graph.body, replacements)
    return graph


def _visit(region: Region, seen: dict[Key, Node], replacements: dict[Value, Value]) -> None:
    own: list[Key] = []  # what nobody sees behind the region
    kept = []
    for node in region.nodes:
        node.operands = tuple(replacements.get(value, value) for value in node.operands)
        if node.regions:
            kept.append(node)
            for inner in node.regions:
                _visit(inner, seen, replacements)
            continue
        if not mergeable(node):
            kept.append(node)
            continue
        kinds = tuple(value.type for value in node.results) if node.operation is CONSTANT else ()  # a float that may also be NumPy's
        key = (node.operation, node.operands, (static_key(node), kinds))
        first = seen.get(key)
        if first is None:
            seen[key] = node
            own.append(key)
            kept.append(node)
            continue
        for old, new in zip(node.results, first.results, strict=True):
            replacements[old] = new
            if old.name and not new.name and not isinstance(new.type, Array):
                new.name = old.name
    region.nodes = kept
    for key in own:
        del seen[key]


def mergeable(node: Node) -> bool:
    """Whether two equal nodes may become one."""
    operation = node.operation
    if operation in (CONSTANT, SIZE, AT_TRIP):
        return True
    return bool(operation.evaluate) and not operation.effect and operation.name not in BUFFERS and not operation.name.startswith("list_")


def static_key(node: Node) -> Any:
    """Return the static facts of a node in a form that can be compared; 0.0 and -0.0, 1 and 1.0 and True differ."""
    if not node.static:
        return ()
    return tuple((name, _exact(value)) for name, value in sorted(node.static.items()))


def _exact(value: Any) -> Any:
    if isinstance(value, (bool, int, float, complex)):
        return (type(value).__name__, repr(value))
    if isinstance(value, tuple):
        return tuple(_exact(part) for part in value)
    try:
        hash(value)
    except TypeError:
        return ("object", id(value))
    return value

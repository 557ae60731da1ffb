"""Which operations write, and what results share memory with."""

from __future__ import annotations

from s2sad.graph.core import Operation

# Operations that make a new version of their first operand.  They are functional until a graph is sequenced; then they
# write into the buffer of that operand.
WRITES = frozenset(
    (
        "put",
        "add_at",
        "list_append",
        "list_put",
        "list_add",
        "list_pop",
        "list_insert",
        "list_delete",
        "list_slice_put",
        "dict_put",
        "poison",
    )
)

# Operations whose result is a broadcast view: one element stands at many places, and nothing may be written there.
BROADCASTS = frozenset({"expand", "expand_like"})


def shares(operation: Operation) -> bool:
    """Whether the result may share memory with the first operand."""
    return operation.sharing != "fresh" or operation.name in WRITES

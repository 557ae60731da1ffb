"""Names that some paths leave unbound, and what they are bound to there.

A value that one branch computes and the other does not is read only where it was computed, as in the user's function.  What
merely hands it on, however, may stand on every path: a residual, a row that keeps it for the reverse sweep, a copy, the move to
another name.  Then the name is bound on all paths, to something that those can take.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from s2sad.emit.fold import CONVERSIONS, behind, is_alias
from s2sad.emit.names import Names
from s2sad.emit.scan import INITIAL, OPERAND, RESULT, RETURN, Scan, Use, writes
from s2sad.emit.syntax import call, number, tuple_of
from s2sad.graph.core import CALL, FOR, IF, WHILE, Value
from s2sad.graph.types import Array, Dict, List, Number, dtype_of

_COPIES = frozenset({"copy", "zeros_like", "container_zeros"})
_HELD = frozenset({"pack", "list_append", "list_put", "dict_put"})  # takes anything
# What those that hand a value on can take: nothing hands it on; anything; what can be put into an array; what can be copied.
_NOTHING, _ANYTHING, _NUMBER, _COPIED = range(4)


class Unbound:
    """Finds the bindings of one function."""

    def __init__(self, found: Scan, names: Names, numpy: Callable[[str], ast.expr]) -> None:
        self.found = found
        self.names = names
        self.numpy = numpy

    def binding(self, value: Value) -> ast.expr | None:
        """Return what a name is bound to on a path that does not compute it; None when nothing reads it there."""
        level = self.level(value)
        if level == _NOTHING:
            return None
        if level == _ANYTHING:
            return ast.Constant(None)
        kind = value.type
        if isinstance(kind, List):
            return ast.List([], ast.Load())
        if isinstance(kind, Dict):
            return ast.Dict([], [])
        if level == _COPIED and isinstance(kind, Array):
            return call(self.numpy("zeros"), tuple_of([]))
        dtype = kind.kind if isinstance(kind, Number) else dtype_of(kind) or "f"
        return number(False if dtype[0] == "b" else 0 if dtype[0] in "iu" else 0.0)

    def level(self, value: Value) -> int:
        """Return how a value is handed on, directly or through other names."""
        level = _NOTHING
        pending = [value, *self.carried(value)]
        seen = set(pending)
        while pending:
            one = pending.pop()
            for use in self.found.infos[one].uses:
                level = max(level, self.directly(one, use))
                for other in self.receivers(one, use):
                    if not self.names.same(behind(self.found, one), other) and use.kind in (INITIAL, RESULT):
                        level = max(level, _ANYTHING)  # a move reads the name
                    if other not in seen:
                        seen.add(other)
                        pending.append(other)
        return level

    def carried(self, value: Value) -> list[Value]:
        """Return the values that a slot of a loop has inside, given its result."""
        node = self.found.infos[value].node
        if node is None or node.operation not in (FOR, WHILE):
            return []
        slot = node.results.index(value) + (node.operation is FOR)
        return [region.parameters[slot] for region in node.regions]

    def directly(self, value: Value, use: Use) -> int:
        """Return what a use asks for that is there whether the value was computed or not."""
        node = use.node
        if use.kind == RETURN:
            return _ANYTHING
        if use.kind != OPERAND or node is None:
            return _NOTHING
        label = node.operation.name
        if node.operation is CALL or label in _HELD:
            return _ANYTHING
        if label == "put" and value in node.operands[1:2] and writes(node):
            return _NUMBER
        if label in CONVERSIONS and not is_alias(node):
            return _NUMBER
        return _COPIED if label in _COPIES else _NOTHING

    def receivers(self, value: Value, use: Use) -> Iterator[Value]:
        """Yield the values that a use makes equal to the value, on some path."""
        node = use.node
        if node is None:
            return
        if use.kind == OPERAND and (node.operation.name == "copy" or node.operation.name in CONVERSIONS):
            yield from node.results
        elif use.kind == INITIAL or (use.kind == RESULT and node.operation in (FOR, WHILE)):
            body = node.regions[-1]
            every = body.results[1:] if node.static.get("leaves") else body.results
            sources = node.operands[3 if node.operation is FOR else 0 :] if use.kind == INITIAL else every
            for slot, source in enumerate(sources):
                if source is value:
                    yield node.results[slot]
                    for region in node.regions:
                        yield region.parameters[slot + (node.operation is FOR)]
        elif use.kind == RESULT and node.operation is IF:
            for slot, source in enumerate(use.block.results):
                if source is value:
                    yield node.results[slot]

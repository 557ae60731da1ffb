"""What a value of a forward sweep can be recomputed from."""

from __future__ import annotations

from collections.abc import Callable

from s2sad.analysis.needed import computing_cost
from s2sad.analysis.scopes import Scopes, carried, free_values
from s2sad.graph.core import AT_TRIP, FOR, WHILE, Node, Region, Value
from s2sad.graph.types import Number
from s2sad.memory.lists import Growing
from s2sad.memory.trips import known_int
from s2sad.memory.unwritten import Unwritten
from s2sad.rules.declare import REGISTRY


class Ingredients:
    """Answers for a later sweep that stands in the region `outer`; `settled` gives what stands for a value by now."""

    def __init__(self, scopes: Scopes, outer: Region, settled: Callable[[Value], Value]) -> None:
        self.scopes = scopes
        self.settled = settled
        self.level = scopes.depth[outer]
        self.growing = Growing(scopes, self.at_hand)
        self.unwritten = Unwritten(scopes, self.at_hand)

    def at_hand(self, value: Value) -> bool:
        """Whether `value` is defined in a region around the later sweep."""
        return self.scopes.depth[self.scopes.home(value)] <= self.level

    def of(self, value: Value) -> list[Value] | None:
        """Return what `value` is computed from again; None when it cannot be, or must not."""
        owner = value.owner
        if isinstance(owner, Region):
            return self._of_carried(value, owner)
        assert owner is not None
        if owner.operation is AT_TRIP:
            return []  # a reference to a sweep ahead of both: it is copied, and lowered later
        entry = self.growing.entry(value) if owner.operation.name == "list_get" else None
        if entry is not None:
            return [self.settled(entry.place)] if entry.place is not None else []
        if owner.operation.name == "get" and self.unwritten.final(owner) is not None:
            return [self.settled(source) for source in owner.operands[1:]]
        return None if computing_cost(owner) is None else [self.settled(source) for source in free_values(owner)]

    def _of_carried(self, value: Value, body: Region) -> list[Value] | None:
        loop = self.scopes.owner[body]
        if loop is None or loop.operation not in (FOR, WHILE) or body is not loop.regions[-1]:
            return None
        parameters, initial, results = carried(loop)
        if loop.operation is FOR and value is body.parameters[0]:
            return []
        slot = parameters.index(value)
        if results[slot] is value:
            return [initial[slot]]
        step = self.stride(value, results[slot])
        if step is None or loop.static.get("reversed"):
            return None
        return [initial[slot], step]

    def stride(self, parameter: Value, result: Value) -> Value | None:
        """Return what each trip adds to a carried int, when that is the same in every trip."""
        owner = result.owner
        if not isinstance(owner, Node) or owner.operation is not REGISTRY.rules.get("add") or not isinstance(parameter.type, Number):
            return None
        if parameter.type.kind != "int" or parameter not in owner.operands:
            return None
        step = owner.operands[1] if owner.operands[0] is parameter else owner.operands[0]
        return step if self.at_hand(step) or known_int(step) is not None else None

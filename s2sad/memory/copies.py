"""The copies that placement inserts."""

from __future__ import annotations

from s2sad.analysis.scopes import Scopes
from s2sad.graph.core import Node, Region, Value
from s2sad.graph.types import Array, Number, Record, Residual, Scalar, Tuple
from s2sad.memory.insertions import Insertions
from s2sad.rules.declare import REGISTRY


class Copies:
    """Collects copies while a graph is walked; `apply` puts them in their places."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self.waiting = Insertions()
        self.replaced: dict[Value, Value] = {}
        self._at_definition: set[Node] = set()
        self._broadcasts: dict[Node, None] = {}  # of which arrays have been made instead

    def before(self, node: Node, number: int) -> Value:
        """Let `node` take a copy of an operand instead of the operand."""
        operand = node.operands[number]
        copy = self._copy(operand, node)
        self._wait(self.scopes.region[node], self.waiting.before.setdefault(node, []), copy)
        node.operands = (*node.operands[:number], copy.result, *node.operands[number + 1 :])
        return copy.result

    def at_definition(self, value: Value) -> Value:
        """Let everybody read a copy of `value`, made where `value` is computed."""
        owner = value.owner
        copy = self._copy(value, owner if isinstance(owner, Node) else None)
        self._at_definition.add(copy)
        if isinstance(owner, Node):
            self._wait(self.scopes.region[owner], self.waiting.after.setdefault(owner, []), copy)
        else:
            assert owner is not None
            self._wait(owner, self.waiting.start.setdefault(owner, []), copy)
        self.replaced[value] = copy.result
        value.name = ""
        return copy.result

    def of_result(self, region: Region, number: int, *, deep: bool = False) -> Value:
        """Let a region give a copy as one of its results; a deep one shares nothing of what a container refers to."""
        copy = self._copy(region.results[number], None, deep=deep)
        self._wait(region, self.waiting.end.setdefault(region, []), copy)
        region.results[number] = copy.result
        return copy.result

    def _copy(self, value: Value, near: Node | None, *, deep: bool = False) -> Node:
        tied = deep or isinstance(value.type, (Tuple, Record, Residual))  # only a deep copy of these is one
        static = {"order": "K"} if isinstance(value.type, Array) and value.type.rank != 1 else {}
        node = self._filled(value) or Node(REGISTRY.rules["deep_copy" if tied else "copy"], (value,), static)
        source = near if near is not None else value.owner if isinstance(value.owner, Node) else None
        if source is not None:
            node.location, node.reverses = source.location, source.reverses
        node.results = (Value(value.type, value.name, node, value.location),)
        return node

    def _filled(self, value: Value) -> Node | None:
        """Return what makes an array of one number, where `value` is that number broadcast."""
        owner = value.owner
        if not isinstance(owner, Node) or owner.operation.name != "expand" or not isinstance(value.type, Array):
            return None
        (number,) = owner.operands
        if not isinstance(number.type, Number | Scalar):
            return None
        self._broadcasts[owner] = None
        return Node(REGISTRY.rules["full"], (number,), {"shape": owner.static["shape"], "dtype": value.type.dtype})

    def _wait(self, region: Region, nodes: list[Node], copy: Node) -> None:
        self.waiting.regions[region] = None
        nodes.append(copy)
        self.scopes.region[copy] = region

    def apply(self, body: Region) -> None:
        """Put the copies in, and let all readers read them."""
        self.waiting.flush(self.scopes)
        if self.replaced:
            self._replace(body)
        self._drop_unread(body)

    def _replace(self, body: Region) -> None:
        replaced = self.replaced
        waiting = [body]
        while waiting:
            region = waiting.pop()
            for node in region.nodes:
                if node not in self._at_definition and any(value in replaced for value in node.operands):
                    node.operands = tuple(replaced.get(value, value) for value in node.operands)
                waiting.extend(node.regions)
            if any(value in replaced for value in region.results):
                region.results = [replaced.get(value, value) for value in region.results]

    def _drop_unread(self, body: Region) -> None:
        """Remove the broadcasts that nobody reads any more."""
        if not self._broadcasts:
            return
        read = {value for node in body.walk() for value in (*node.operands, *(each for region in node.regions for each in region.results))}
        read.update(body.results)
        for node in self._broadcasts:
            if node.result not in read:
                self.scopes.region[node].nodes.remove(node)

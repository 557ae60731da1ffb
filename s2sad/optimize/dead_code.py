"""Removes what nothing needs: nodes, slots of loops, results of branches.

What must stay: the results of the graph, effects, subscripts that may raise IndexError, and what these need.  A node inside
a region keeps the node that owns the region, with what decides whether it runs.  One marking sweep, one removing sweep.
"""

from __future__ import annotations

from s2sad.analysis.bounds import is_subscript, unproved_subscripts
from s2sad.graph.core import CALL, FOR, IF, TRY, WHILE, WITH, Graph, Node, Region, Value


def dead_code(graph: Graph) -> Graph:
    """Remove dead nodes, loop slots and branch results from `graph`, in place.

    A subscript of the primal that may be out of range stays, unless the same subscript of the user's source is still
    evaluated elsewhere: the reverse sweep reads and writes the same elements, and raises the same error.
    """
    marker = _Marker(graph)
    marker.run([*graph.results, *(source for source, _ in graph.size_sources.values() if isinstance(source.owner, Node))])
    dead = {node for node in marker.home if node not in marker.nodes and node.reverses is None and is_subscript(node)}
    if dead:
        evaluated = {_subscript(node) for node in marker.nodes if is_subscript(node)}
        dead = {node for node in dead if _subscript(node) not in evaluated}
        marker.keep(unproved_subscripts(graph, dead))
    _sweep(graph.body, marker.values, marker.nodes)
    return graph


def _subscript(node: Node) -> object:
    return node.location, node.static["path"]


class _Marker:
    def __init__(self, graph: Graph) -> None:
        self.values: set[Value] = set()
        self.nodes: set[Node] = set()
        self.home: dict[Node, Node | None] = {}  # node -> the node that owns the region around it
        self.owner: dict[Region, Node] = {}
        self.pending: list[Value] = []
        self.effects: list[Node] = []
        self._index(graph.body, None)

    def _index(self, region: Region, owner: Node | None) -> None:
        for node in region.nodes:
            self.home[node] = owner
            if node.operation.effect:
                self.effects.append(node)
            for inner in node.regions:
                self.owner[inner] = node
                self._index(inner, node)

    def run(self, results: list[Value]) -> None:
        for value in results:
            self.need(value)
        self.keep(self.effects)

    def keep(self, nodes: list[Node]) -> None:
        for node in nodes:
            self.need_node(node)
            for value in node.operands:
                self.need(value)
        while self.pending:
            self.trace(self.pending.pop())

    def need(self, value: Value) -> None:
        if value not in self.values:
            self.values.add(value)
            self.pending.append(value)

    def need_node(self, node: Node | None) -> None:
        """Keep a node and everything that decides whether it runs."""
        while node is not None and node not in self.nodes:
            self.nodes.add(node)
            if not node.regions and node.operation is not CALL:  # almost all nodes
                node = self.home[node]
                continue
            match node.operation:
                case operation if operation is FOR:
                    for value in node.operands[:3]:
                        self.need(value)
                    if node.static.get("leaves"):
                        self.need(node.regions[0].results[0])
                case operation if operation is WHILE:
                    self.need(node.regions[0].results[0])
                    if node.static.get("leaves"):
                        self.need(node.regions[1].results[0])
                case operation if operation is IF:
                    self.need(node.operands[0])
                case operation if operation in (CALL, WITH):
                    for value in node.operands:
                        self.need(value)
                case operation if operation is TRY:
                    for region in node.regions:
                        for value in region.results:
                            self.need(value)
                    for inner in node.regions[0].walk():  # what is tried is tried for its exception
                        self.nodes.add(inner)
                        for value in inner.operands:
                            self.need(value)
            node = self.home[node]

    def trace(self, value: Value) -> None:
        owner = value.owner
        if isinstance(owner, Region):
            node = self.owner.get(owner)
            if node is not None:
                self.need_node(node)
                if node.operation in (FOR, WHILE):
                    self.need_slot(node, _slot(node, owner, value))
            return
        assert owner is not None
        self.need_node(owner)
        operation = owner.operation
        if operation is FOR or operation is WHILE:
            self.need_slot(owner, _position(owner.results, value))
        elif operation is IF or operation is WITH or operation is TRY:
            position = _position(owner.results, value)
            for region in owner.regions:
                if position < len(region.results):
                    self.need(region.results[position])
        else:
            for operand in owner.operands:
                self.need(operand)

    def need_slot(self, node: Node, slot: int) -> None:
        if slot < 0:
            return
        self.need(node.results[slot])
        body = node.regions[-1]
        offset = 3 if node.operation is FOR else 0
        self.need(node.operands[offset + slot])
        self.need(body.parameters[slot + (1 if node.operation is FOR else 0)])
        if node.operation is WHILE:
            self.need(node.regions[0].parameters[slot])
        self.need(body.results[slot + (1 if node.static.get("leaves") else 0)])


def _slot(node: Node, region: Region, value: Value) -> int:
    position = _position(region.parameters, value)
    return position - 1 if node.operation is FOR else position


def _position(values: tuple[Value, ...] | list[Value], value: Value) -> int:
    return next(number for number, candidate in enumerate(values) if candidate is value)


def _sweep(region: Region, values: set[Value], nodes: set[Node]) -> None:
    kept = []
    for node in region.nodes:
        if node not in nodes:
            continue
        kept.append(node)
        if node.operation is FOR or node.operation is WHILE:
            drop_slots(node, [value in values for value in node.results])
        elif node.operation is IF or node.operation is WITH:
            keep = [value in values for value in node.results]
            for inner in node.regions:
                inner.results = [value for value, stays in zip(inner.results, keep, strict=True) if stays]
            node.results = tuple(value for value, stays in zip(node.results, keep, strict=True) if stays)
        for inner in node.regions:
            _sweep(inner, values, nodes)
    region.nodes = kept


def drop_slots(node: Node, keep: list[bool]) -> None:
    """Remove the carried slots of a loop for which `keep` is false; nothing may use them any more."""
    if all(keep):
        return
    offset = 3 if node.operation is FOR else 0
    node.operands = (*node.operands[:offset], *(v for v, stays in zip(node.operands[offset:], keep, strict=True) if stays))
    body = node.regions[-1]
    lead = 1 if node.operation is FOR else 0
    body.parameters = [*body.parameters[:lead], *(v for v, stays in zip(body.parameters[lead:], keep, strict=True) if stays)]
    lead = 1 if node.static.get("leaves") else 0
    body.results = [*body.results[:lead], *(v for v, stays in zip(body.results[lead:], keep, strict=True) if stays)]
    if node.operation is WHILE:
        test = node.regions[0]
        test.parameters = [v for v, stays in zip(test.parameters, keep, strict=True) if stays]
    node.results = tuple(v for v, stays in zip(node.results, keep, strict=True) if stays)

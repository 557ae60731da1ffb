"""Decides tests of exit codes where the codes are made.

`break`, `continue` and `return` travel as small integers out of branches, and are compared with constants behind them.  A
comparison of a branch's result with a constant moves into the branches, where it is often decided; an `if` whose result is
true in one branch and false in the other is its condition.  Inside a branch its condition is known.  Only booleans and
integers are touched, so nothing is rounded.
"""

from __future__ import annotations

from s2sad.graph.build import Builder
from s2sad.graph.core import AT_TRIP, CONSTANT, IF, Graph, Node, Region, Value
from s2sad.graph.types import BOOL, Number
from s2sad.rules.declare import REGISTRY

_NO_NUMBER = object()


def thread_flags(graph: Graph) -> Graph:
    """Simplify the flags of `graph` in place."""
    _Threader(graph).visit(graph.body)
    return graph


class _Threader:
    def __init__(self, graph: Graph) -> None:
        self.builder = Builder(graph.body, graph.sizes)
        self.replacements: dict[Value, Value] = {}
        self.tests: dict[tuple[Value, object], Value] = {}
        self.known: dict[Value, bool] = {}  # the conditions of the branches around
        self.plain = not any(node.operation is AT_TRIP for node in graph.body.walk())

    def visit(self, region: Region) -> None:
        nodes, region.nodes = region.nodes, []
        self.nodes(nodes, region)
        region.results = [self.settled(value, region) for value in region.results]

    def nodes(self, nodes: list[Node], region: Region) -> None:
        for node in nodes:
            node.operands = tuple(self.settled(value, region) for value in node.operands)
            answer = _number(node.operands[0]) if node.operation is IF and self.plain else _NO_NUMBER
            if isinstance(answer, bool):  # only one of the branches can be reached here
                chosen = node.regions[0 if answer else 1]
                self.nodes(chosen.nodes, region)
                for result, end in zip(node.results, chosen.results, strict=True):
                    self.replacements[result] = self.settled(end, region)
                continue
            for number, inner in enumerate(node.regions):
                if node.operation is IF and node.operands[0].type == BOOL:
                    self.known[node.operands[0]] = number == 0
                self.visit(inner)
            if node.operation is IF:
                self.known.pop(node.operands[0], None)
                region.nodes.append(node)
                self.conditions(node, region)
            elif not self.decided(node, region):
                region.nodes.append(node)

    def settled(self, value: Value, region: Region) -> Value:
        """Return what stands for a value here."""
        value = self.final(value)
        if value not in self.known:
            return value
        with self.builder.inside(region):
            return self.builder.constant(self.known[value])

    def final(self, value: Value) -> Value:
        while value in self.replacements:
            value = self.replacements[value]
        return value

    def conditions(self, node: Node, region: Region) -> None:
        """Replace results that are the condition, or its negation."""
        condition = node.operands[0]
        for number, result in enumerate(node.results):
            ends = tuple(_number(branch.results[number]) for branch in node.regions)
            if result.type != BOOL or ends not in ((True, False), (False, True)) or condition.type != BOOL:
                continue
            if ends == (True, False):
                self.replacements[result] = condition
            else:
                with self.builder.inside(region):
                    self.replacements[result] = self.builder.emit(REGISTRY.rules["logical_not"], condition)

    def decided(self, node: Node, region: Region) -> bool:
        """Move a comparison of a branch's result with a constant into the branches."""
        name = node.operation.name
        if name not in ("equal", "not_equal") or len(node.operands) != 2:
            return False
        value, constant = node.operands
        number = _number(constant)
        if number is _NO_NUMBER or not _pushable(value, region):
            return False
        test = self.test(value, number)
        if name == "not_equal":
            with self.builder.inside(region):
                test = self.builder.emit(REGISTRY.rules["logical_not"], test)
        self.replacements[node.result] = test
        return True

    def test(self, value: Value, number: object) -> Value:
        """Return a result of the `if` that makes `value`: whether it is `number`."""
        known = self.tests.get((value, number))
        if known is not None:
            return known
        branching = value.owner
        assert isinstance(branching, Node)
        position = next(k for k, result in enumerate(branching.results) if result is value)
        for branch in branching.regions:
            end = branch.results[position]
            with self.builder.inside(branch):
                if _number(end) is not _NO_NUMBER:
                    branch.results.append(self.builder.constant(_number(end) == number))
                elif _pushable(end, branch):
                    branch.results.append(self.test(end, number))
                else:
                    branch.results.append(self.builder.emit(REGISTRY.rules["equal"], end, self.builder.constant(number)))
        result = Value(BOOL, "", branching, branching.location)
        branching.results = (*branching.results, result)
        ends = tuple(_number(branch.results[-1]) for branch in branching.regions)
        condition = branching.operands[0]
        if ends == (True, False) and condition.type == BOOL:
            result = condition
        self.tests[value, number] = result
        return result


def _number(value: Value) -> object:
    owner = value.owner
    if isinstance(owner, Node) and owner.operation is CONSTANT and type(owner.static["value"]) in (bool, int):
        return owner.static["value"]
    return _NO_NUMBER


def _pushable(value: Value, region: Region) -> bool:
    """Whether a value is the result of an `if` of this region with a constant in one branch at least."""
    owner = value.owner
    if (
        not isinstance(owner, Node)
        or owner.operation is not IF
        or not isinstance(value.type, Number)
        or value.type.kind not in ("bool", "int")
    ):
        return False
    if owner not in region.nodes:
        return False
    position = next(k for k, result in enumerate(owner.results) if result is value)
    ends = [branch.results[position] for branch in owner.regions]
    return any(_number(end) is not _NO_NUMBER for end in ends)

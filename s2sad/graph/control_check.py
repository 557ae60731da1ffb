"""The invariants of control nodes: operands, regions, and the types that meet at their ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from s2sad.graph.agree import agree
from s2sad.graph.core import CALL, FOR, IF, TRY, WHILE, WITH, Graph, Node, Operation, Value
from s2sad.graph.invariants import INVARIANTS, Violation
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Array, Number, Residual, Scalar, Type


class ControlCheck:
    """Collects what is wrong with the control nodes of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.found: list[Violation] = []

    def fail(self, invariant: str, message: str) -> None:
        assert invariant in INVARIANTS, invariant
        self.found.append(Violation(invariant, message))

    def match(self, what: str, sources: Sequence[Value], targets: Sequence[Value]) -> None:
        if len(sources) != len(targets):
            self.fail("region-results", f"{what}: {len(sources)} values for {len(targets)}")
            return
        for source, target in zip(sources, targets, strict=True):
            if not agree(source.type, target.type, self.known_sizes()):
                self.fail("branch-types", f"{what}: {source!r} for {target!r}")

    def regions(self, node: Node, count: int) -> bool:
        if len(node.regions) != count:
            self.fail("region-count", f"{node!r} has {len(node.regions)} regions, not {count}")
            return False
        return True

    def do_if(self, node: Node) -> None:
        if len(node.operands) != 1:
            self.fail("operand-count", f"{node!r} has {len(node.operands)} operands, not 1")
        if self.regions(node, 2):
            for region in node.regions:
                if region.parameters:
                    self.fail("region-parameters", f"a branch of {node!r} takes {len(region.parameters)} values")
                self.match(f"a branch of {node!r}", region.results, node.results)

    def do_for(self, node: Node) -> None:
        if len(node.operands) < 3:
            self.fail("operand-count", f"{node!r} has {len(node.operands)} operands, not 3 or more")
            return
        if not self.regions(node, 1):
            return
        (body,) = node.regions
        initial = node.operands[3:]
        if len(body.parameters) != len(initial) + 1:
            self.fail("region-parameters", f"the body of {node!r} takes {len(body.parameters)} values, not {len(initial) + 1}")
            return
        for value in (*node.operands[:3], body.parameters[0]):
            if not _is_int(value.type):
                self.fail("loop-bounds", f"{value!r} in {node!r}")
        self.carried(node, initial, body.parameters[1:])
        results = body.results
        if node.static.get("leaves"):
            if not results:
                self.fail("region-results", f"the body of {node!r} does not say whether to leave")
                return
            results = results[1:]
        self.carried(node, results, body.parameters[1:], "region-results")
        self.carried(node, node.results, body.parameters[1:], "region-results")

    def do_while(self, node: Node) -> None:
        if not self.regions(node, 2):
            return
        test, body = node.regions
        if len(test.results) != 1:
            self.fail("region-results", f"the test of {node!r} has {len(test.results)} results")
        for region in (test, body):
            if len(region.parameters) != len(node.operands):
                self.fail("region-parameters", f"a region of {node!r} takes {len(region.parameters)} values, not {len(node.operands)}")
                return
            self.carried(node, node.operands, region.parameters)
            self.carried(node, body.results[1 if node.static.get("leaves") else 0 :], region.parameters, "region-results")
        self.carried(node, node.results, body.parameters, "region-results")

    def carried(self, node: Node, sources: Sequence[Value], targets: Sequence[Value], count: str = "region-parameters") -> None:
        if len(sources) != len(targets):
            self.fail(count, f"{node!r} carries {len(targets)} values, not {len(sources)}")
            return
        for source, target in zip(sources, targets, strict=True):
            if not agree(source.type, target.type, self.known_sizes()):
                self.fail("carried-types", f"{node!r} carries {target!r}, and is given {source!r}")

    def known_sizes(self) -> Sizes | None:
        """Return the size facts; a half of a split graph has none of its own: what was assumed is tested at the entry of the other."""
        halved = any(isinstance(value.type, Residual) for value in self.graph.parameters)
        return None if halved else self.graph.sizes

    def do_call(self, node: Node) -> None:
        self.regions(node, 0)
        callee = node.static.get("graph")
        if isinstance(callee, Graph) and callee.stage == "open":
            return
        if not isinstance(callee, Graph):
            self.fail("call-types", f"{node!r} has no graph")
            return
        if len(node.operands) != len(callee.parameters):
            self.fail("operand-count", f"call of {callee.name} with {len(node.operands)} operands, not {len(callee.parameters)}")
            return
        if len(node.results) != len(callee.results):
            self.fail("region-results", f"call of {callee.name} has {len(node.results)} results, not {len(callee.results)}")
            return
        # Sizes are the callee's own: only kinds are compared.
        for source, target in (*zip(node.operands, callee.parameters, strict=True), *zip(callee.results, node.results, strict=True)):
            if not agree(source.type, target.type):
                self.fail("call-types", f"call of {callee.name}: {source!r} for {target!r}")

    def do_try(self, node: Node) -> None:
        handlers = node.static.get("handlers", ())
        if not self.regions(node, len(handlers) + 3):
            return
        body, *caught, otherwise, finish = node.regions
        for region in (body, otherwise, finish):
            if region.parameters:
                self.fail("region-parameters", f"a part of {node!r} takes {len(region.parameters)} values")
        for region in (otherwise if otherwise.results else body, *caught):
            if region in caught and len(region.parameters) > 1:
                self.fail("region-parameters", f"a handler of {node!r} takes {len(region.parameters)} values")
            self.match(f"a part of {node!r}", region.results, node.results)
        if finish.results:
            self.fail("region-results", f"the finally of {node!r} has results")

    def do_with(self, node: Node) -> None:
        if self.regions(node, 1):
            (body,) = node.regions
            if body.parameters and len(body.parameters) != len(node.operands):
                self.fail("region-parameters", f"the body of {node!r} takes {len(body.parameters)} values, not {len(node.operands)}")
            self.match(f"the body of {node!r}", body.results, node.results)


SHAPES: dict[Operation, Callable[[ControlCheck, Node], None]] = {
    IF: ControlCheck.do_if,
    FOR: ControlCheck.do_for,
    WHILE: ControlCheck.do_while,
    CALL: ControlCheck.do_call,
    TRY: ControlCheck.do_try,
    WITH: ControlCheck.do_with,
}


def _is_int(kind: Type) -> bool:
    return (isinstance(kind, Number) and kind.kind in ("int", "bool")) or (isinstance(kind, (Scalar, Array)) and kind.dtype[0] in "iub")

"""Operations that are declared by a formula for their value: both modes follow from the operations of the formula.

The value itself is what NumPy's function computes; the formula is written with differentiable operations, on symbols, without control
flow.  A pull-back appends the formula's nodes and walks them backwards, a push-forward walks them as they come; what a derivative does
not need of them is dead code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2sad.graph.build import Builder
from s2sad.graph.core import Node, Region, Value
from s2sad.graph.sizes import Sizes
from s2sad.graph.types import Type, is_inexact
from s2sad.rules.conform import conform
from s2sad.rules.declare import REGISTRY, Formula, Rule, Symbol, primitive
from s2sad.rules.formula import kind_of


def derived(
    name: str, signature: str, spelling: str, evaluate: Formula, body: Formula, *, infer: Callable[..., Type] | None = None, **facts: Any
) -> Rule:
    """Declare an operation whose value is also that of ``body(*operands, **static)``; `infer` is the formula's own where not given."""

    def type_of_body(sizes: Sizes, *kinds: Type, **static: Any) -> Type:
        builder = Builder(Region(), sizes)
        return kind_of(body(*(Symbol(builder, Value(kind)) for kind in kinds), **static))

    def pushforward(k: int, t: Any, y: Any, /, *operands: Any, **static: Any) -> Any:
        return _Walk(t.builder, k, operands, static, body).forward(t)

    def pullback(k: int, g: Any, y: Any, /, *operands: Any, **static: Any) -> Any:
        return _Walk(g.builder, k, operands, static, body).backward(g)

    return primitive(
        name, signature, spelling, evaluate, infer=infer or type_of_body, pushforwards=pushforward, pullbacks=pullback, **facts
    )


class _Walk:
    """One walk over the nodes of a formula, for one of its operands."""

    def __init__(self, builder: Builder, k: int, operands: tuple[Any, ...], static: dict[str, Any], body: Formula) -> None:
        self.builder = builder
        self.operand = operands[k]
        self.source = Value(kind_of(self.operand))  # stands for the operand, which may be given twice
        self.region = Region()
        with builder.inside(self.region):
            given = [Symbol(builder, self.source) if number == k else one for number, one in enumerate(operands)]
            self.result = body(*given, **static)
        self.nodes = list(self.region.nodes)

    def close(self, result: Value | None) -> Symbol | None:
        """Append what has been built to the region around; always all of it, for references to forward values may be among it."""
        for node in self.region.nodes:
            if self.source in node.operands:
                node.operands = tuple(self.operand.value if value is self.source else value for value in node.operands)
        self.builder.region.nodes.extend(self.region.nodes)
        if result is None:
            return None
        return Symbol(self.builder, self.operand.value if result is self.source else result)

    def forward(self, t: Symbol) -> Symbol | None:
        """Return the tangent of the result."""
        tangents: dict[Value, Value] = {self.source: t.value}
        with self.builder.inside(self.region):
            for node in self.nodes:
                rule = node.operation
                if not isinstance(rule, Rule) or rule.pushforward is None:
                    continue
                operands = [Symbol(self.builder, value) for value in node.operands]
                for number, operand in enumerate(node.operands):
                    if operand not in tangents:
                        continue
                    given = Symbol(self.builder, tangents[operand])
                    parts = rule.pushforward(number, given, self._results(rule, node), *operands, **node.static)
                    for value, part in zip(node.results, parts if rule.results else (parts,), strict=True):
                        self._add(tangents, value, part)
        return self.close(tangents.get(self.result.value))

    def backward(self, g: Symbol) -> Symbol | None:
        """Return the cotangent of the operand."""
        if not isinstance(self.result, Symbol):
            return self.close(None)
        varied = {self.source}
        for node in self.nodes:
            if not varied.isdisjoint(node.operands):
                varied.update(value for value in node.results if is_inexact(value.type))
        cotangents: dict[Value, Value] = {}
        with self.builder.inside(self.region):
            cotangents[self.result.value] = conform(self.builder, g, self.result)
            for node in reversed(self.nodes):
                rule = node.operation
                if not isinstance(rule, Rule) or rule.pullback is None or not any(value in cotangents for value in node.results):
                    continue
                given = tuple(Symbol(self.builder, cotangents[value]) if value in cotangents else None for value in node.results)
                operands = [Symbol(self.builder, value) for value in node.operands]
                for number, operand in enumerate(node.operands):
                    if operand in varied:
                        part = rule.pullback(
                            number, given if rule.results else given[0], self._results(rule, node), *operands, **node.static
                        )
                        self._add(cotangents, operand, part)
        return self.close(cotangents.get(self.source))

    def _results(self, rule: Rule, node: Node) -> Any:
        results = tuple(Symbol(self.builder, value) for value in node.results)
        return results if rule.results else results[0]

    def _add(self, sums: dict[Value, Value], value: Value, part: Any) -> None:
        if part is None or not is_inexact(value.type):
            return
        contribution = conform(self.builder, part, value)
        known = sums.get(value)
        sums[value] = contribution if known is None else self.builder.emit(REGISTRY.rules["add"], known, contribution)

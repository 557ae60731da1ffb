"""Forward mode, graph to graph: the tangent of every varied value is computed right after the value.

Loops carry tangents beside values, branches give tangents beside results, calls call the pushed-forward callee
(A. Griewank, A. Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, section 3.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from s2sad.analysis.activity import varied_values
from s2sad.derivative.cotangents import in_slot, slot_type, sum_of, zeros_of
from s2sad.errors import UnsupportedError
from s2sad.graph.build import Builder
from s2sad.graph.clone import copy_graph
from s2sad.graph.core import AT_TRIP, CALL, CONSTANT, FOR, IF, TRY, UNDEFINED, WHILE, WITH, Graph, Node, Region, Value
from s2sad.graph.types import is_inexact
from s2sad.record import record
from s2sad.rules.conform import conform
from s2sad.rules.declare import Rule, Symbol


@record(frozen=True)
class Pushed:
    """A graph with tangents; `active_results` are the numbers of the primal results that have one, in order."""

    graph: Graph
    active_results: list[int]


@record(eq=False)
class PushedCallees:
    """The push-forwards of called graphs, one for each pattern of active arguments."""

    graphs: dict[tuple[Graph, tuple[int, ...]], Pushed] = field(default_factory=dict)


def forward(graph: Graph, wrt: Sequence[int], *, callees: PushedCallees | None = None) -> Pushed:
    """Return the graph that computes values and tangents.

    Parameters
    ----------
    graph : Graph
        The primal; it is left as it is.
    wrt : sequence of int
        Numbers of the parameters that have a tangent.

    Returns
    -------
    Pushed
        Parameters: those of the primal, then one tangent for each parameter in `wrt`.  Results: those of the primal,
        then one tangent for each number in `active_results`.
    """
    pushed = Pushed(Graph(graph.name), [])
    _push_into(pushed, graph, wrt, callees or PushedCallees(), graph.name, called=False)
    return pushed


def _push_into(pushed: Pushed, graph: Graph, wrt: Sequence[int], callees: PushedCallees, name: str, *, called: bool) -> None:
    copy, _ = copy_graph(graph, name)
    target = pushed.graph
    target.name, target.body, target.sizes, target.size_sources, target.stage = name, copy.body, copy.sizes, copy.size_sources, copy.stage
    inputs = [target.parameters[number] for number in wrt]
    varied = varied_values(target, inputs)
    builder = Builder(target.body, target.sizes, simplify=True)
    push = _Push(builder, varied, callees)
    pushed.active_results.extend(k for k, value in enumerate(target.results) if value in varied)
    for value in inputs:
        tangent = Value(slot_type(value.type) if called else value.type, tangent_name(value), target.body)
        target.body.parameters.append(tangent)
        push.tangents[value] = tangent
    push.region(target.body)
    target.body.results += [push.tangent(target.results[k]) for k in pushed.active_results]


def tangent_name(value: Value) -> str:
    """Return the name of the tangent of a value: `h_dot` for `h`."""
    return f"{value.name}_dot" if value.name else ""


class _Push:
    def __init__(self, builder: Builder, varied: set[Value], callees: PushedCallees) -> None:
        self.builder = builder
        self.varied = varied
        self.callees = callees
        self.tangents: dict[Value, Value] = {}

    def region(self, region: Region) -> None:
        """Put the tangents of a region's nodes behind the nodes."""
        nodes, region.nodes = region.nodes, []
        with self.builder.inside(region):
            for node in nodes:
                self.builder.location, self.builder.reverses = node.location, node.reverses
                self._node(node)

    def tangent(self, value: Value) -> Value:
        """Return the tangent of a value, zeros where it has none."""
        tangent = self.tangents.get(value)
        if tangent is not None:
            return tangent
        owner = value.owner
        if isinstance(owner, Node) and owner.operation is UNDEFINED:
            tangent = self.builder.undefined(slot_type(value.type), tangent_name(value))
        else:
            tangent = zeros_of(self.builder, value.type, lambda: value)
            if isinstance(tangent.owner, Node) and isinstance(tangent.owner.operation, Rule):
                tangent.name = tangent_name(value)
        return tangent

    def _node(self, node: Node) -> None:
        operation = node.operation
        append = self.builder.region.nodes.append
        if operation is FOR or operation is WHILE:
            self._loop(node)
        elif operation is IF or operation is WITH:
            self._branches(node)
        elif operation is CALL:
            self._call(node)
        elif operation is TRY:
            if any(value in self.varied for value in node.results):
                raise UnsupportedError(
                    "the derivative of a try statement is not known.",
                    remedy="move the computation out of the try",
                    code="S2S210",
                    location=node.location,
                )
            append(node)
        elif operation is AT_TRIP:
            append(node)
            (source,) = node.operands
            if source in self.tangents:
                self.tangents[node.result] = self.builder.at_trip(self.tangents[source])
        else:
            append(node)
            if isinstance(operation, Rule) and any(operand in self.tangents for operand in node.operands):
                self._rule(operation, node)

    def _rule(self, rule: Rule, node: Node) -> None:
        if rule.results:
            self._several(rule, node)
            return
        if rule.kind == "constant" or len(node.results) != 1 or not is_inexact(node.result.type):
            return
        result = node.result
        total = self._joint(rule, node) if is_jointly_linear(rule) else self._sum(rule, node)
        if total is None:
            return
        tangent = conform(self.builder, total, result)
        owner = tangent.owner
        if result.name and not tangent.name and isinstance(owner, Node) and isinstance(owner.operation, Rule):
            tangent.name = tangent_name(result)
        self.tangents[result] = tangent

    def _several(self, rule: Rule, node: Node) -> None:
        """Push forward through an operation with several results."""
        if rule.kind == "constant":
            return
        y = tuple(Symbol(self.builder, value) for value in node.results)
        operands = [Symbol(self.builder, operand) for operand in node.operands]
        for number, operand in enumerate(node.operands):
            tangent = self.tangents.get(operand)
            if tangent is None or rule.pushforward is None:
                continue
            parts = rule.pushforward(number, Symbol(self.builder, tangent), y, *operands, **node.static)
            for result, part in zip(node.results, parts, strict=True):
                if part is None or not is_inexact(result.type):
                    continue
                value = conform(self.builder, part, result)
                known = self.tangents.get(result)
                self.tangents[result] = value if known is None else self.builder.emit(sum_of(result.type), known, value)
                if result.name and not self.tangents[result].name:
                    self.tangents[result].name = tangent_name(result)

    def _sum(self, rule: Rule, node: Node) -> Value | None:
        """Add up the contributions of the operands."""
        y = Symbol(self.builder, node.result)
        operands = [Symbol(self.builder, operand) for operand in node.operands]
        total: Value | None = None
        for number, operand in enumerate(node.operands):
            tangent = self.tangents.get(operand)
            if tangent is None:
                continue
            if rule.pushforward is None:
                raise UnsupportedError(
                    f"{rule.name} has no push-forward.", remedy="rewrite it with other functions", code="S2S212", location=node.location
                )
            contribution = rule.pushforward(number, Symbol(self.builder, tangent), y, *operands, **node.static)
            if contribution is None:
                continue
            value = contribution.value if isinstance(contribution, Symbol) else self.builder.constant(contribution)
            total = value if total is None else self.builder.emit(sum_of(node.result.type), total, value)
        return total

    def _joint(self, rule: Rule, node: Node) -> Value:
        """Apply an operation that is linear in all its data at once to the tangents."""
        operands = []
        for number, operand in enumerate(node.operands):
            tangent = self.tangents.get(operand)
            if tangent is not None:
                operands.append(tangent)
            elif not is_inexact(operand.type) and not _is_data(rule, number):
                operands.append(operand)
            elif rule.name in ("put", "where") and number:
                operands.append(self.builder.constant(0.0))
            else:
                operands.append(zeros_of(self.builder, operand.type, lambda operand=operand: operand))  # type: ignore[misc]
        return self.builder.emit(rule, *operands, **node.static)

    def carried(self, value: Value, slot: Value) -> Value:
        """Return the tangent of `value` as a tangent of `slot`, of which it may be another kind of number."""
        if value not in self.tangents and isinstance(value.owner, Node) and value.owner.operation is CONSTANT:
            return zeros_of(self.builder, slot.type, lambda: value)
        return in_slot(self.builder, self.tangent(value), slot.type)

    def _loop(self, node: Node) -> None:
        builder = self.builder
        is_for = node.operation is FOR
        body = node.regions[-1]
        parameters = body.parameters[1:] if is_for else body.parameters
        initial = node.operands[3:] if is_for else node.operands
        lead = 1 if node.static.get("leaves") else 0
        slots = [k for k, parameter in enumerate(parameters) if parameter in self.varied or node.results[k] in self.varied]
        starts = [self.carried(initial[k], node.results[k]) for k in slots]
        for k in slots:
            body.parameters.append(Value(slot_type(node.results[k].type), tangent_name(parameters[k]), body, node.location))
            self.tangents[parameters[k]] = body.parameters[-1]
            if not is_for:
                test = node.regions[0]
                test.parameters.append(Value(slot_type(node.results[k].type), tangent_name(parameters[k]), test, node.location))
        self.region(body)
        with builder.inside(body):
            body.results += [self.carried(body.results[lead + k], node.results[k]) for k in slots]
        node.operands = (*node.operands, *starts)
        results = [Value(slot_type(node.results[k].type), tangent_name(node.results[k]), node, node.location) for k in slots]
        self.tangents.update((node.results[k], result) for k, result in zip(slots, results, strict=True))
        node.results = (*node.results, *results)
        builder.region.nodes.append(node)

    def _branches(self, node: Node) -> None:
        slots = [k for k, value in enumerate(node.results) if value in self.varied]
        for region in node.regions:
            self.region(region)
            with self.builder.inside(region):
                region.results += [self.carried(region.results[k], node.results[k]) for k in slots]
        results = [Value(slot_type(node.results[k].type), tangent_name(node.results[k]), node, node.location) for k in slots]
        self.tangents.update((node.results[k], result) for k, result in zip(slots, results, strict=True))
        node.results = (*node.results, *results)
        self.builder.region.nodes.append(node)

    def _call(self, node: Node) -> None:
        callee: Graph = node.static["graph"]
        wrt = tuple(k for k, value in enumerate(node.operands) if value in self.tangents)
        if not wrt:
            self.builder.region.nodes.append(node)
            return
        pushed = self.callees.graphs.get((callee, wrt))
        if pushed is None:
            number = sum(known is callee for known, _ in self.callees.graphs)
            name = f"{callee.name}_tangent{number or ''}"
            pushed = self.callees.graphs[callee, wrt] = Pushed(Graph(name), [])  # known before it is built: the callee may call itself
            _push_into(pushed, callee, wrt, self.callees, name, called=True)
        node.static = {**node.static, "graph": pushed.graph}
        node.operands = (*node.operands, *(self.tangents[node.operands[k]] for k in wrt))
        results = [
            Value(slot_type(node.results[k].type), tangent_name(node.results[k]), node, node.location) for k in pushed.active_results
        ]
        self.tangents.update((node.results[k], result) for k, result in zip(pushed.active_results, results, strict=True))
        node.results = (*node.results, *results)
        self.builder.region.nodes.append(node)


def is_jointly_linear(rule: Rule) -> bool:
    """Whether the operation applied to all tangents at once is the push-forward."""
    return rule.name in ("put", "add_at", "where", "list_append", "list_put", "list_insert", "list_slice_put", "list_concat", "pack") or (
        rule.kind == "linear" and rule.signature.variadic
    )


def _is_data(rule: Rule, number: int) -> bool:
    """Whether an operand is data that the operation moves, not an index or a condition."""
    if rule.name in ("put", "add_at", "list_put", "list_insert", "list_slice_put"):
        return number < 2
    if rule.name == "where":
        return number > 0
    return rule.signature.variadic or number < len(rule.signature.operands)

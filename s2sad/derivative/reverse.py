"""Reverse mode, graph to graph.

The result is one graph: the primal nodes, then the reverse sweep, which walks the primal backwards and builds the
cotangent of every active value from those of its uses (A. Griewank, A. Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008,
chapter 3).  The reverse sweep refers to values of the forward sweep wherever it needs them; those inside loops and branches
are referred to by `at_trip`.  How they survive is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from s2sad.analysis.activity import active_values
from s2sad.derivative.control import count_trips, residual_of, reverse_call, reverse_for, reverse_if, reverse_while, reverse_with
from s2sad.derivative.cotangents import Cotangents, Frame, Mask, part_of, slot_type, sum_of, zeros_of
from s2sad.errors import NOWHERE, UnsupportedError
from s2sad.graph.build import Builder
from s2sad.graph.clone import copy_graph
from s2sad.graph.core import AT_TRIP, CALL, CONSTANT, FOR, IF, TRY, WHILE, WITH, Domain, Graph, Node, Region, Value
from s2sad.graph.index import Path, View
from s2sad.graph.types import Residual, dtype_of, is_inexact, parts_of, shape_of
from s2sad.record import record
from s2sad.rules.conform import conform
from s2sad.rules.declare import REGISTRY, Rule, Symbol
from s2sad.rules.indexing import paired
from s2sad.rules.simplify import materialised


@record(frozen=True)
class Reversed:
    """A joint graph.

    The first `boundary` nodes of its body are the forward sweep; the first `parameters` parameters and `results` results are
    those of the primal.
    """

    graph: Graph
    boundary: int
    parameters: int
    results: int


Halves = tuple[Graph, Graph]
_READ_ONLY = frozenset({"diagonal"})  # views that NumPy does not let be written
Cut = Callable[[Reversed], Halves]


@record(eq=False)
class Callees:
    """The split derivatives of called graphs, one for each pattern of active arguments and results.

    `cut` separates a joint graph into a forward half, whose last result is the residual, and a reverse half, whose first
    parameter it is.
    """

    cut: Cut | None = None
    halves: dict[tuple[Graph, tuple[int, ...], tuple[int, ...]], Halves] = field(default_factory=dict)


def reverse(
    graph: Graph, wrt: Sequence[int], outputs: Sequence[int], *, seeds: Sequence[float | None] = (), callees: Callees | None = None
) -> Reversed:
    """Return the graph of the primal followed by its reverse sweep.

    Parameters
    ----------
    graph : Graph
        The primal; it is left as it is.
    wrt : sequence of int
        Numbers of the parameters whose cotangents are asked for.
    outputs : sequence of int
        Numbers of the results that have a cotangent.
    seeds : sequence of float or None
        For each output its cotangent as a constant, or None: a new parameter.
    callees : Callees, optional
        The derivatives of called graphs that exist already.

    Returns
    -------
    Reversed
        Parameters: those of the primal, then one cotangent for each output without a seed.  Results: those of the primal,
        then one cotangent for each parameter in `wrt`, of the parameter's type.
    """
    joint, _ = copy_graph(graph)
    joint.stage = "pure"  # whatever the primal was: the reverse sweep refers to it by `at_trip`
    parameters = list(joint.parameters)
    primal_results = list(joint.results)
    active = active_values(joint, [parameters[number] for number in wrt], [primal_results[number] for number in outputs])
    builder = Builder(joint.body, joint.sizes, simplify=True)
    sweep = Sweep(builder, active, callees or Callees())
    sweep.prepare(joint.body)
    sweep.enter(Frame(joint.body, joint.body, sweep.homes))
    primal_nodes = list(joint.body.nodes)
    boundary = len(primal_nodes)
    builder.reverses = NOWHERE
    for position, number in enumerate(outputs):
        output = primal_results[number]
        seed = seeds[position] if position < len(seeds) else None
        if seed is None:
            cotangent = Value(slot_type(output.type), f"d{output.name or 'out'}", joint.body)
            joint.body.parameters.append(cotangent)
        else:
            cotangent = builder.constant(seed)
        if output in active:
            sweep.cotangents.add(output, cotangent)
    sweep.nodes(primal_nodes)
    builder.reverses = NOWHERE
    results = []
    for number in wrt:
        parameter = parameters[number]
        total = sweep.residual(parameter) if isinstance(parameter.type, Residual) else sweep.cotangents.total_or_zero(parameter)
        filled = materialised(builder, total)
        if filled is not total:
            filled.name = total.name
        results.append(filled)
    joint.body.results = primal_results + results
    return Reversed(joint, boundary, len(graph.parameters), len(graph.results))


@record(frozen=True)
class SplitCall:
    """A call whose callee has been split: the residual, the reverse half, and which arguments and results take part."""

    residual: Value
    reverse: Graph
    wrt: tuple[int, ...]
    outputs: tuple[int, ...]


class Sweep:
    """Walks regions backwards; `cotangents` belongs to the region at hand."""

    cotangents: Cotangents

    def __init__(self, builder: Builder, active: set[Value], callees: Callees) -> None:
        self.builder = builder
        self.active = active
        self.callees = callees
        # Cotangents of at_trip references met so far: forward value -> their values in other regions of the same domain.
        self.later: dict[Value, list[Value]] = {}
        self.homes: dict[Value, Domain] = {}
        self.trips: dict[Node, Value] = {}  # loops that may end early -> the number of trips made
        self.calls: dict[Node, SplitCall] = {}

    def enter(self, frame: Frame) -> None:
        """Begin with the outermost frame."""
        self.cotangents = Cotangents(self.builder, frame)

    def prepare(self, region: Region) -> None:
        """Let the forward sweep keep what only it knows: trips of loops that end early, residuals of calls."""
        nodes = region.nodes
        region.nodes = []
        builder = Builder(region, self.builder.sizes)
        for node in nodes:
            for inner in node.regions:
                self.prepare(inner)
            if node.operation is WHILE or node.static.get("leaves"):
                parts: list[Region | Node] = [node, *node.regions]
                if any(value in self.active for part in parts for value in _defined_in(part)):
                    self.trips[node] = count_trips(node, builder.constant(0))
            elif node.operation is CALL and any(value in self.active for value in node.results):
                self._split(node)
            region.nodes.append(node)
        self.homes.update((value, region.domain) for value in region.parameters)
        self.homes.update((value, region.domain) for node in region.nodes for value in node.results)

    def _split(self, node: Node) -> None:
        callee: Graph = node.static["graph"]
        wrt = tuple(k for k, value in enumerate(node.operands) if value in self.active and is_inexact(value.type))
        outputs = tuple(k for k, value in enumerate(node.results) if value in self.active)
        key = (callee, wrt, outputs)
        halves = self.callees.halves.get(key)
        if halves is None:
            assert self.callees.cut is not None, "calls can be reversed only with a way to cut a joint graph"
            suffix = "" if not any(known is callee for known, _, _ in self.callees.halves) else f"_{len(self.callees.halves)}"
            name = f"{callee.name}{suffix}"
            halves = (Graph(f"{name}_forward", stage="open"), Graph(f"{name}_reverse", stage="open"))
            self.callees.halves[key] = halves  # known before it is built: the callee may call itself
            joint = reverse(callee, wrt, outputs, callees=self.callees)
            joint.graph.name = name
            for half, content in zip(halves, self.callees.cut(joint), strict=True):
                half.body, half.sizes, half.size_sources, half.stage = content.body, content.sizes, content.size_sources, content.stage
        self.calls[node] = SplitCall(residual_of(node, halves[0]), halves[1], wrt, outputs)

    def awaited(self, region: Region) -> bool:
        """Whether a value of the region has been given a cotangent from another region of its domain."""
        if not self.later:
            return False
        return any(value in self.later for value in _defined_in(region))

    @contextmanager
    def inside(self, frame: Frame) -> Iterator[Cotangents]:
        """Reverse in another frame for a while."""
        outer, self.cotangents = self.cotangents, Cotangents(self.builder, frame)
        with self.builder.inside(frame.reverse):
            if self.later:
                for value in [value for value in self.later if value in frame.own]:
                    for cotangent in self.later.pop(value):
                        self.cotangents.add(value, self.builder.at_trip(cotangent))
            yield self.cotangents
            for value in frame.foreign():
                total = self.cotangents.total(value)
                if total is not None:
                    self.later.setdefault(value, []).append(total)
        self.cotangents = outer

    def nodes(self, nodes: Sequence[Node]) -> None:
        """Reverse a list of nodes, last first."""
        for node in reversed(nodes):
            if not any(value in self.active and self.cotangents.has(value) for value in node.results) and not node.regions:
                continue
            self.builder.location = node.location
            self.builder.reverses = node.location
            operation = node.operation
            if operation is FOR:
                reverse_for(self, node)
            elif operation is WHILE:
                reverse_while(self, node)
            elif operation is IF:
                reverse_if(self, node)
            elif operation is CALL:
                reverse_call(self, node)
            elif operation is WITH:
                reverse_with(self, node)
            elif operation is AT_TRIP:
                self._at_trip(node)
            elif isinstance(operation, Rule):
                self._rule(operation, node)
            elif operation is TRY and any(value in self.active for value in node.results):
                raise UnsupportedError(
                    "the derivative of a try statement is not known.",
                    remedy="move the computation out of the try",
                    code="S2S210",
                    location=node.location,
                )

    def _at_trip(self, node: Node) -> None:
        """The cotangent of a reference belongs to the value referred to; the region that defines it takes it up later."""
        total = self.cotangents.total(node.result)
        (source,) = node.operands
        if total is not None and source in self.active:
            self.cotangents.add(source, total)

    def _rule(self, rule: Rule, node: Node) -> None:
        if rule.kind == "constant" or not any(operand in self.active for operand in node.operands):
            return
        if rule.name in ("get", "list_get"):
            self._get(node, "add_at" if rule.name == "get" else "list_add")
            return
        if rule.name == "where":
            self._where(node)
            return
        if rule.name == "item" and isinstance(node.operands[0].type, Residual):
            return  # the components of a residual are put together at the end
        if rule.name == "item":
            self._item(node)
            return
        if rule.results:
            cotangents = tuple(self._cotangent_or_none(value) for value in node.results)
            results = tuple(self.cotangents.symbol(value) for value in node.results)
            self._pull(rule, node, cotangents, results, None)
            return
        if len(node.results) != 1:
            raise UnsupportedError(f"the derivative of {rule.name} is not known.", remedy="", code="S2S211", location=node.location)
        result = node.result
        mask: Mask | None = None
        if rule.kind == "elementwise":
            entry = self.cotangents.masked(result)
            assert entry is not None
            g, mask = entry.value, entry.mask
            if mask is not None and any(operand in self.active and not _same_shape(operand, result) for operand in node.operands):
                g, mask = self.cotangents.plain(entry), None
            if mask is None:
                g = self._total(result)
        else:
            g = self._total(result)
        self._pull(rule, node, Symbol(self.builder, g), self.cotangents.symbol(result), mask)

    def _cotangent_or_none(self, value: Value) -> Symbol | None:
        total = self.cotangents.total(value) if value in self.active else None
        return None if total is None else Symbol(self.builder, total)

    def _pull(self, rule: Rule, node: Node, cotangent: Any, y: Any, mask: Mask | None) -> None:
        """Add what the rule's pull-back gives to the cotangents of the operands."""
        operands = [self.cotangents.symbol(operand) for operand in node.operands]
        if rule.pullback is None:
            raise UnsupportedError(
                f"{rule.name} has no pull-back.", remedy="rewrite it with other functions", code="S2S212", location=node.location
            )
        for number, operand in enumerate(node.operands):
            if operand not in self.active:
                continue
            contribution = rule.pullback(number, cotangent, y, *operands, **node.static)
            if contribution is None:
                continue
            value = contribution.value if isinstance(contribution, Symbol) else self.builder.constant(contribution)
            self.cotangents.add(operand, conform(self.builder, value, operands[number]), mask)

    def residual(self, parameter: Value) -> Value:
        """Return the cotangent of a residual: the cotangents of its components, packed; None where a component is passive."""
        region = self.cotangents.frame.forward
        items = [node for node in region.nodes if node.operation.name == "item" and node.operands[0] is parameter]
        parts: dict[int, Value] = {}
        for node in items:
            active = is_inexact(node.result.type)
            parts[node.static["number"]] = self.cotangents.total_or_zero(node.result) if active else self.builder.constant(None)
        components = [parts[number] if number in parts else self.builder.constant(None) for number in range(max(parts, default=-1) + 1)]
        return self.builder.emit(REGISTRY.rules["pack"], *components, kind=parameter.type)

    def _total(self, value: Value) -> Value:
        total = self.cotangents.total(value)
        assert total is not None
        return total

    def _get(self, node: Node, accumulate: str) -> None:
        """Reading a part: its cotangent is added to that part of the base's cotangent, in place if the buffer allows."""
        base, *varying = node.operands
        if base not in self.active:
            return
        g = self._total(node.result)
        references = [self.cotangents.refer(value) for value in varying]
        path = node.static.get("path", ())
        step = next((number for number, one in enumerate(path) if isinstance(one, View) and one.name in _READ_ONLY), None)
        static = dict(node.static)
        if step is not None:  # nothing can be added through such a view
            g, static["path"] = self._behind(base, g, references, path, step), path[:step]
        elif accumulate == "add_at":
            if paired(1, path) < 0 and (dtype_of(base.type) or "")[0] != "c":
                return  # the imaginary part of something real
            g = paired(Symbol(self.builder, g), path).value
        accumulator = self.cotangents.total_or_zero(base)
        self.cotangents.set(base, self.builder.emit(REGISTRY.rules[accumulate], accumulator, g, *references, **static))

    def _behind(self, base: Value, g: Value, references: list[Value], path: Path, number: int) -> Value:
        """Return the cotangent of what a view that cannot be written is taken of."""
        step = path[number]
        assert isinstance(step, View)
        whole = Symbol(self.builder, self.cotangents.refer(base))
        operands = [Symbol(self.builder, value) for value in references]
        get, rule = REGISTRY.rules["get"], REGISTRY.rules[step.name]
        matrix = get(whole, *operands, path=path[:number]) if number else whole
        view = rule(matrix, **dict(step.static))
        cotangent = Symbol(self.builder, g)
        if path[number + 1 :]:
            zeros = zeros_of(self.builder, view.type, lambda: view.value)
            cotangent = REGISTRY.rules["add_at"](Symbol(self.builder, zeros), cotangent, *operands, path=path[number + 1 :])
        assert rule.pullback is not None
        return conform(self.builder, rule.pullback(0, cotangent, view, matrix, **dict(step.static)), matrix)

    def _item(self, node: Node) -> None:
        """Reading a part of a tuple or record: the cotangent of the whole is put together of those of its parts."""
        (base,) = node.operands
        if base not in self.active:
            return
        g = self._total(node.result)
        before = self.cotangents.total_or_zero(base)
        number, builder = node.static["number"], self.builder
        kinds = parts_of(base.type)
        parts = [part_of(builder, before, k, kind) for k, kind in enumerate(kinds)]
        parts[number] = g if _is_zero(parts[number]) else builder.emit(sum_of(kinds[number]), parts[number], g)
        self.cotangents.set(base, builder.emit(REGISTRY.rules["pack"], *parts, kind=base.type))

    def _where(self, node: Node) -> None:
        """`where` passes its cotangent on with a mask; it is applied where the branch's elementwise chain ends."""
        condition, *branches = node.operands
        g = self._total(node.result)
        for branch, inverted in zip(branches, (False, True), strict=True):
            if branch not in self.active:
                continue
            if _same_shape(branch, node.result) and _same_shape(condition, node.result):
                self.cotangents.add(branch, g, Mask(condition, inverted))
            else:
                masked = Symbol(self.builder, g)
                y = self.cotangents.symbol(node.result)
                operands = [self.cotangents.symbol(operand) for operand in node.operands]
                rule = node.operation
                assert isinstance(rule, Rule) and rule.pullback is not None
                contribution = rule.pullback(2 if inverted else 1, masked, y, *operands)
                self.cotangents.add(branch, conform(self.builder, contribution, self.cotangents.symbol(branch)))


def _is_zero(value: Value) -> bool:
    owner = value.owner
    if not isinstance(owner, Node):
        return False
    return (owner.operation is CONSTANT and owner.static["value"] == 0) or owner.operation.name in (
        "zeros",
        "zeros_like",
        "container_zeros",
    )


def _defined_in(region: Region | Node) -> Iterator[Value]:
    if isinstance(region, Node):
        yield from region.results
        return
    yield from region.parameters
    for node in region.nodes:
        yield from node.results
        for inner in node.regions:
            yield from _defined_in(inner)


def _same_shape(left: Value, right: Value) -> bool:
    shape = shape_of(left.type)
    return shape is not None and shape == shape_of(right.type)

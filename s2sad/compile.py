"""The compiler, read from top to bottom: which passes run, in which order, for which request.

    lower            user's function -> graph                      (frontend)
    derive           graph -> graph of the derivative              (derivative)
    PURE             clean up; `at_trip` still names what the reverse sweep needs
    keep             decide how those values survive               (memory)
    KEPT             clean up again
    split            only for vjp: forward half and pull-back      (memory)
    place            decide buffers; from here the order is binding (memory)
    emit, load       graph -> text -> function                     (emit)

With ``S2SAD_VERIFY=1`` every graph is verified after every pass; with ``S2SAD_POISON=1`` buffers are filled with NaN when they die.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any

import s2sad.rules  # noqa: F401  (fills the registry)
from s2sad.analysis.scopes import free_values
from s2sad.derivative.forward import forward
from s2sad.derivative.reverse import Callees, Reversed, reverse
from s2sad.emit import Emitted, FunctionSpec, Needs, compile_module, emit_function, print_module
from s2sad.errors import DifferentiationError, Location
from s2sad.frontend import Lowered, lower
from s2sad.graph.core import Graph, Node, Value
from s2sad.graph.sizes import Assumption
from s2sad.graph.tree import Branch, Leaf, Tree
from s2sad.graph.types import Token
from s2sad.layout import Layout, Outside, entry_checks, identifier, standalone_module
from s2sad.memory import keep, place, split
from s2sad.optimize.common import common_subexpressions
from s2sad.optimize.dead_code import dead_code
from s2sad.optimize.flags import thread_flags
from s2sad.optimize.inline import inline
from s2sad.optimize.simplify import simplify
from s2sad.plan import Derived, Problem, derive, take_kinds
from s2sad.record import record, replace
from s2sad.request import Parameters, Request
from s2sad.structure import Pattern

Pass = Callable[[Graph], Graph]

PRIMAL: tuple[tuple[str, Pass], ...] = (("inline", inline), ("flags", thread_flags), ("primal dead code", dead_code))
PURE: tuple[tuple[str, Pass], ...] = (
    ("dead code", dead_code),
    ("common subexpressions", common_subexpressions),
    ("simplify", simplify),
    ("simplified dead code", dead_code),
)
KEPT: tuple[tuple[str, Pass], ...] = (("kept dead code", dead_code), ("kept common subexpressions", common_subexpressions))
STAGES = (
    "lower",
    *(name for name, _ in PRIMAL),
    "derive",
    *(name for name, _ in PURE),
    "keep",
    *(name for name, _ in KEPT),
    "split",
    "place",
)

Observer = Callable[[str, Graph], None]


@record()
class Driver:
    """Runs passes; verifies after each when asked to, and shows each graph to an observer."""

    observe: Observer | None = None
    verify: bool = field(default_factory=lambda: os.environ.get("S2SAD_VERIFY", "") not in ("", "0"))
    poison: bool = field(default_factory=lambda: os.environ.get("S2SAD_POISON", "") not in ("", "0"))

    def run(self, name: str, change: Pass, graph: Graph) -> Graph:
        """Run one pass."""
        try:
            result = change(graph)
        except DifferentiationError:
            raise
        except Exception as error:
            error.add_note(f"s2sad: in the pass {name!r} on {graph.name}")
            raise
        self.see(name, result)
        return result

    def see(self, name: str, graph: Graph) -> None:
        """Verify and show a graph."""
        if self.verify:
            from s2sad.graph.verify import verify

            try:
                verify(graph)
            except Exception as error:
                error.add_note(f"s2sad: after the pass {name!r} on {graph.name}")
                raise
        if self.observe is not None:
            self.observe(name, graph)

    def passes(self, passes: Sequence[tuple[str, Pass]], graph: Graph) -> Graph:
        """Run several passes, on the graphs that are called as well."""
        for one in reversed(reachable(graph)):
            for name, change in passes:
                self.run(name, change, one)
        return graph

    def finish(self, graph: Graph) -> Graph:
        """Lower a pure graph to a sequenced one."""
        graph = self.run("keep", keep, self.passes(PURE, graph))
        return self.place(self.passes(KEPT, graph))

    def place(self, graph: Graph) -> Graph:
        """Decide buffers."""
        return self.run("place", lambda g: place(g, self.poison), graph)

    def cut(self, joint: Reversed) -> tuple[Graph, Graph]:
        """Cut the derivative of a called function into its halves."""
        return self.halves(joint.graph, joint.boundary, joint.parameters, joint.results)

    def halves(self, graph: Graph, boundary: int, parameters: int | None = None, results: int | None = None) -> tuple[Graph, Graph]:
        """Cut a joint graph: the forward half, whose last result is the residual, and the reverse half."""
        reverse_nodes = set(graph.body.nodes[boundary:])
        cotangents = cotangent_parameters(graph, reverse_nodes)
        graph = self.run("keep", lambda g: keep(g, popping=False), self.passes(PURE, graph))
        graph = self.passes(KEPT, graph)
        halves = split(graph, first_reverse_node(graph, reverse_nodes, cotangents), parameters=parameters, results=results)
        for half in halves:
            self.see("split", half)
        return halves


def reachable(graph: Graph) -> list[Graph]:
    """Return a graph and all that it calls, each once, in order of first call; not those that are still being made."""
    found = {graph: None}
    waiting = [graph]
    while waiting:
        for callee in waiting.pop(0).callees():
            if callee not in found and callee.stage != "open":
                found[callee] = None
                waiting.append(callee)
    return list(found)


def cotangent_parameters(graph: Graph, reverse_nodes: set[Node]) -> set[Value]:
    """Return the parameters that only the reverse sweep reads."""
    read = {value for node in graph.body.nodes if node not in reverse_nodes for value in free_values(node)}
    return {value for value in graph.parameters if value not in read}


def first_reverse_node(graph: Graph, reverse_nodes: set[Node], cotangents: set[Value]) -> int:
    """Return where the reverse sweep begins: at its first node that is left, or at the first that reads a cotangent."""
    for position, node in enumerate(graph.body.nodes):
        if node in reverse_nodes or not cotangents.isdisjoint(free_values(node)):
            return position
    return len(graph.body.nodes)


@record()
class Compiled:
    """A derivative as text and functions.

    `source` is what runs; `standalone` gives the same as a module of its own, whose functions test their arguments.  `live` are
    the keywords under which the functions take what the primal reads from outside.
    """

    derived: Derived
    source: str
    functions: tuple[Callable[..., Any], ...]
    live: list[tuple[str, Outside]]
    assumptions: tuple[Assumption, ...]
    standalone: Callable[[], str]

    @property
    def lowered(self) -> Lowered:
        """The primal."""
        return self.derived.lowered


def lower_target(
    function: Any,
    chain: tuple[Request, ...],
    parameters: Parameters,
    pattern: Pattern,
    arguments: dict[str, Any] | None,
    driver: Driver,
    location: Location | None,
) -> Lowered:
    """Lower a function, or a derivative of it: the graph of a derivative is taken before anything is kept."""
    lowered = lower(function, pattern, derive=nested(driver), live=arguments)
    driver.see("lower", lowered.graph)
    lowered = replace(lowered, graph=driver.passes(PRIMAL, lowered.graph))
    for request in chain:
        if request.kind not in ("grad", "value_and_grad"):
            raise DifferentiationError(
                f"the result of {request.kind} cannot be differentiated again as a whole.",
                code="S2S306",
                remedy="write a function that calls it, and differentiate that",
                location=location,
            )
        problem = Problem(lowered, parameters, pattern.trees, pattern.parts, request, arguments, location)
        derived = derive(problem, Callees(cut=driver.cut))
        driver.see("derive", derived.graph)
        lowered = replace(derived.lowered, inputs=derived.inputs, graph=driver.passes(PURE, derived.graph), output=derived.output)
    return lowered


def compile_derivative(problem: Problem, chain: tuple[Request, ...], driver: Driver) -> Compiled:
    """Compile one derivative for one kind of arguments."""
    derived = derive(problem, Callees(cut=driver.cut))
    driver.see("derive", derived.graph)
    if problem.request.kind == "primal":
        text = str(derived.graph)
        return Compiled(derived, text, (), [], (), lambda: text)
    name = "_".join([identifier(problem.parameters.function), *(request.kind for request in chain)])
    layout = Layout(problem, derived, name)
    if derived.boundary is None:
        graph = driver.finish(derived.graph)
        specs = [layout.whole(graph, f"{name}_{problem.request.kind}")]
        graphs = [graph]
    else:
        forward, backward = (driver.place(half) for half in driver.halves(derived.graph, derived.boundary, *derived.first_half))
        graphs = [forward, backward]
        specs = [layout.forward(forward, f"{name}_forward"), layout.backward(backward, f"{name}_pullback")]
    emitted, callees = emit_all(graphs, specs)
    text = print_module([*callees, *emitted])
    title = f"{problem.request.kind} of {problem.parameters.function}"
    functions = compile_module([*callees, *emitted], text, title=title)
    assumptions = tuple(derived.graph.sizes.assumptions)

    def standalone() -> str:
        checked = [replace(specs[0], entry_checks=entry_checks(problem, derived, specs[0], assumptions)), *specs[1:]]
        again, called = emit_all(graphs, checked)
        return standalone_module([*called, *again], f"{derived.what}.\n\nGenerated by s2sad for {layout.types()}.")

    return Compiled(derived, text, tuple(functions[spec.name] for spec in specs), layout.live, assumptions, standalone)


def emit_all(graphs: Sequence[Graph], specs: Sequence[FunctionSpec]) -> tuple[list[Emitted], list[Emitted]]:
    """Emit functions and, in the order of their first call, the functions that they call."""
    names: dict[Graph, str] = {}
    taken = {spec.name for spec in specs}
    for callee in dict.fromkeys(callee for graph in graphs for callee in reachable(graph)[1:]):
        label, number = identifier(callee.name), 2
        while label in taken:
            label, number = f"{identifier(callee.name)}_{number}", number + 1
        taken.add(label)
        names[callee] = label
    needs = Needs()
    callees = [emit_function(graph, callee_spec(graph, label), callees=names, needs=needs) for graph, label in names.items()]
    return [emit_function(graph, spec, callees=names, needs=needs) for graph, spec in zip(graphs, specs, strict=True)], callees


def callee_spec(graph: Graph, name: str) -> FunctionSpec:
    """Describe a called function: parameters and results in order."""
    labels: list[str] = []
    inputs = []
    for value in graph.parameters:
        if isinstance(value.type, Token):
            continue
        stem = identifier(value.name or "x")
        label, number = stem, 2
        while label in labels:
            label, number = f"{stem}{number}", number + 1
        labels.append(label)
        inputs.append((value, label))
    numbers = [number for number, value in enumerate(graph.results) if not isinstance(value.type, Token)]
    output: Tree = Branch("tuple", None, tuple(range(len(numbers))), tuple(Leaf(number) for number in numbers))
    return FunctionSpec(name, ", ".join(labels), inputs, Leaf(numbers[0]) if len(numbers) == 1 else output)


def nested(driver: Driver) -> Callable[..., Any]:
    """Return what the frontend calls for a derivative inside the user's function."""

    def derive_graph(kind: str, graph: Graph, wrt: list[int], outputs: list[int]) -> tuple[Graph, list[int]]:
        """Return the graph of a derivative, and for forward mode the numbers of the results that have a tangent."""
        if kind == "reverse":
            joint = reverse(graph, wrt, outputs, seeds=[1.0] * len(outputs), callees=Callees(cut=driver.cut)).graph
            count = len(graph.results)
            take_kinds(joint, {count + k: graph.parameters[number].type for k, number in enumerate(wrt)})
            return driver.passes(PURE, joint), []
        pushed = forward(graph, wrt)
        return driver.passes(PURE, pushed.graph), pushed.active_results

    return derive_graph

"""Every invariant of a graph, by name.

The passes rely on these without testing them; the verifier tests them, after every pass in the tests and wherever
``S2SAD_VERIFY=1`` is set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from s2sad.graph.agree import agree
from s2sad.graph.control_check import SHAPES, ControlCheck
from s2sad.graph.core import AT_TRIP, CONSTANT, CONTROL, FOR, SIZE, TRY, UNDEFINED, WHILE, Graph, Node, Operation, Region, Value
from s2sad.graph.index import Index, View
from s2sad.graph.invariants import Violation
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import Array, Token, Tuple, Type
from s2sad.graph.versions import stale_reads
from s2sad.record import replace

STAGES = ("pure", "kept", "sequenced")
_CORE: tuple[Operation, ...] = (*CONTROL, CONSTANT, UNDEFINED, SIZE, AT_TRIP)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}|\s")


class VerifyError(Exception):
    """A graph breaks an invariant; a defect of s2sad, never of the user's program."""

    def __init__(self, graph: Graph, violations: Sequence[Violation]) -> None:
        shown = "\n".join(f"  {violation}" for violation in violations[:10])
        more = f"\n  and {len(violations) - 10} more" if len(violations) > 10 else ""
        super().__init__(f"graph {graph.name} ({graph.stage}) is malformed:\n{shown}{more}")
        self.violations = tuple(violations)
        self.invariant = violations[0].invariant


def verifying() -> bool:
    """Whether graphs are to be verified after every pass."""
    return os.environ.get("S2SAD_VERIFY", "") not in ("", "0")


def verify(
    graph: Graph, *, operations: Mapping[str, Operation] | None = None, writable: Iterable[int] | None = None, owned_results: bool = False
) -> Graph:
    """Return `graph` if it, and every graph that it calls, keeps all invariants.

    Parameters
    ----------
    graph : Graph
        In any stage.
    operations : mapping, optional
        The registry: every operation must be in it.
    writable : iterable of int, optional
        Numbers of the parameters whose buffers a sequenced graph may write; None: all.
    owned_results : bool
        Whether the results of a sequenced graph escape to the user, who may write them.

    Raises
    ------
    VerifyError
        With the names of the broken invariants.
    """
    found = violations(graph, operations=operations, writable=writable, owned_results=owned_results)
    if found:
        raise VerifyError(graph, found)
    for callee in _reachable(graph):
        found = violations(callee, operations=operations)
        if found:
            raise VerifyError(callee, found)
    return graph


def violations(
    graph: Graph, *, operations: Mapping[str, Operation] | None = None, writable: Iterable[int] | None = None, owned_results: bool = False
) -> list[Violation]:
    """Return the broken invariants of one graph, not of its callees."""
    check = _Check(graph, operations)
    check.run()
    if not check.found and graph.stage == "sequenced":
        for name, message in stale_reads(graph, None if writable is None else frozenset(writable), owned_results):
            check.fail(name, message)
    return check.found


def _reachable(graph: Graph) -> list[Graph]:
    found: dict[Graph, None] = {}
    waiting = [callee for callee in graph.callees() if callee.stage != "open"]
    while waiting:
        callee = waiting.pop(0)
        if callee is not graph and callee not in found:
            found[callee] = None
            waiting.extend(inner for inner in callee.callees() if inner.stage != "open")
    return list(found)


class _Check(ControlCheck):
    """One walk over a graph."""

    def __init__(self, graph: Graph, operations: Mapping[str, Operation] | None) -> None:
        super().__init__(graph)
        self.operations = operations
        self.named: dict[str, Operation] = {}
        self.placed: dict[Node | Region, None] = {}
        self.chains: dict[Value, tuple[Region, ...]] = {}  # regions around the definition of a value, outermost first
        self.scope: dict[Value, None] = {}
        self.order: dict[Value, None] = {}  # everything computed so far, in scope or not
        # Inference records what it assumes: it must not do so in the graph.
        facts = graph.sizes
        self.sizes: Sizes = replace(facts, seen=dict(facts.seen), assumptions=dict(facts.assumptions), labels=set(facts.labels))

    def run(self) -> None:
        if self.graph.stage not in STAGES:
            self.fail("stage", f"{self.graph.stage!r}")
        self.sources()
        self.region(self.graph.body, (self.graph.body,))
        self.tokens(self.graph.body)

    def sources(self) -> None:
        for name, (value, axis) in self.graph.size_sources.items():
            source = value
            while isinstance(source.owner, Node) and source.owner.operation.name == "item":  # a component of a residual
                source = source.owner.operands[0]
            if not any(source is parameter for parameter in self.graph.parameters):
                self.fail("size-sources", f"{name} comes from {value!r}, which is no parameter")
            elif axis is not None and not (isinstance(value.type, Array) and (value.type.shape is None or axis < len(value.type.shape))):
                self.fail("size-sources", f"{name} is axis {axis} of {value!r}")
        for fact in self.graph.sizes.assumptions:
            for side in (fact.left, fact.right):
                self.known(side, f"assumption {fact}")

    def known(self, size: Size, where: str) -> None:
        for atom in size.atoms():
            if not atom.entry:
                self.fail("static-sizes", f"{where} needs {atom}, which is known only at run time")
            elif atom.name not in self.graph.size_sources:
                self.fail("size-sources", f"{where} needs {atom}, which has no source")

    def region(self, region: Region, chain: tuple[Region, ...]) -> None:
        if region in self.placed:
            self.fail("defined-once", "a region stands at two places")
            return
        self.placed[region] = None
        mine: list[Value] = []
        for value in region.parameters:
            self.define(value, region, chain, mine)
        for node in region.nodes:
            if node in self.placed:
                self.fail("defined-once", f"{node!r} stands at two places")
                continue
            self.placed[node] = None
            self.node(node, chain)
            for value in node.results:
                self.define(value, node, chain, mine)
        for value in region.results:
            self.read(value, "a result of a region")
        for value in mine:
            self.scope.pop(value, None)

    def define(self, value: Value, owner: Node | Region, chain: tuple[Region, ...], mine: list[Value]) -> None:
        if value in self.chains:
            self.fail("defined-once", f"{value!r} has two definitions")
            return
        if value.owner is not owner:
            self.fail("defined-once", f"the owner of {value!r} is {value.owner!r}, not {owner!r}")
        if _ADDRESS.search(value.name) or not value.name.isprintable():
            self.fail("deterministic-names", f"{value.name!r}")
        self.chains[value] = chain
        self.scope[value] = None
        self.order[value] = None
        mine.append(value)

    def read(self, value: Value, user: str) -> None:
        if value not in self.scope:
            state = "out of scope" if value in self.order else "not defined before"
            self.fail("scope", f"{user} uses {value!r}, which is {state}")

    def node(self, node: Node, chain: tuple[Region, ...]) -> None:
        operation = node.operation
        self.registered(operation)
        if operation is AT_TRIP:
            self.at_trip(node, chain)
        else:
            for value in node.operands:
                self.read(value, repr(node))
        for key, fact in node.static.items():
            for size in _static_sizes(fact, inside_types=key == "row"):
                self.known(size, f"{key} of {node!r}")
        shape = SHAPES.get(operation)
        if shape is None:
            if node.regions:
                self.fail("region-count", f"{node!r} has {len(node.regions)} regions")
            self.inferred(node)
            return
        before = len(self.found)
        shape(self, node)
        if operation is TRY and len(self.found) == before:
            self.attempt(node, chain)
            return
        for region in node.regions:
            self.region(region, (*chain, region))

    def attempt(self, node: Node, chain: tuple[Region, ...]) -> None:
        """Walk a try: its else part sees the values of its body."""
        body, otherwise = node.regions[0], node.regions[-2]
        for region in node.regions:
            if region is not otherwise:
                self.region(region, (*chain, region))
                if region is body:
                    inner = [value for part in (body.parameters, *(each.results for each in body.nodes)) for value in part]
                    self.scope.update(dict.fromkeys(inner))
                    self.region(otherwise, (*chain, body, otherwise))
                    for value in inner:
                        self.scope.pop(value, None)

    def registered(self, operation: Operation) -> None:
        if any(operation is one for one in _CORE):
            return
        if self.named.setdefault(operation.name, operation) is not operation:
            self.fail("registered", f"two operations are called {operation.name}")
        if self.operations is not None and self.operations.get(operation.name) is not operation:
            self.fail("registered", f"{operation.name} is not in the registry")

    def at_trip(self, node: Node, chain: tuple[Region, ...]) -> None:
        if self.graph.stage != "pure":
            self.fail("at-trip-stage", f"at_trip in stage {self.graph.stage}")
        if len(node.operands) != 1:
            self.fail("operand-count", f"at_trip has {len(node.operands)} operands")
            return
        value = node.operands[0]
        if value not in self.order:
            self.fail("at-trip-order", f"at_trip refers to {value!r}, which is not computed before")
            return
        definition = self.chains[value]
        shared = 0
        while shared < min(len(chain), len(definition)) and chain[shared] is definition[shared]:
            shared += 1
        around = iter(chain[shared:])
        for region in definition[shared:]:
            if not any(candidate.domain is region.domain for candidate in around):
                self.fail("at-trip-domain", f"at_trip of {value!r} is not inside domain {region.domain.name or '?'}")
                return

    def inferred(self, node: Node) -> None:
        operation = node.operation
        kinds = [value.type for value in node.operands]
        if operation.effect:
            if not kinds or not isinstance(kinds[0], Token) or not any(isinstance(value.type, Token) for value in node.results):
                self.fail("effect-token", f"{node!r} does not pass a token on")
            return
        several = getattr(operation, "results", ())
        if operation.infer is None or (len(node.results) != 1 and not several):
            if operation.evaluate is None:
                self.fail("registered", f"{operation.name} can neither be inferred nor evaluated")
            return
        try:
            expected = operation.infer(self.sizes, *kinds, **node.static)
        except Exception as error:  # whatever a type rule says, the node is wrong
            self.fail("result-types", f"{node!r} of {', '.join(map(str, kinds))}: {type(error).__name__}: {error}")
            return
        given: Type = Tuple(tuple(value.type for value in node.results)) if several else node.result.type
        if not agree(expected, given):
            self.fail("result-types", f"{node!r} of {', '.join(map(str, kinds))} gives {expected}, not {given}")

    def tokens(self, region: Region) -> dict[Value, int]:
        """Return how often each token from outside is used on the worst path through a region."""
        uses: dict[Value, int] = {}
        local = dict.fromkeys(region.parameters)
        for node in region.nodes:
            local.update(dict.fromkeys(node.results))
            for value in node.operands:
                if isinstance(value.type, Token):
                    uses[value] = uses.get(value, 0) + 1
            inner = [self.tokens(part) for part in node.regions]
            loops = node.operation is FOR or node.operation is WHILE
            for value in dict.fromkeys(value for part in inner for value in part):
                uses[value] = uses.get(value, 0) + (2 if loops else max(part.get(value, 0) for part in inner))
        for value in region.results:
            if isinstance(value.type, Token):
                uses[value] = uses.get(value, 0) + 1
        for value, times in uses.items():
            if value in local and times > 1:
                self.fail("token-linear", f"token {value!r} is used twice on one path")
        return {value: times for value, times in uses.items() if value not in local}


def _static_sizes(fact: Any, inside_types: bool) -> Iterator[Size]:
    match fact:
        case Size():
            yield fact
        case Array(shape=shape) if inside_types and shape is not None:
            yield from shape
        case View(static=static):
            yield from _static_sizes(static, inside_types)
        case Index():
            return
        case tuple() | list():
            for part in fact:
                yield from _static_sizes(part, inside_types)

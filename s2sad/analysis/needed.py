"""What to keep of a forward sweep for a later one, and what to compute again.

Every value in demand is either *kept* (stored by the forward sweep, read by the later one) or *recomputed* from other values, which are
then in demand themselves.  With a cost for each, the cheapest choice is a minimum cut of the graph of what is computed from
what.  Costs are guesses in units of 10 ns, with 1000 for every size that is not known: what comes out must depend on the program
alone, never on the arguments seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Protocol

from s2sad.analysis.cut import INFINITE, Network
from s2sad.graph.core import AT_TRIP, CONSTANT, CONTROL, IF, SIZE, UNDEFINED, Node, Value
from s2sad.graph.index import is_view
from s2sad.graph.sizes import Size
from s2sad.graph.types import Array, Dict, Generator, List, Number, Scalar, Token, Type
from s2sad.record import record

TYPICAL = 1000  # elements along a dimension whose size is not known
TRIPS = 16  # trips of a loop
SMALL_BRANCH = 8  # nodes in an `if` that may be computed again
# Elementwise operations that cost more than reading a result from memory, and others that are more than one pass over the data.
DEAR = frozenset(
    (
        "exp",
        "exp2",
        "expm1",
        "log",
        "log2",
        "log10",
        "log1p",
        "logaddexp",
        "logaddexp2",
        "power",
        "float_power",
        "cbrt",
        "hypot",
        "sinc",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "arctan2",
        "sinh",
        "cosh",
        "tanh",
        "arcsinh",
        "arccosh",
        "arctanh",
        "erf",
        "erfc",
        "gamma",
        "gammaln",
        "sort",
        "argsort",
        "unique",
        "cumsum",
        "cumprod",
        "median",
        "quantile",
        "percentile",
        "convolve",
    )
)


class Plan(Protocol):
    """What a choice is made from."""

    def sources(self, value: Value) -> tuple[Value, ...] | None:
        """Return what `value` can be recomputed from, leaving out what is at hand; None when it must be kept."""

    def recompute_cost(self, value: Value) -> int:
        """Return the cost of computing `value` again, its sources given."""

    def keep_cost(self, value: Value) -> int:
        """Return the cost of keeping `value`."""


@record()
class Choice:
    """Values to be kept, and values to be recomputed, in the order in which they were met."""

    kept: list[Value] = field(default_factory=list)
    recomputed: list[Value] = field(default_factory=list)


def choose(targets: Iterable[Value], plan: Plan) -> Choice:
    """Decide for all that `targets` ask for."""
    targets = list(targets)
    sources: dict[Value, tuple[Value, ...] | None] = {}
    waiting = list(reversed(targets))
    while waiting:
        value = waiting.pop()
        if value not in sources:
            found = sources[value] = plan.sources(value)
            waiting.extend(reversed(found or ()))
    if all(found is not None for found in sources.values()):
        cheapest = min((plan.keep_cost(value) for value in targets), default=0)
        if sum(map(plan.recompute_cost, sources)) <= cheapest:
            return Choice(recomputed=list(sources))
    network = Network()
    vertices: dict[Value, tuple[int, int]] = {value: (network.vertex(), network.vertex()) for value in sources}
    for value, found in sources.items():
        before, after = vertices[value]
        network.edge(before, after, plan.keep_cost(value))
        network.edge(0, before, INFINITE if found is None else plan.recompute_cost(value))
        for source in dict.fromkeys(found or ()):
            network.edge(vertices[source][1], before, INFINITE)
    for value in targets:
        network.edge(vertices[value][1], 1, INFINITE)
    needed = network.cut()
    choice = Choice()
    for value, (before, after) in vertices.items():
        if needed[before] and sources[value] is not None:
            choice.recomputed.append(value)
        elif needed[after]:
            choice.kept.append(value)
    return choice


def elements(kind: Type) -> int:
    """Guess the number of elements of an array."""
    if not isinstance(kind, Array):
        return 1
    if kind.shape is None:
        return TYPICAL * TYPICAL
    total = 1
    for size in kind.shape:
        total *= _guess(size)
    return total


def _guess(size: Size) -> int:
    return max(size.constant + sum(count * TYPICAL for _, count in size.terms), 1) if size.terms else max(size.constant, 0)


def storing_cost(value: Value, by_elements: bool = False) -> int:
    """Return what storing a value once a trip and reading it again costs.

    A version of an array that the trip writes element by element (`by_elements`) is more work to store than all that the trip does:
    what is read of it is to be kept instead.
    """
    kind = value.type
    if by_elements and isinstance(kind, Array):
        return 50 * elements(kind)
    if isinstance(kind, Number | Scalar):
        return 60  # and the forward sweep has to run, which it may not if all is recomputed
    if isinstance(kind, Array):
        return 130 + elements(kind) // 4
    if isinstance(kind, List | Dict):
        return 50 * TYPICAL  # a copy of all of it: what is read of it is to be kept instead
    return INFINITE if isinstance(kind, Token | Generator) else 40


def computing_cost(node: Node) -> int | None:
    """Return what computing a node again costs; None when it must not be."""
    operation = node.operation
    if operation in (CONSTANT, SIZE, UNDEFINED, AT_TRIP):
        return 0
    if operation is IF:
        return _branch_cost(node)
    if operation in CONTROL or operation.effect or len(node.results) != 1:
        return None
    kind = node.result.type
    if not isinstance(kind, Array):
        largest = max((elements(value.type) for value in node.operands), default=1)
        if operation.name == "get":
            return 6
        cost = 3 if isinstance(kind, Number) else 5
        if operation.expensive or operation.name in DEAR or operation.name.startswith("math_"):
            cost += 7
        return cost if largest == 1 else 50 + largest // 4
    if operation.sharing != "fresh" and is_view(node.static.get("path", ())):
        return 12
    count = elements(kind)
    return 400 + 4 * count if operation.expensive or operation.name in DEAR else 50 + count // 8


def _branch_cost(node: Node) -> int | None:
    total = 5
    count = 0
    for region in node.regions:
        for inner in region.nodes:
            cost = None if inner.regions else computing_cost(inner)
            count += cost != 0
            if cost is None or count > SMALL_BRANCH:
                return None
            total += cost
    return total

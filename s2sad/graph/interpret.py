"""Run a graph directly: the oracle for every pass.

Before placement a graph is functional, so `put` and its kin copy their base; once the stage is ``"sequenced"`` they write in
place and views share memory, exactly as the generated code behaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from s2sad.graph.conform import nonconformity
from s2sad.graph.core import AT_TRIP, CALL, FOR, IF, SIZE, TRY, UNDEFINED, WHILE, WITH, Graph, Node, Operation, Region, Value
from s2sad.graph.index import Index, View
from s2sad.graph.sizes import Size
from s2sad.graph.storage import WRITES
from s2sad.graph.types import Array, Dict, List, Number, Optional, Record, Tuple, Type
from s2sad.record import replace


class InterpretError(Exception):
    """The graph itself is wrong: it cannot be run."""


class Unbound:
    """What `undefined` evaluates to: it may be handed around, but not used."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<unbound {self.name or '?'}>"

    def error(self, operand: Value) -> UnboundLocalError:
        """Return what Python raises when the name is used."""
        name = self.name or operand.name or "?"
        return UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value", name=name)


def interpret(graph: Graph, arguments: Sequence[object], *, check: bool = False) -> list[object]:
    """Return the results of `graph` for `arguments`, one a parameter (None for tokens).

    Parameters
    ----------
    graph : Graph
        In any stage.
    arguments : sequence
        Python numbers, NumPy arrays and whatever else the types of the parameters say.
    check : bool
        Whether every value is compared with its declared type (dtype, rank, sizes).
    """
    results = _Activation(graph, list(arguments), {}, check).run()
    for value, result in zip(graph.results, results, strict=True):
        if isinstance(result, Unbound):
            raise result.error(value)
    return results


def entry_argument(value: Value, given: dict[Value, object]) -> Any:
    """Return an argument, or a component of a residual that is one."""
    if value in given:
        return given[value]
    owner = value.owner
    assert isinstance(owner, Node) and owner.operation.name == "item", f"{value!r} is not known at entry"
    return entry_argument(owner.operands[0], given)[owner.static["number"]]


class _Plan:
    """What one walk over a graph finds out: which values `at_trip` refers to, and the regions around each of them."""

    __slots__ = ("chains",)

    def __init__(self, graph: Graph) -> None:
        self.chains: dict[Value, tuple[Region, ...]] = {}
        wanted = dict.fromkeys(node.operands[0] for node in graph.body.walk() if node.operation is AT_TRIP)
        if wanted:
            self._find(graph.body, (), wanted)

    def _find(self, region: Region, chain: tuple[Region, ...], wanted: dict[Value, None]) -> None:
        self.chains.update((value, chain) for value in region.parameters if value in wanted)
        for node in region.nodes:
            self.chains.update((value, chain) for value in node.results if value in wanted)
            for number, inner in enumerate(node.regions):
                around = (*chain, node.regions[0]) if node.operation is TRY and number == len(node.regions) - 2 else chain
                self._find(inner, (*around, inner), wanted)


class _Activation:
    """One execution of one graph."""

    __slots__ = (
        *("arguments", "atoms", "check", "environment", "graph", "in_place", "plan", "plans", "records", "regions", "statics", "trips"),
    )

    def __init__(self, graph: Graph, arguments: list[object], plans: dict[Graph, _Plan], check: bool) -> None:
        self.graph = graph
        self.arguments = arguments
        self.plans = plans
        self.check = check
        if graph not in plans:
            plans[graph] = _Plan(graph)
        self.plan = plans[graph]
        self.in_place = graph.stage == "sequenced"
        self.environment: dict[Value, object] = {}
        self.regions: list[Region] = []  # the regions being executed, below the body, outermost first
        self.trips: list[int] = []  # and the instance of each
        self.records: dict[tuple[Value, tuple[int, ...]], object] = {}
        self.statics: dict[Node, dict[str, Any]] = {}
        self.atoms: dict[str, int] = {}

    def run(self) -> list[object]:
        parameters = self.graph.parameters
        if len(parameters) != len(self.arguments):
            raise TypeError(f"graph {self.graph.name} takes {len(parameters)} arguments, not {len(self.arguments)}")
        given = dict(zip(parameters, self.arguments, strict=True))
        for name, (value, axis) in self.graph.size_sources.items():
            argument: Any = entry_argument(value, given)
            self.atoms[name] = int(argument) if axis is None else np.shape(argument)[axis]
        return self.execute(self.graph.body, self.arguments)

    def read(self, value: Value) -> object:
        """Return a value to hand on, bound or not."""
        try:
            return self.environment[value]
        except KeyError:
            raise InterpretError(f"{value!r} is used in {self.graph.name} before it is computed") from None

    def use(self, value: Value) -> Any:
        """Return a value to compute with."""
        result = self.read(value)
        if isinstance(result, Unbound):
            raise result.error(value)
        return result

    def bind(self, value: Value, result: object) -> None:
        if self.check and not isinstance(result, Unbound):
            problem = nonconformity(result, value.type, self.atoms)
            if problem:
                raise InterpretError(f"{value!r} in {self.graph.name} {problem}")
        self.environment[value] = result
        if value in self.plan.chains:
            self.records[value, tuple(self.trips)] = result

    def execute(self, region: Region, arguments: Sequence[object]) -> list[object]:
        """Bind the parameters, run the nodes, return the results."""
        if len(arguments) != len(region.parameters):
            raise InterpretError(f"a region of {self.graph.name} takes {len(region.parameters)} values, not {len(arguments)}")
        for value, argument in zip(region.parameters, arguments, strict=True):
            self.bind(value, argument)
        for node in region.nodes:
            control = _CONTROL.get(node.operation)
            results = control(self, node) if control is not None else self.compute(node)
            if len(results) != len(node.results):
                raise InterpretError(f"{node!r} of {self.graph.name} gave {len(results)} results, not {len(node.results)}")
            for value, result in zip(node.results, results, strict=True):
                self.bind(value, result)
        return [self.read(value) for value in region.results]

    def enter(self, region: Region, arguments: Sequence[object], trip: int = 0) -> list[object]:
        """Execute one instance of an inner region."""
        self.regions.append(region)
        self.trips.append(trip)
        try:
            return self.execute(region, arguments)
        finally:
            self.regions.pop()
            self.trips.pop()

    def compute(self, node: Node) -> Sequence[object]:
        """Apply an ordinary operation."""
        operation = node.operation
        if operation.evaluate is None:
            raise InterpretError(f"operation {operation.name} cannot be run")
        if operation.name == "as_kind" and isinstance(self.read(node.operands[0]), Unbound):
            return [self.read(node.operands[0])]  # only handed around
        data = [self.use(value) for value in node.operands]
        if operation.name in WRITES and data:
            return [self.write(operation, data, self.static(node))]
        outcome = operation.evaluate(*data, **self.static(node))
        if operation.effect and outcome is None:
            return (None,) * len(node.results)
        if len(node.results) == 1 and not (operation.effect and isinstance(outcome, tuple)):
            return (outcome,)
        return tuple(outcome)

    def write(self, operation: Operation, data: list[Any], static: dict[str, Any]) -> object:
        """Apply an operation that makes a new version of its first operand: in place only when the graph is sequenced."""
        assert operation.evaluate is not None
        base = data[0]
        if not self.in_place:
            # A declaration may write in place or give a fresh array: after the copy both are the same.
            if isinstance(base, np.ndarray):
                data[0] = base.copy(order="K")
            elif isinstance(base, (list, dict)):
                data[0] = base.copy()
            return operation.evaluate(*data, **static)
        result = operation.evaluate(*data, **static)
        if result is base:
            return base
        if isinstance(base, np.ndarray):
            base[...] = result
            return base
        if isinstance(base, list):
            base[:] = result
            return base
        if isinstance(base, dict):
            base.clear()
            base.update(result)
            return base
        return result

    def static(self, node: Node) -> dict[str, Any]:
        """Return the static arguments with sizes as ints."""
        known = self.statics.get(node)
        if known is None:
            known = {name: self.resolve(fact) for name, fact in node.static.items()}
            self.statics[node] = known
        return known

    def resolve(self, fact: Any) -> Any:
        match fact:
            case Size():
                number = fact.evaluate(self.atoms)
                if number is None:
                    raise InterpretError(f"size {fact} of {self.graph.name} has no source")
                return number
            case Type():
                return self.resolve_type(fact)
            case tuple() if type(fact) is tuple:
                return tuple(self.resolve(part) for part in fact)
            case list():
                return [self.resolve(part) for part in fact]
            case View(name, static):
                return View(name, self.resolve(static))
            case Index(items):
                return Index(self.resolve(items))
        return fact

    def resolve_type(self, kind: Type) -> Type:
        """Return the type with known sizes; what is known only at run time stays."""
        match kind:
            case Array(dtype, shape) if shape is not None:
                numbers = [(size, size.evaluate(self.atoms)) for size in shape]
                return Array(dtype, tuple(size if number is None else Size.of(number) for size, number in numbers))
            case Number(_, size) if size is not None:
                number = size.evaluate(self.atoms)
                return kind if number is None else replace(kind, size=Size.of(number))
            case List(element):
                return List(self.resolve_type(element))
            case Optional(inner):
                return Optional(self.resolve_type(inner))
            case Dict(key, element):
                return Dict(self.resolve_type(key), self.resolve_type(element))
            case Tuple(elements):
                return Tuple(tuple(map(self.resolve_type, elements)))
            case Record(name, fields):
                return Record(name, tuple((label, self.resolve_type(inner)) for label, inner in fields))
        return kind

    def do_size(self, node: Node) -> Sequence[object]:
        return (self.resolve(node.static["size"]),)

    def do_undefined(self, node: Node) -> Sequence[object]:
        return (Unbound(node.result.name),)

    def do_at_trip(self, node: Node) -> Sequence[object]:
        value = node.operands[0]
        chain = self.plan.chains.get(value)
        if chain is None:
            raise InterpretError(f"at_trip refers to {value!r}, which {self.graph.name} does not define")
        shared = 0
        while shared < min(len(chain), len(self.regions)) and chain[shared] is self.regions[shared]:
            shared += 1
        instance = self.trips[:shared]
        position = shared
        for region in chain[shared:]:
            while position < len(self.regions) and self.regions[position].domain is not region.domain:
                position += 1
            if position == len(self.regions):
                raise InterpretError(f"at_trip of {value!r} in {self.graph.name} is not inside domain {region.domain.name or '?'}")
            instance.append(self.trips[position])
            position += 1
        try:
            return (self.records[value, tuple(instance)],)
        except KeyError:
            raise InterpretError(f"at_trip of {value!r} in {self.graph.name}: instance {tuple(instance)} has not run") from None

    def do_if(self, node: Node) -> Sequence[object]:
        return self.enter(node.regions[0 if self.use(node.operands[0]) else 1], ())

    def do_for(self, node: Node) -> Sequence[object]:
        start, stop, step = (self.use(value) for value in node.operands[:3])
        carried = [self.read(value) for value in node.operands[3:]]
        indices = range(start, stop, step)
        numbers = range(len(indices))
        leaves = bool(node.static.get("leaves"))
        for number in reversed(numbers) if node.static.get("reversed") else numbers:
            carried = self.enter(node.regions[0], (indices[number], *carried), number)
            if leaves:
                left = carried.pop(0)
                if isinstance(left, Unbound):
                    raise left.error(node.regions[0].results[0])
                if left:
                    break
        return carried

    def do_while(self, node: Node) -> Sequence[object]:
        test, body = node.regions
        carried = [self.read(value) for value in node.operands]
        trip = 0
        while True:
            (condition,) = self.enter(test, carried, trip)
            if isinstance(condition, Unbound):
                raise condition.error(test.results[0])
            if not condition:
                return carried
            carried = self.enter(body, carried, trip)
            trip += 1
            if node.static.get("leaves"):
                left = carried.pop(0)
                if isinstance(left, Unbound):
                    raise left.error(body.results[0])
                if left:
                    return carried

    def do_call(self, node: Node) -> Sequence[object]:
        callee = node.static["graph"]
        return _Activation(callee, [self.read(value) for value in node.operands], self.plans, self.check).run()

    def do_try(self, node: Node) -> Sequence[object]:
        body, *handlers, otherwise, finish = node.regions
        try:
            try:
                results = self.enter(body, ())
            except Exception as error:
                for names, handler in zip(node.static["handlers"], handlers, strict=True):
                    if catches(names, error):
                        return self.enter(handler, (error,) if handler.parameters else ())
                raise
            # The else part sees what the body computed: it runs in the body's instance.
            self.regions.append(body)
            self.trips.append(0)
            try:
                rest = self.enter(otherwise, ())
            finally:
                self.regions.pop()
                self.trips.pop()
            return rest if otherwise.results else results
        finally:
            self.enter(finish, ())

    def do_with(self, node: Node) -> Sequence[object]:
        with ExitStack() as stack:
            entered = [stack.enter_context(self.use(manager)) for manager in node.operands]
            return self.enter(node.regions[0], entered if node.regions[0].parameters else ())
        return [Unbound(value.name) for value in node.results]  # a manager swallowed an exception


def catches(names: str | Sequence[str], error: BaseException) -> bool:
    """Whether a handler for the exceptions of these names (dotted or not; empty: all) catches `error`."""
    wanted = (names,) if isinstance(names, str) else tuple(names)
    known = {kind.__name__ for kind in type(error).__mro__}
    return not wanted or any(not name or name.rpartition(".")[2] in known for name in wanted)


_CONTROL: dict[Operation, Callable[[_Activation, Node], Sequence[object]]] = {
    SIZE: _Activation.do_size,
    UNDEFINED: _Activation.do_undefined,
    AT_TRIP: _Activation.do_at_trip,
    IF: _Activation.do_if,
    FOR: _Activation.do_for,
    WHILE: _Activation.do_while,
    CALL: _Activation.do_call,
    TRY: _Activation.do_try,
    WITH: _Activation.do_with,
}

"""One builder for everybody who makes nodes: the frontend, the rules and the passes.

A builder appends to a region.  It infers result types, folds constants, and, when `simplify` is on, asks each operation for a
cheaper form of what is being built.  The frontend builds with `simplify` off: primal arithmetic keeps every bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from s2sad.errors import NOWHERE, Location
from s2sad.graph.core import AT_TRIP, CONSTANT, FOR, IF, SIZE, UNDEFINED, Domain, Graph, Node, Operation, Region, Value
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import BOOL, COMPLEX, FLOAT, INT, Number, Opaque, Tuple, Type


def constant_type(value: object) -> Type:
    """Return the kind of a Python constant."""
    match value:
        case bool():
            return BOOL
        case int():
            return Number("int", Size.of(value))
        case float():
            return FLOAT
        case complex():
            return COMPLEX
    return Opaque(type(value).__name__)


class Builder:
    """Appends nodes to `region`.

    Parameters
    ----------
    region : Region
        Where nodes go; `inside` redirects for a while.
    sizes : Sizes
        Size facts of the graph.
    simplify : bool
        Whether operations may be replaced by cheaper equal ones.
    """

    def __init__(self, region: Region, sizes: Sizes, *, simplify: bool = False) -> None:
        self.region = region
        self.sizes = sizes
        self.simplify = simplify
        self.location: Location = NOWHERE
        self.reverses: Location | None = None

    def emit(self, operation: Operation, *operands: Value | bool | int | float | complex, name: str = "", **static: Any) -> Value:
        """Append one application of `operation` and return its only result; numbers become constants."""
        values = tuple(operand if isinstance(operand, Value) else self.constant(operand) for operand in operands)
        if self.simplify and operation.simplify is not None:
            simpler = operation.simplify(self, *values, **static)
            if simpler is not None:
                return simpler
        assert operation.infer is not None, operation
        kind = operation.infer(self.sizes, *(value.type for value in values), **static)
        return self.append(operation, values, static, [kind], names=[name]).result

    def emit_several(self, operation: Operation, *operands: Value | bool | int | float | complex, **static: Any) -> tuple[Value, ...]:
        """Append one application of an operation with several results, whose types its type rule gives as a tuple."""
        values = tuple(operand if isinstance(operand, Value) else self.constant(operand) for operand in operands)
        assert operation.infer is not None, operation
        kind = operation.infer(self.sizes, *(value.type for value in values), **static)
        assert isinstance(kind, Tuple), kind
        return self.append(operation, values, static, kind.elements).results

    def append(
        self,
        operation: Operation,
        operands: Sequence[Value],
        static: dict[str, Any],
        types: Sequence[Type],
        *,
        names: Sequence[str] = (),
        regions: Sequence[Region] = (),
    ) -> Node:
        """Append a node with given result types."""
        node = Node(operation, tuple(operands), static, tuple(regions), location=self.location, reverses=self.reverses)
        if len(types) == 1:  # almost all nodes
            node.results = (Value(types[0], names[0] if names else "", node, self.location),)
        else:
            labels = list(names) + [""] * (len(types) - len(names))
            node.results = tuple(Value(kind, label, node, self.location) for kind, label in zip(types, labels, strict=True))
        self.region.nodes.append(node)
        return node

    def constant(self, value: object, kind: Type | None = None) -> Value:
        """Return a constant."""
        kind = kind or constant_type(value)
        return self.append(CONSTANT, (), {"value": value, "kind": kind}, [kind]).result

    def undefined(self, kind: Type, name: str = "") -> Value:
        """Return the value of a name that is not bound."""
        return self.append(UNDEFINED, (), {"kind": kind}, [kind], names=[name]).result

    def size(self, size: Size) -> Value:
        """Return a size of entry atoms as an int."""
        if size.known is not None:
            return self.constant(size.known)
        return self.append(SIZE, (), {"size": size}, [Number("int", size)]).result

    def at_trip(self, value: Value) -> Value:
        """Refer to a value of another region with the same domain."""
        return self.append(AT_TRIP, (value,), {}, [value.type], names=[value.name]).result

    @contextmanager
    def inside(self, region: Region) -> Iterator[Region]:
        """Append to `region` for a while."""
        outer, self.region = self.region, region
        try:
            yield region
        finally:
            self.region = outer

    @contextmanager
    def at(self, location: Location) -> Iterator[None]:
        """Give new nodes this place in the user's source."""
        outer, self.location = self.location, location
        try:
            yield
        finally:
            self.location = outer

    def new_region(self, types: Sequence[Type] = (), names: Sequence[str] = (), domain: Domain | None = None) -> Region:
        """Return an empty region with parameters of the given types."""
        region = Region(domain=domain or Domain())
        labels = list(names) + [""] * (len(types) - len(names))
        region.parameters = [Value(kind, label, region, self.location) for kind, label in zip(types, labels, strict=True)]
        return region

    def branch(self, condition: Value, then: Region, otherwise: Region, names: Sequence[str] = ()) -> Node:
        """Append an `if`; both regions have results of the same types."""
        types = [value.type for value in then.results]
        return self.append(IF, (condition,), {}, types, names=names, regions=(then, otherwise))

    def loop(
        self, start: Value, stop: Value, step: Value, initial: Sequence[Value], body: Region, *, names: Sequence[str] = (), **static: Any
    ) -> Node:
        """Append a `for`; the body's parameters are the index and one carried value for each initial one."""
        types = [value.type for value in body.parameters[1:]]
        return self.append(FOR, (start, stop, step, *initial), static, types, names=names, regions=(body,))


def new_graph(name: str, types: Sequence[Type] = (), names: Sequence[str] = ()) -> tuple[Graph, Builder]:
    """Return an empty graph with parameters, and a builder for its body."""
    graph = Graph(name)
    builder = Builder(graph.body, graph.sizes)
    labels = list(names) + [""] * (len(types) - len(names))
    graph.body.parameters = [Value(kind, label, graph.body) for kind, label in zip(types, labels, strict=True)]
    return graph, builder


def index_type(size: Size | None = None) -> Type:
    """Return the kind of a loop index."""
    return INT if size is None else Number("int", size)

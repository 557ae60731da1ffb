"""Keep values of a forward sweep: the stores, and how they leave the regions in which they are made.

On the way out of a loop whose trips can be counted beforehand a value goes into a row of an array allocated before the loop (one array
for a nest of loops, where the sizes of the entry tell the trips of the inner ones); out of any other loop it goes into a list;
out of a branch it simply becomes a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from s2sad.analysis.scopes import Scopes, carried
from s2sad.graph.build import Builder
from s2sad.graph.core import FOR, IF, WHILE, Node, Region, Value
from s2sad.graph.index import Index, Operand, Path
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.memory.insertions import Insertions
from s2sad.memory.trips import Trips
from s2sad.record import record
from s2sad.rules.declare import REGISTRY


@record(frozen=True)
class Step:
    """One container on the way to a kept value: `rows` (an array, one index a loop) or a list; bodies outermost first."""

    rows: bool
    bodies: tuple[Region, ...]


@record(frozen=True)
class Tape:
    """Where a kept value is found: in `root`, through `steps`.

    `handed` is the slot's state where a tape holds what a loop hands from trip to trip, one more than there are
    trips: ``"entry"`` or ``"exit"``; empty where it holds one value a trip.
    """

    root: Value
    steps: tuple[Step, ...]
    kind: Type
    name: str = ""
    handed: str = ""


def path_of(count: int) -> Path:
    """Return the path ``[i, j, ...]`` of `count` varying indices."""
    return (Index(tuple(Operand(number) for number in range(count))),)


class Recorder:
    """Adds stores to forward regions."""

    def __init__(self, builder: Builder, scopes: Scopes) -> None:
        self.builder = builder
        self.scopes = scopes
        self.waiting = Insertions()
        self._trips: dict[Node, Trips] = {}

    def trips(self, body: Region) -> Trips:
        """Return the numbering of the loop around a body."""
        loop = self.scopes.owner[body]
        assert loop is not None
        if loop not in self._trips:
            self._trips[loop] = Trips(loop, self.builder.sizes)
        return self._trips[loop]

    def record(self, value: Value, outer: Region, *, handed: bool = False) -> Tape:
        """Store `value` where it is computed so that it can be read in `outer`.

        With `handed` the value is a parameter that a loop carries: what enters the loop and what each trip hands on is stored.
        """
        path = self.scopes.path(self.scopes.home(value), outer)
        steps: list[Step] = []
        held = value
        level = 0
        with self.builder.at(value.location):
            while level < len(path):
                loop = next((k for k in range(level, len(path)) if self.scopes.is_loop(path[k])), None)
                if loop is None:
                    for region in path[level:]:
                        held = self._leave_branch(region, held, bound=False)
                    break
                first = handed and level == 0
                if fits_rows(held.type) and self.trips(path[loop]).countable:
                    last = self._nest(path, loop)
                    bodies = tuple(region for region in reversed(path[loop : last + 1]) if self.scopes.is_loop(region))
                    held = self._into_rows(path[level : last + 1], loop - level, held, bodies, handed=first)
                    steps.append(Step(True, bodies))
                    level = last + 1
                else:
                    for region in path[level:loop]:
                        held = self._leave_branch(region, held, bound=True)
                    held = self._into_list(path[loop], held, handed=first)
                    steps.append(Step(False, (path[loop],)))
                    level = loop + 1
        return Tape(held, tuple(reversed(steps)), value.type, value.name, "entry" if handed else "")

    def _nest(self, path: Sequence[Region], loop: int) -> int:
        """Return the outermost loop around ``path[loop]`` for which one array serves."""
        last = loop
        for k in range(loop + 1, len(path)):
            if self.scopes.is_loop(path[k]):
                if self.trips(path[last]).extent is None or not self.trips(path[k]).countable:
                    break
                last = k
        return last

    def _into_rows(self, path: Sequence[Region], loop: int, held: Value, bodies: tuple[Region, ...], *, handed: bool) -> Value:
        """Thread an array through the regions of `path` (innermost first); ``path[loop]`` is the innermost loop of the nest."""
        builder, rules, owner = self.builder, REGISTRY.rules, self.scopes.owner
        outermost = owner[path[-1]]
        assert outermost is not None
        extents = [self.trips(body).extent for body in bodies[1:]]
        if handed and extents:
            assert extents[-1] is not None
            extents[-1] = extents[-1] + 1
        dtype, shape = dtype_of(held.type), shape_of(held.type)
        assert dtype is not None and shape is not None
        inner = (*(extent for extent in extents if extent is not None), *shape)
        name = f"{held.name}s" if held.name else ""
        with self._before(outermost):
            count = self.trips(path[-1]).count(builder, 1 if handed and loop == len(path) - 1 else 0)
            array = builder.emit(rules["rows"], count, name=name, row=Array(dtype, inner) if inner else Scalar(dtype))
        for level in range(len(path) - 1, -1, -1):
            if handed and level == loop:
                array = self._store_first(path, loop, held, array, bodies)
            if self.scopes.is_loop(path[level]):
                array = self._slot(path[level], array)
        region = path[0]
        kept = self._handed_on(region, held) if handed else held
        with self._after(kept, region):
            row = self._rows(bodies, handed)
            array = builder.emit(rules["put"], array, kept, *row, name=name, path=path_of(len(row)))
        for region in path:
            node = owner[region]
            assert node is not None
            if self.scopes.is_loop(region):
                region.results.append(array)
                array = node.results[len(carried(node)[2]) - 1]
            else:
                array = self._leave_branch(region, array, otherwise=self._outside(path, region))
        return array

    def _store_first(self, path: Sequence[Region], loop: int, held: Value, array: Value, bodies: tuple[Region, ...]) -> Value:
        """Store what enters the loop, ahead of it."""
        node = self.scopes.owner[path[loop]]
        assert node is not None
        parameters, initial, _ = carried(node)
        with self._before(node):
            outer = [self.trips(body).row(self.builder, body.parameters[0], self._bounds(body)) for body in bodies[:-1]]
            row = [*outer, self.trips(path[loop]).first_row(self.builder)]
            entering = initial[parameters.index(held)]
            return self.builder.emit(REGISTRY.rules["put"], array, entering, *row, name=array.name, path=path_of(len(row)))

    def _rows(self, bodies: Sequence[Region], handed: bool) -> list[Value]:
        rows = [self.trips(body).row(self.builder, body.parameters[0], self._bounds(body)) for body in bodies]
        if handed and not self.trips(bodies[-1]).reversed:
            rows[-1] = self.builder.emit(REGISTRY.rules["add"], rows[-1], 1)
        return rows

    def _bounds(self, body: Region) -> tuple[Value, ...]:
        loop = self.scopes.owner[body]
        assert loop is not None
        return loop.operands[:3]

    def _handed_on(self, body: Region, parameter: Value) -> Value:
        loop = self.scopes.owner[body]
        assert loop is not None
        parameters, _, results = carried(loop)
        return results[parameters.index(parameter)]

    def _outside(self, path: Sequence[Region], branch: Region) -> Value:
        """Return the array as it is seen around a branch of the path."""
        around = next(region for region in path[path.index(branch) + 1 :] if self.scopes.is_loop(region))
        return around.parameters[-1]

    def _into_list(self, body: Region, held: Value, *, handed: bool) -> Value:
        builder, rules = self.builder, REGISTRY.rules
        node = self.scopes.owner[body]
        assert node is not None
        name = f"{held.name}s" if held.name else ""
        with self._before(node):
            values = builder.emit(rules["list_new"], name=name, element=held.type)
            if handed:
                parameters, initial, _ = carried(node)
                values = builder.emit(rules["list_append"], values, initial[parameters.index(held)], name=name)
        values = self._slot(body, values)
        kept = self._handed_on(body, held) if handed else held
        with self._after(kept, body):
            body.results.append(builder.emit(rules["list_append"], values, kept, name=name))
        return node.results[len(carried(node)[2]) - 1]

    def _slot(self, body: Region, initial: Value) -> Value:
        """Give a loop one more carried value; its result in the body is still to come."""
        node = self.scopes.owner[body]
        assert node is not None and node.operation in (FOR, WHILE)
        for region in node.regions:
            region.parameters.append(Value(initial.type, initial.name, region, initial.location))
        node.operands = (*node.operands, initial)
        node.results = (*node.results, Value(initial.type, initial.name, node, initial.location))
        return body.parameters[-1]

    def _leave_branch(self, branch: Region, value: Value, *, bound: bool = False, otherwise: Value | None = None) -> Value:
        """Make `value` a result of the node around `branch`; elsewhere it is `otherwise`, or None (`bound`), or unbound."""
        node = self.scopes.owner[branch]
        assert node is not None and node.operation is not FOR and node.operation is not WHILE
        if otherwise is None and value in branch.results and node.operation is IF:
            return node.results[branch.results.index(value)]
        for region in node.regions:
            if region is branch:
                region.results.append(value)
                continue
            if otherwise is not None:
                region.results.append(otherwise)
                continue
            with self._end(region):
                region.results.append(self.builder.constant(None, value.type) if bound else self.builder.undefined(value.type, value.name))
        node.results = (*node.results, Value(value.type, value.name, node, value.location))
        return node.results[-1]

    def _before(self, node: Node) -> AbstractContextManager[Region]:
        return self._at(self.scopes.region[node], self.waiting.before.setdefault(node, []))

    def _after(self, value: Value, region: Region) -> AbstractContextManager[Region]:
        """Append behind the definition of `value`, at the start of `region` when that is not in it."""
        owner = value.owner
        if isinstance(owner, Node) and self.scopes.region[owner] is region:
            return self._at(region, self.waiting.after.setdefault(owner, []))
        return self._at(region, self.waiting.start.setdefault(region, []))

    def _end(self, region: Region) -> AbstractContextManager[Region]:
        return self._at(region, self.waiting.end.setdefault(region, []))

    def _at(self, region: Region, nodes: list[Node]) -> AbstractContextManager[Region]:
        self.waiting.regions[region] = None
        return self.builder.inside(Region(nodes=nodes))


def fits_rows(kind: Type) -> bool:
    """Whether values can be kept as the rows of an array without losing anything; a Python int may be of any length."""
    if isinstance(kind, Number):
        return kind.kind != "int"
    if isinstance(kind, Array):
        return kind.shape is not None and all(size.entry for size in kind.shape)
    return isinstance(kind, Scalar)

"""Keep values of a forward sweep: the stores, and how they leave the regions in which they are made.

On the way out of a loop whose trips can be counted beforehand a value goes into a row of an array allocated before the loop; out of
a nest of loops likewise, where the sizes of the entry tell the trips of the inner ones.  Out of any other nest of loops and
branches it goes into one *flat* list, appended to where the value is computed, and only when it is computed; sweeps that visit the
same instances in the opposite order, or in the same, find their way by counting (`memory/consume.py`).  A list that is filled
by one loop alone, or read in some other order, is *indexed* by the number of the trip.  Out of a branch that stands in no loop a
value simply becomes a result.
"""

from __future__ import annotations

from collections.abc import Sequence

from s2sad.analysis.scopes import Scopes, carried
from s2sad.graph.build import Builder
from s2sad.graph.core import UNDEFINED, Node, Region, Value
from s2sad.graph.index import Index, Operand, Path
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, shape_of
from s2sad.memory.threads import Threads
from s2sad.memory.trips import Trips
from s2sad.record import record
from s2sad.rules.declare import REGISTRY


@record(frozen=True)
class Tape:
    """Where a kept value is found.

    Attributes
    ----------
    form : str
        ``"result"`` (the root is the value), ``"rows"`` (an array, one index for each of `bodies`), ``"indexed"`` (a list, one
        entry a trip of the only body) or ``"flat"``.
    root : Value
        The array or list; a value of the forward sweep, which may have to be kept itself.
    bodies : tuple of Region
        The bodies of the loops that number the entries, outermost first.
    handed : str
        The slot's state where a tape holds what a loop hands from trip to trip, one more than there are trips:
        ``"entry"`` or ``"exit"``; empty where it holds one value a trip.
    """

    form: str
    root: Value
    bodies: tuple[Region, ...]
    kind: Type
    name: str = ""
    handed: str = ""


def path_of(count: int) -> Path:
    """Return the path ``[i, j, ...]`` of `count` varying indices."""
    return (Index(tuple(Operand(number) for number in range(count))),)


class Recorder:
    """Adds stores to forward regions."""

    def __init__(self, builder: Builder, scopes: Scopes, threads: Threads) -> None:
        self.builder = builder
        self.scopes = scopes
        self.threads = threads
        self._trips: dict[Node, Trips] = {}

    def trips(self, body: Region) -> Trips:
        """Return the numbering of the loop around a body."""
        loop = self.threads.node(body)
        if loop not in self._trips:
            self._trips[loop] = Trips(loop, self.builder.sizes)
        return self._trips[loop]

    def record(self, value: Value, outer: Region, *, handed: bool = False, flat: bool = True) -> Tape:
        """Store `value` where it is computed so that it can be read, by way of the root of the tape, in `outer`.

        With `handed` the value is a parameter that a loop carries: what enters the loop and what each trip hands on is stored.
        Without `flat` a list is made that is indexed by the trips of the innermost loop.
        """
        path = self.scopes.path(self.scopes.home(value), outer)
        loops = [level for level, region in enumerate(path) if self.scopes.is_loop(region)]
        state = "entry" if handed else ""
        with self.builder.at(value.location):
            if not loops:
                held = value
                for region in path:
                    held = self.threads.leave_branch(region, held)
                return Tape("result", held, (), value.type, value.name)
            first = loops[0]
            last = self._nest(path, loops) if fits_rows(value.type) and self.trips(path[first]).countable else -1
            if last == loops[-1] or (last >= 0 and not flat):
                bodies = tuple(path[level] for level in reversed(loops) if level <= last)
                root = self._into_rows(path[: last + 1], value, bodies, handed=handed)
                return Tape("rows", root, bodies, value.type, value.name, state)
            if flat and (first > 0 or len(loops) > 1):
                bodies = tuple(path[level] for level in reversed(loops))
                return Tape("flat", self._into_list(path, value, handed=handed), bodies, value.type, value.name, state)
            held = value
            for region in path[:first]:
                held = self.threads.leave_branch(region, held, bound=True)
            root = self._into_list(path[first : first + 1], held, handed=handed)
            return Tape("indexed", root, (path[first],), value.type, value.name, state)

    def _nest(self, path: Sequence[Region], loops: Sequence[int]) -> int:
        """Return the outermost loop around the innermost one for which one array serves."""
        last = loops[0]
        for level in loops[1:]:
            if self.trips(path[last]).extent is None or not self.trips(path[level]).countable:
                break
            last = level
        return last

    def _into_rows(self, path: Sequence[Region], held: Value, bodies: tuple[Region, ...], *, handed: bool) -> Value:
        """Thread an array through the regions of `path` (innermost first), of which `bodies` (outermost first) are loops."""
        builder, rules = self.builder, REGISTRY.rules
        extents = [self.trips(body).extent for body in bodies[1:]]
        if handed and extents:
            assert extents[-1] is not None
            extents[-1] = extents[-1] + 1
        dtype, shape = dtype_of(held.type), shape_of(held.type)
        assert dtype is not None and shape is not None
        inner = (*(extent for extent in extents if extent is not None), *shape)
        name = _store_name(held)
        with self.threads.before(self.threads.node(path[-1])):
            count = self.trips(path[-1]).count(builder, 1 if handed and len(bodies) == 1 else 0)
            array = builder.emit(rules["rows"], count, name=name, row=Array(dtype, inner) if inner else Scalar(dtype))
        kept = self._handed_on(path[0], held) if handed else held

        def store(array: Value) -> Value:
            with self.threads.after(kept, path[0]):
                row = self._rows(bodies, handed)
                return builder.emit(rules["put"], array, kept, *row, name=name, path=path_of(len(row)))

        def store_first(array: Value) -> Value:
            if self._unbound(path[0], held):
                return array  # nothing reads the first row then
            with self.threads.before(self.threads.node(path[0])):
                row = [*self._rows(bodies[:-1], False), self.trips(path[0]).first_row(builder)]
                return builder.emit(rules["put"], array, self._entering(path[0], held), *row, name=name, path=path_of(len(row)))

        return self.threads.carry(path, array, store, enter=store_first if handed else None)

    def _rows(self, bodies: Sequence[Region], handed: bool) -> list[Value]:
        rows = [self.trips(body).row(self.builder, body.parameters[0], self.threads.node(body).operands[:3]) for body in bodies]
        if handed and not self.trips(bodies[-1]).reversed:
            rows[-1] = self.builder.emit(REGISTRY.rules["add"], rows[-1], 1)
        return rows

    def _into_list(self, path: Sequence[Region], held: Value, *, handed: bool) -> Value:
        """Thread a list through the regions of `path` (innermost first)."""
        builder, rules = self.builder, REGISTRY.rules
        name = _store_name(held)
        kept = self._handed_on(path[0], held) if handed else held
        with self.threads.before(self.threads.node(path[-1])):
            values = builder.emit(rules["list_new"], name=name, element=held.type)

        def store(values: Value) -> Value:
            with self.threads.after(kept, path[0]):
                return builder.emit(rules["list_append"], values, kept, name=name)

        def store_first(values: Value) -> Value:
            with self.threads.before(self.threads.node(path[0])):
                first = builder.constant(0.0) if self._unbound(path[0], held) else self._entering(path[0], held)
                return builder.emit(rules["list_append"], values, first, name=name)

        return self.threads.carry(path, values, store, enter=store_first if handed else None)

    def _entering(self, body: Region, parameter: Value) -> Value:
        """Return what a carried value is when its loop begins."""
        parameters, initial, _ = carried(self.threads.node(body))
        return initial[parameters.index(parameter)]

    def _unbound(self, body: Region, parameter: Value) -> bool:
        """Whether a carried value is bound only by the first trip."""
        owner = self._entering(body, parameter).owner
        return isinstance(owner, Node) and owner.operation is UNDEFINED

    def _handed_on(self, body: Region, parameter: Value) -> Value:
        """Return what a trip hands on in the slot of a parameter."""
        parameters, _, results = carried(self.threads.node(body))
        return results[parameters.index(parameter)]


def _store_name(value: Value) -> str:
    if value.name:
        return f"{value.name}s"
    kind = value.type.kind if isinstance(value.type, Number) else ""
    return {"bool": "flags", "int": "counts"}.get(kind, "kept")


def fits_rows(kind: Type) -> bool:
    """Whether values can be kept as the rows of an array without losing anything; a Python int may be of any length."""
    if isinstance(kind, Number):
        return kind.kind != "int"
    if isinstance(kind, Array):
        return kind.shape is not None and all(size.entry for size in kind.shape)
    return isinstance(kind, Scalar)

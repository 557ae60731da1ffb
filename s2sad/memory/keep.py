"""Decide how values of a forward sweep survive for the reverse sweep, and bring them there.

What stands in a forward loop or branch and is referred to by `at_trip` is still in scope, or recomputed, or kept: see
`analysis/needed.py` for the choice and `memory/tape.py` for the stores.  Later sweeps are taken in the order of the program, those
in inner regions first, so that the second derivative's sweeps find the first one's references lowered already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from s2sad.analysis.needed import TRIPS, Choice, choose, computing_cost, storing_cost
from s2sad.analysis.scopes import Scopes, carried, free_values
from s2sad.graph.build import Builder
from s2sad.graph.clone import Copier, replace_values
from s2sad.graph.core import AT_TRIP, FOR, WHILE, Graph, Node, Region, Value
from s2sad.graph.types import Number, Type
from s2sad.memory.tape import Recorder, Tape, path_of
from s2sad.memory.trips import known_int, shifted
from s2sad.rules.declare import REGISTRY

READING = 12  # what reading a kept value costs, in the units of analysis/needed.py


def keep(graph: Graph) -> Graph:
    """Lower every `at_trip` of a graph and of the graphs that it calls; return the graph, which is changed in place.

    Parameters
    ----------
    graph : Graph
        In stage pure.

    Returns
    -------
    Graph
        The same graph, in stage kept.  Forward loops that nobody needs any more are left for dead-code elimination.
    """
    if graph.stage != "pure":
        return graph
    graph.stage = "kept"
    _Keeper(graph).run()
    for callee in graph.callees():
        keep(callee)
    return graph


@dataclass(slots=True)
class _Frame:
    """A region of the later sweep that is being rewritten: its new nodes, and what has been found in it so far."""

    region: Region
    output: Region
    owner: Node
    found: dict[object, Value] = field(default_factory=dict)


class _Keeper:
    """Works on one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.scopes = Scopes(graph.body)
        self.builder = Builder(graph.body, graph.sizes, simplify=False)
        self.recorder = Recorder(self.builder, self.scopes)
        self.final: dict[Value, Value] = {}  # a reference that has been lowered -> what it is
        self.origin: dict[Value, Value] = {}  # what it is -> the forward value
        self.tapes: dict[tuple[Value, Region], Tape] = {}

    def run(self) -> None:
        groups: dict[Region, dict[Node, list[Node]]] = {}
        trivial: dict[Value, Value] = {}
        for node in self.graph.body.walk():
            if node.operation is AT_TRIP:
                self.file(node, groups, trivial)
        if trivial:
            replace_values(self.graph.body, trivial)
            self.final.update(trivial)
        depth = self.scopes.depth
        while groups:
            outer = max(groups, key=depth.__getitem__)
            for later, references in groups.pop(outer).items():
                _Group(self, outer, later, references).lower(groups)
        if trivial:
            _remove(self.graph.body, trivial)

    def file(self, node: Node, groups: dict[Region, dict[Node, list[Node]]], trivial: dict[Value, Value]) -> None:
        """File a reference under the innermost region around it and its value, and the node there that it stands in."""
        home, here = self.scopes.home(node.operands[0]), self.scopes.region[node]
        outer = self.scopes.common(home, here)
        if outer is home or outer is here:
            trivial[node.result] = node.operands[0]
            return
        later = self.scopes.owner[self.scopes.path(here, outer)[-1]]
        assert later is not None
        groups.setdefault(outer, {}).setdefault(later, []).append(node)

    def settled(self, value: Value) -> Value:
        """Return what stands for `value` now."""
        while value in self.final:
            value = self.final[value]
        return value


class _Group:
    """The references in one node of `outer` to values of the regions ahead of it."""

    def __init__(self, keeper: _Keeper, outer: Region, later: Node, references: list[Node]) -> None:
        self.keeper = keeper
        self.scopes = keeper.scopes
        self.builder = keeper.builder
        self.outer = outer
        self.level = keeper.scopes.depth[outer]
        self.later = later
        self.references = {node: keeper.settled(node.operands[0]) for node in references}
        self.frames: list[_Frame] = []
        self.groups: dict[Region, dict[Node, list[Node]]] = {}

    def lower(self, groups: dict[Region, dict[Node, list[Node]]]) -> None:
        """Replace the references; references to regions further out that are copied along the way are added to `groups`."""
        self.groups = groups
        targets = dict.fromkeys(value for value in self.references.values() if not self.at_hand(value))
        self._record(choose(targets, self))
        self.keeper.recorder.waiting.flush(self.scopes)
        for region in self.later.regions:
            self._rewrite(region)

    # What may be chosen ------------------------------------------------------------------------------------------------------

    def at_hand(self, value: Value) -> bool:
        """Whether `value` is defined in a region around the later sweep."""
        return self.scopes.depth[self.scopes.home(value)] <= self.level

    def sources(self, value: Value) -> tuple[Value, ...] | None:
        """Return what `value` can be recomputed from; see `Plan`."""
        if (value, self.outer) in self.keeper.tapes:
            return ()
        found = self._ingredients(value)
        return None if found is None else tuple(source for source in found if not self.at_hand(source))

    def _ingredients(self, value: Value) -> list[Value] | None:
        owner = value.owner
        if isinstance(owner, Region):
            return self._carried_ingredients(value, owner)
        assert owner is not None
        if owner.operation is AT_TRIP:
            return []  # a reference to a sweep ahead of both: it is copied, and lowered later
        return None if computing_cost(owner) is None else [self.keeper.settled(source) for source in free_values(owner)]

    def _carried_ingredients(self, value: Value, body: Region) -> list[Value] | None:
        loop = self.scopes.owner[body]
        if loop is None or loop.operation not in (FOR, WHILE) or body is not loop.regions[-1]:
            return None
        parameters, initial, results = carried(loop)
        if loop.operation is FOR and value is body.parameters[0]:
            return []
        slot = parameters.index(value)
        if results[slot] is value:
            return [initial[slot]]
        step = self._stride(value, results[slot])
        if step is None or loop.static.get("reversed"):
            return None
        return [initial[slot], step]

    def _stride(self, parameter: Value, result: Value) -> Value | None:
        """Return what each trip adds to a carried int, when that is the same in every trip."""
        owner = result.owner
        if not isinstance(owner, Node) or owner.operation is not REGISTRY.rules.get("add") or not isinstance(parameter.type, Number):
            return None
        if parameter.type.kind != "int" or parameter not in owner.operands:
            return None
        step = owner.operands[1] if owner.operands[0] is parameter else owner.operands[0]
        return step if self.at_hand(step) or known_int(step) is not None else None

    def recompute_cost(self, value: Value) -> int:
        """Return what recomputing costs; see `Plan`."""
        if (value, self.outer) in self.keeper.tapes:
            return 0
        owner = value.owner
        cost = 8 if isinstance(owner, Region) else computing_cost(owner) if owner is not None else 0
        assert cost is not None
        return cost * self._weight(value)

    def keep_cost(self, value: Value) -> int:
        """Return what keeping costs; see `Plan`."""
        weight = self._weight(value)
        return 2 if weight == 1 else storing_cost(value) * weight

    def _weight(self, value: Value) -> int:
        weight = 1
        for region in self.scopes.path(self.scopes.home(value), self.outer):
            if self.scopes.is_loop(region):
                weight *= TRIPS
        return weight

    # The forward sweep -------------------------------------------------------------------------------------------------------

    def _record(self, choice: Choice) -> None:
        """Store what is to be kept; what a loop hands from trip to trip is stored once, and serves as entry and as exit."""
        kept = dict.fromkeys(choice.kept)
        wanted = {**kept, **{value: None for value in choice.recomputed if self._worth_reading(value)}}
        for value in choice.kept:
            owner = value.owner
            if not isinstance(owner, Region) or (value, self.outer) in self.keeper.tapes:
                continue
            loop = self.scopes.owner[owner]
            assert loop is not None
            parameters, _, results = carried(loop)
            if value not in parameters:
                continue
            result = results[parameters.index(value)]
            shared = result in wanted and (result, self.outer) not in self.keeper.tapes and result not in parameters
            shared = shared and self.scopes.home(result) is owner
            tape = self.keeper.recorder.record(value, self.outer, handed=shared)
            self.keeper.tapes[value, self.outer] = tape
            if shared:
                self.keeper.tapes[result, self.outer] = replace(tape, handed="exit", kind=result.type, name=result.name or tape.name)
        for value in choice.kept:
            if (value, self.outer) not in self.keeper.tapes:
                self.keeper.tapes[value, self.outer] = self.keeper.recorder.record(value, self.outer)

    def _worth_reading(self, value: Value) -> bool:
        owner = value.owner
        return isinstance(owner, Node) and (computing_cost(owner) or 0) > READING

    # The later sweep ---------------------------------------------------------------------------------------------------------

    def _rewrite(self, region: Region) -> None:
        owner = self.scopes.owner[region]
        assert owner is not None
        output = Region()
        self.frames.append(_Frame(region, output, owner))
        settled = self.keeper.settled
        for node in region.nodes:
            source = self.references.get(node)
            if source is not None:
                self.builder.location, self.builder.reverses = node.location, node.reverses
                found = self._bring(source)
                self.keeper.final[node.result] = found
                self.keeper.origin[found] = source
                continue
            node.operands = tuple(map(settled, node.operands))
            for inner in node.regions:
                self._rewrite(inner)
            output.nodes.append(node)
        region.results = list(map(settled, region.results))
        region.nodes = output.nodes
        self.frames.pop()
        self.scopes.enter(region, (node for node in region.nodes if node not in self.scopes.region))

    def _bring(self, value: Value) -> Value:
        """Return what stands for `value` in the region that is being rewritten; its ingredients first, without recursion."""
        waiting = [value]
        while True:
            wanted = waiting[-1]
            found = self._found(wanted)
            if found is None:
                tape = self.keeper.tapes.get((wanted, self.outer))
                missing = [] if tape is not None else [source for source in self._needs(wanted) if self._found(source) is None]
                if missing:
                    waiting.extend(missing)
                    continue
                level = self._place(self._twin(self.scopes.home(wanted)))
                found = self._read(tape, level) if tape is not None else self._again(wanted, level)
                self.frames[level].found[wanted] = found
            waiting.pop()
            if not waiting:
                return found

    def _needs(self, value: Value) -> list[Value]:
        found = self._ingredients(value)
        assert found is not None, f"{value!r} can neither be kept nor recomputed"
        return found

    def _found(self, value: Value) -> Value | None:
        if self.at_hand(value):
            return value
        twin = self._twin(self.scopes.home(value))
        for level in range(self._place(twin), twin - 1, -1):
            found = self.frames[level].found.get(value)
            if found is not None:
                return found
        return None

    def _twin(self, region: Region) -> int:
        """Return the number of the frame that runs over the instances of a forward region."""
        for number, frame in enumerate(self.frames):
            if frame.region.domain is region.domain:
                return number
        raise AssertionError(f"no region of the later sweep runs over the instances of {region.domain.name or 'a region'}")

    def _place(self, twin: int) -> int:
        """Return the innermost frame, from `twin` on, that is not run more often."""
        level = twin
        while level + 1 < len(self.frames) and not self.scopes.is_loop(self.frames[level + 1].region):
            level += 1
        return level

    def _again(self, value: Value, level: int) -> Value:
        """Compute `value` in frame `level`."""
        owner = value.owner
        if isinstance(owner, Region):
            return self._carried_again(value, owner, level)
        assert owner is not None
        frame = self.frames[level]
        if owner.operation is AT_TRIP:
            with self.builder.inside(frame.output):
                reference = self.builder.at_trip(owner.operands[0])
            assert isinstance(reference.owner, Node)
            self.scopes.region[reference.owner] = frame.region
            self.keeper.file(reference.owner, self.groups, {})
            return reference
        known: dict[Value, Value] = {}
        for source in free_values(owner):
            found = self._found(self.keeper.settled(source))
            assert found is not None
            known[source] = found
        copy = Copier(known).node(owner)
        copy.reverses = self.builder.reverses
        frame.output.nodes.append(copy)
        return copy.results[owner.results.index(value)]

    def _carried_again(self, value: Value, body: Region, level: int) -> Value:
        loop = self.scopes.owner[body]
        assert loop is not None
        parameters, initial, results = carried(loop)
        reader = self.frames[self._twin(body)]
        if loop.operation is FOR and value is body.parameters[0]:
            return reader.region.parameters[0]
        slot = parameters.index(value)
        start = self._found(initial[slot])
        assert start is not None
        if results[slot] is value:
            return start
        step = self._stride(value, results[slot])
        assert step is not None
        rules = REGISTRY.rules
        with self.builder.inside(self.frames[level].output):
            trip = self._trip(reader)
            known = known_int(step)
            by = step if known is None else self.builder.constant(known)
            distance = trip if known == 1 else self.builder.emit(rules["multiply"], trip, by)
            return distance if known_int(start) == 0 else self.builder.emit(rules["add"], start, distance, name=value.name)

    def _trip(self, reader: _Frame) -> Value:
        """Return the number of the forward trip, counted along the indices of the later loop."""
        assert reader.owner.operation is FOR, "a later sweep runs over the trips of a loop by their numbers"
        start, _, step = reader.owner.operands[:3]
        index, rules = reader.region.parameters[0], REGISTRY.rules
        distance = index if known_int(start) == 0 else self.builder.emit(rules["subtract"], index, start)
        return distance if known_int(step) == 1 else self.builder.emit(rules["floor_divide"], distance, step)

    def _read(self, tape: Tape, level: int) -> Value:
        """Read a kept value in frame `level`."""
        rules = REGISTRY.rules
        found = tape.root
        for number, step in enumerate(tape.steps, 1):
            readers = [self.frames[self._twin(body)] for body in step.bodies]
            last = number == len(tape.steps)
            at = level if last else self._place(self._twin(step.bodies[-1]))
            handed = tape.handed if last else ""
            known = None if last else self.frames[at].found.get((tape.root, number))
            if known is None:
                with self.builder.inside(self.frames[at].output):
                    name = tape.name if last else ""
                    if step.rows:
                        row = list(self._rows(step.bodies, readers, handed))
                        known = self.builder.emit(rules["get"], found, *row, name=name, path=path_of(len(row)))
                        if last:
                            known = self._as_number(known, tape.kind)
                    else:
                        position = self._position(found, step.bodies[0], readers[0], handed)
                        known = self.builder.emit(rules["list_get"], found, position, name=name)
                if not last:
                    self.frames[at].found[tape.root, number] = known
            found = known
        return found

    def _rows(self, bodies: tuple[Region, ...], readers: list[_Frame], handed: str) -> Iterator[Value]:
        for body, reader in zip(bodies, readers, strict=True):
            trips = self.keeper.recorder.trips(body)
            row = trips.row(self.builder, reader.region.parameters[0], reader.owner.operands[:3])
            behind = "entry" if trips.reversed else "exit"
            yield shifted(self.builder, row, 1) if body is bodies[-1] and handed == behind else row

    def _position(self, values: Value, body: Region, reader: _Frame, handed: str) -> Value:
        """Return the place in a list, which is filled in the order of the trips."""
        trip = self._trip(reader)
        if self.keeper.recorder.trips(body).reversed:
            length = self.builder.emit(REGISTRY.rules["list_length"], values)
            last = self.builder.emit(REGISTRY.rules["subtract"], length, 2 if handed else 1)
            trip = self.builder.emit(REGISTRY.rules["subtract"], last, trip)
        return shifted(self.builder, trip, 1) if handed == "exit" else trip

    def _as_number(self, value: Value, kind: Type) -> Value:
        """Make a Python number of a NumPy scalar where a Python number was kept: they behave differently."""
        if not isinstance(kind, Number):
            return value
        return self.builder.emit(REGISTRY.rules[f"to_{kind.kind}"], value, name=value.name)


def _remove(region: Region, references: dict[Value, Value]) -> None:
    """Remove references that have been replaced."""
    region.nodes = [node for node in region.nodes if node.operation is not AT_TRIP or node.result not in references]
    for node in region.nodes:
        for inner in node.regions:
            _remove(inner, references)

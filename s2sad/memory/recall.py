"""Bring values of a forward sweep into a later one: read what was kept, compute again what was not.

The later sweep is rewritten region by region.  What is brought stands in the region that runs over the instances of the region
from which it comes, or in a branch inside that, never in an inner loop; it is brought once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field

from s2sad.analysis.scopes import Scopes, carried, free_values
from s2sad.graph.build import Builder
from s2sad.graph.clone import Copier
from s2sad.graph.core import AT_TRIP, FOR, Node, Region, Value
from s2sad.graph.types import Number, Type
from s2sad.memory.consume import Consumer
from s2sad.memory.ingredients import Ingredients
from s2sad.memory.lists import Entry, known_length
from s2sad.memory.tape import Recorder, Tape, path_of
from s2sad.memory.trips import known_int, shifted
from s2sad.record import record
from s2sad.rules.declare import REGISTRY


@record()
class _Frame:
    """A region of the later sweep that is being rewritten: its new nodes, and what has been found in it so far."""

    region: Region
    output: Region
    owner: Node
    found: dict[object, Value] = field(default_factory=dict)


class Recall:
    """Rewrites the regions of a later sweep.

    Parameters
    ----------
    recorder : Recorder
        Knows how trips are numbered.
    ingredients : Ingredients
        What values are recomputed from.
    tape_of : callable
        Gives the tape in which a value is kept, or None.
    consumer : Consumer
        Makes the reads of flat lists, later.
    final : dict
        References that have been lowered, and what stands for them.
    file : callable
        Takes references to sweeps further out that are copied along the way.
    """

    def __init__(
        self,
        builder: Builder,
        recorder: Recorder,
        ingredients: Ingredients,
        tape_of: Callable[[Value], Tape | None],
        consumer: Consumer,
        final: dict[Value, Value],
        file: Callable[[Node], None],
    ) -> None:
        self.builder = builder
        self.recorder = recorder
        self.scopes: Scopes = ingredients.scopes
        self.ingredients = ingredients
        self.tape_of = tape_of
        self.consumer = consumer
        self.final = final
        self.file = file
        self.frames: list[_Frame] = []

    def rewrite(self, region: Region, references: Mapping[Node, Value]) -> None:
        """Replace `references`, each by what it refers to, in a region and all regions in it."""
        owner = self.scopes.owner[region]
        assert owner is not None
        output = Region()
        self.frames.append(_Frame(region, output, owner))
        settled = self.ingredients.settled
        for node in region.nodes:
            if node in self.consumer.hoisted:
                continue
            source = references.get(node)
            if source is not None:
                self.builder.location, self.builder.reverses = node.location, node.reverses
                found = self._bring(source)
                self.final[node.result] = found
                continue
            node.operands = tuple(map(settled, node.operands))
            for inner in node.regions:
                self.rewrite(inner, references)
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
                tape = self.tape_of(wanted)
                missing = [source for source in self._needs(wanted, tape) if self._found(source) is None]
                if missing:
                    waiting.extend(missing)
                    continue
                level = self._twin(self.scopes.home(wanted))
                if tape is None or tape.form != "flat":
                    level = self._place(level)
                found = self._again(wanted, level) if tape is None else self._read(wanted, tape, level)
                self.frames[level].found[wanted] = found
            waiting.pop()
            if not waiting:
                return found

    def _needs(self, value: Value, tape: Tape | None) -> list[Value]:
        if tape is not None:
            return [tape.root]
        found = self.ingredients.of(value)
        assert found is not None, f"{value!r} can neither be kept nor recomputed"
        return found

    def _found(self, value: Value) -> Value | None:
        if self.ingredients.at_hand(value):
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
            self.file(reference.owner)
            return reference
        entry = self.ingredients.growing.entry(value) if owner.operation.name == "list_get" else None
        if entry is not None:
            return self._entry(value, entry, frame)
        known: dict[Value, Value] = {}
        final = self.ingredients.unwritten.final(owner) if owner.operation.name == "get" else None
        for source in owner.operands[1:] if final is not None else free_values(owner):
            found = self._found(self.ingredients.settled(source))
            assert found is not None
            known[source] = found
        if final is not None:
            known[owner.operands[0]] = final
        copy = Copier(known).node(owner)
        copy.reverses = self.builder.reverses
        frame.output.nodes.append(copy)
        return copy.results[owner.results.index(value)]

    def _entry(self, value: Value, entry: Entry, frame: _Frame) -> Value:
        """Read an entry of a list from the list as it is in the end."""
        place = None if entry.place is None else self._found(self.ingredients.settled(entry.place))
        emit, rules = self.builder.emit, REGISTRY.rules
        start: Value | int = 0
        if place is None:
            assert entry.start is not None
            length = known_length(entry.start)
            start = entry.more + (length or 0)
            if length is None:
                threads = self.recorder.threads
                with threads.after(entry.start, self.scopes.home(entry.start)):
                    start = shifted(self.builder, emit(rules["list_length"], entry.start), entry.more)
        with self.builder.inside(frame.output):
            if place is None:
                assert entry.body is not None
                trip = self._trip(self.frames[self._twin(entry.body)])
                trips = trip if entry.each == 1 else emit(rules["multiply"], trip, entry.each)
                place = shifted(self.builder, trips, start) if isinstance(start, int) else emit(rules["add"], start, trips)
            return emit(rules["list_get"], entry.values, place, name=value.name)

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
        step = self.ingredients.stride(value, results[slot])
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

    def _read(self, value: Value, tape: Tape, level: int) -> Value:
        """Read a kept value in frame `level`."""
        rules = REGISTRY.rules
        root = self._found(tape.root)
        assert root is not None
        if tape.form == "flat":
            return self._note(value, tape, level)
        if tape.form == "result":
            return root
        readers = [self.frames[self._twin(body)] for body in tape.bodies]
        with self.builder.inside(self.frames[level].output):
            if tape.form == "rows":
                row = list(self._rows(tape.bodies, readers, tape.handed))
                found = self.builder.emit(rules["get"], root, *row, name=tape.name, path=path_of(len(row)))
                return self._as_number(found, tape.kind)
            position = self._position(root, tape.bodies[0], readers[0], tape.handed)
            return self.builder.emit(rules["list_get"], root, position, name=tape.name)

    def _note(self, value: Value, tape: Tape, level: int) -> Value:
        """Read the next entry of a flat list, once in each instance of the frame."""
        frame = self.frames[level]
        known = self.consumer.known(tape, frame.region)
        if known is None:
            with self.builder.inside(frame.output):
                reference = self.builder.at_trip(value)
            assert isinstance(reference.owner, Node)
            self.consumer.note(tape, frame.region, reference.owner)
            return reference
        if known not in self.consumer.hoisted and known not in frame.output.nodes:
            self.consumer.hoisted.add(known)
            frame.output.nodes.insert(0, known)
        return known.result

    def _rows(self, bodies: tuple[Region, ...], readers: list[_Frame], handed: str) -> Iterator[Value]:
        for body, reader in zip(bodies, readers, strict=True):
            trips = self.recorder.trips(body)
            row = trips.row(self.builder, reader.region.parameters[0], reader.owner.operands[:3])
            behind = "entry" if trips.reversed else "exit"
            yield shifted(self.builder, row, 1) if body is bodies[-1] and handed == behind else row

    def _position(self, values: Value, body: Region, reader: _Frame, handed: str) -> Value:
        """Return the place in a list, which is filled in the order of the trips."""
        trip = self._trip(reader)
        if self.recorder.trips(body).reversed:
            length = self.builder.emit(REGISTRY.rules["list_length"], values)
            last = self.builder.emit(REGISTRY.rules["subtract"], length, 2 if handed else 1)
            trip = self.builder.emit(REGISTRY.rules["subtract"], last, trip)
        return shifted(self.builder, trip, 1) if handed == "exit" else trip

    def _as_number(self, value: Value, kind: Type) -> Value:
        """Make a Python number of a NumPy scalar where a Python number was kept: they behave differently."""
        if not isinstance(kind, Number):
            return value
        return self.builder.emit(REGISTRY.rules[f"to_{kind.kind}"], value, name=value.name)

"""One loop as a region: attempts, the node, and the state behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from s2sad.errors import UnsupportedError
from s2sad.frontend import exits, kinds
from s2sad.frontend.branches import abandon, branch, raise_here, settle
from s2sad.frontend.choices import option_number
from s2sad.frontend.effects import raise_error
from s2sad.frontend.exporting import exported
from s2sad.frontend.expressions import expression
from s2sad.frontend.iteration import Plan
from s2sad.frontend.last import last_bound
from s2sad.frontend.loop_match import LoopMatch
from s2sad.frontend.loop_state import Again, Slot
from s2sad.frontend.operators import truth
from s2sad.frontend.sameness import number_type
from s2sad.frontend.signals import DeadPath, Left, PrimalRaises
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.trips import trip_size
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    Choice,
    Conflict,
    DictContent,
    GrowingContent,
    Handle,
    InstanceContent,
    Items,
    Known,
    ListContent,
    Pending,
    Place,
    RepeatedContent,
    Unbound,
    Variable,
)
from s2sad.graph.core import FOR, WHILE, Region, Value
from s2sad.graph.sizes import Size
from s2sad.graph.types import BOOL, Number, Scalar

MOST_ATTEMPTS = 40


class Loop(LoopMatch):
    """One loop that is lowered as a region."""

    def attempts(self, once: Callable[[], None]) -> None:
        """Lower until the head fits."""
        low = self.low
        location = low.location
        for _ in range(MOST_ATTEMPTS):
            self.depth = low.store.depth
            low.store.begin()
            mark = len(low.opened)
            low.open_loops.append(self)
            self._reset()
            low.builder.location = location
            done = False
            try:
                once()
                done = True
            except Again:
                pass
            except UnsupportedError as problem:
                if problem.code != "S2S130" or self.cautious:
                    raise
                self.cautious = True  # perhaps a name stays with its array after all
                self.own.clear()
                self.related.clear()
                self.outer_related.clear()
                self.stale.clear()
            finally:
                abandon(low, mark)
                low.open_loops.pop()
                changes = low.store.rollback()
                low.dead = False
            if done:
                self.changes = changes
                low.builder.location = location
                return
        low.refuse("conflict", name="a variable of the loop", reason="its kind does not settle")

    def run_for(self, one: Plan, bounds: Sequence[Abstract], body: Callable[[Abstract], Any], hint: str) -> None:
        """Lower a `for` over a range."""
        low = self.low
        operands = [low.value(bound, "a bound of range") for bound in bounds]
        self.trips = trip_size(low, bounds)
        for value in operands:
            if isinstance(value.type, Scalar) and value.type.dtype[0] in "iu":
                continue
            if not isinstance(value.type, Number) or value.type.kind not in ("int", "bool"):
                raise_error(low, "TypeError", "'float' object cannot be interpreted as an integer")
        operands = [low.emit("to_int", value) if isinstance(value.type, Scalar) else value for value in operands]

        def once() -> None:
            region = low.builder.new_region()
            self.body = region
            size = low.sizes.fresh(hint or "i")
            index = low.builder.parameter(region, Number("int", size), hint)
            low.loops[index] = self
            with low.builder.inside(region):
                self.head(region)
                self.trip(lambda: body(one.element(index)))
            region.results = self._ends(region)

        self.attempts(once)
        assert self.body is not None
        static: dict[str, Any] = {"leaves": True} if self.leaves else {}
        if one.reverse:
            static["reversed"] = True
        with low.unprotected():
            self.close(FOR, operands, static, (self.body,))

    def run_while(self, test: Any, body: Callable[[], None]) -> None:
        """Lower a `while`."""
        low = self.low
        state: dict[str, Any] = {"merged": False}

        def once() -> None:
            state["merged"] = False  # what an earlier attempt knew of the condition need not hold for any trip
            test_region = low.builder.new_region()
            condition: Value | None = None
            if not state["merged"]:
                low.store.begin()
                mark = len(low.opened)
                try:
                    with low.builder.inside(test_region):
                        self.head(test_region)
                        before = dict(low.store.contents)
                        try:
                            answer = truth(low, low.usable(expression(low, test)))
                        except (DeadPath, Left):
                            answer = True
                            state["merged"] = True
                        if len(low.opened) > mark:  # an exception may leave the condition
                            answer = True
                        if isinstance(answer, bool):
                            if answer is False:
                                state["merged"] = None
                            else:
                                state["merged"] = True
                        else:
                            condition = answer
                            if any(isinstance(head, Choice) for head in self.heads.values()):
                                state["merged"] = True  # what the test says of it is taken for granted in the body
                        for key, content in low.store.contents.items():
                            if before.get(key, ABSENT) is not content and (
                                key in before or (isinstance(key, Variable) and not key.name.startswith("$"))
                            ):
                                state["merged"] = True
                finally:
                    abandon(low, mark)
                    low.store.rollback()
                heads = self.slots
                self._reset()
                if state["merged"] is None:
                    return
            region = low.builder.new_region()
            self.body = region
            with low.builder.inside(region):
                self.head(region)
                if condition is not None:
                    self.note_filled(test)
                if state["merged"]:
                    self.trip(lambda: self._tested(test, body))
                else:
                    self.trip(body)
            region.results = self._ends(region)
            if state["merged"]:
                test_region = low.builder.new_region([slot.parameter.type for slot in self.slots])
                with low.builder.inside(test_region):
                    test_region.results = [low.constant(True)]
            else:
                assert condition is not None
                for slot, head in zip(self.slots, heads, strict=False):
                    slot.more = [head.parameter]
                for slot in self.slots[len(heads) :]:
                    low.builder.parameter(test_region, slot.parameter.type)
                test_region.results = [condition]
            state["test"] = test_region

        self.attempts(once)
        if state["merged"] is None:
            return
        assert self.body is not None
        with low.unprotected():
            self.close(WHILE, [], {"leaves": True} if self.leaves else {}, (state["test"], self.body))
        if state["merged"] and exits.FAILS not in self.possible:
            self._never_falls()

    def _never_falls(self) -> None:
        """After ``while True``: the loop was left by `break`, `return` or an exception."""
        left = tuple(sorted(filter(exits.passes_loop, self.possible)))
        code = exits.current(self.low)
        if len(left) == 1 and not (left == (exits.BREAK,) and isinstance(code, Known)):
            self.low.store.write(self.frame.exit, Known(left[0]))
        elif isinstance(code, exits.Exit):
            self.low.store.write(self.frame.exit, exits.Exit(code.value, left))

    def note_filled(self, test: Any) -> None:
        """In the body of ``while items:`` the list is not empty at first."""
        low = self.low
        if isinstance(test, gast.Name):
            thing = expression(low, test)
            content = low.store.read(thing.place) if isinstance(thing, Handle) else None
            if isinstance(content, GrowingContent):
                low.filled.add(content.value)

    def _tested(self, test: Any, body: Callable[[], None]) -> None:
        """A trip that evaluates the condition itself: the loop is left where it fails."""
        low = self.low
        answer = truth(low, low.usable(expression(low, test)))
        if isinstance(answer, bool):
            if answer:
                body()
            else:
                low.store.write(low.frame.exit, Known(exits.FAILS))
            return

        def stop() -> None:
            low.store.write(low.frame.exit, Known(exits.FAILS))

        branch(low, answer, body, stop)

    def changes_length(self, place: Place) -> bool:
        """Whether a list of unknown length becomes longer or shorter in the body."""
        slots = [slot for slot in self.slots if slot.path == (place,) and slot.final is not slot.parameter]
        return any(self.lengths.get(slot.parameter, (None, None, None))[2] != 0 for slot in slots)

    def trip(self, body: Callable[[], Any]) -> None:
        """Lower the body once."""
        low = self.low
        low.store.write(self.frame.exit, Known(exits.FALLS))
        mark = len(low.opened)
        try:
            body()
        except DeadPath:
            low.dead = True
        except Left:
            pass
        except PrimalRaises as problem:
            raise_here(low, problem)
        settle(low, mark)

    def _ends(self, region: Region) -> list[Value]:
        with self.low.unprotected():
            return self.ends(region, [])

    def close(self, operation: Any, bounds: list[Value], static: dict[str, Any], regions: tuple[Region, ...]) -> None:
        """Append the node and make its results the present state."""
        low = self.low
        body = regions[-1]
        offset = 1 if operation is FOR else 0
        leading = 1 if self.leaves else 0
        kept = [
            slot
            for slot in self.slots
            if slot.final is not slot.parameter or (slot.path == (low.world,) and slot.final is not slot.parameter)
        ]
        dropped = [slot for slot in self.slots if slot.final is slot.parameter]
        initial: dict[Slot, Value] = {}
        for slot in self.slots:
            initial[slot] = slot.initial()
        for slot in dropped:
            for parameter in (slot.parameter, *slot.more):
                self.replaced[parameter] = initial[slot]
        if self.replaced:
            for region in regions:
                substitute(region, self.replaced)
        code_parameters = body.parameters[offset + len(self.slots) :]
        codes = body.results[leading + len(self.slots) :]
        body.parameters = [*body.parameters[:offset], *(slot.parameter for slot in kept), *code_parameters]
        body.results = [
            *body.results[:leading],
            *(self.replaced.get(slot.final, slot.final) for slot in kept if slot.final is not None),
            *codes,
        ]
        if operation is WHILE:
            test = regions[0]
            chosen = [slot.more[0] if slot.more else test.parameters[self.slots.index(slot)] for slot in kept]
            test.parameters = [*chosen, *(low.builder.parameter(test, value.type) for value in code_parameters)]
            body_types = {id(slot): slot for slot in kept}
            del body_types
        operands = [*bounds, *(initial[slot] for slot in kept)]
        if self.code is not None:
            operands.append(low.constant(False) if self.code.value.type == BOOL else low.constant(exits.FALLS))
        types = [slot.parameter.type for slot in kept] + [value.type for value in code_parameters]
        names = [slot.parameter.name for slot in kept]
        self.node = low.builder.append(operation, operands, static, types, names=names, regions=regions)
        mapping: dict[Value, Value] = {}
        for slot, value in zip(kept, self.node.results, strict=False):
            slot.result = value
            mapping[slot.parameter] = value
        for slot in dropped:
            mapping[slot.parameter] = initial[slot]
        lengths: dict[Value, Size | None] = {}
        for parameter, (_, entry, grows) in self.lengths.items():
            total = None
            if entry is not None and grows is not None and not self.leaves and (grows == 0 or self.trips is not None):
                total = entry if grows == 0 or self.trips is None else entry + self.trips * grows
            lengths[parameter] = total
        self._state_after(mapping, lengths)
        code = self.code
        if code is not None:
            low.store.write(self.frame.exit, exits.Exit(self.node.results[-1], code.codes))
        else:
            low.store.write(self.frame.exit, Known(exits.FALLS))

    def _state_after(self, mapping: dict[Value, Value], lengths: dict[Value, Size | None]) -> None:
        low = self.low
        for key, head in self.heads.items():
            low.store.write(key, mapped(head, mapping, lengths))
        for place, content in self.head_places.items():
            low.store.write(place, mapped(content, mapping, lengths))
        for place, stale in self.stale.items():
            low.store.write(place, stale)
        for key, content in self.changes.items():
            if not isinstance(key, Variable) or key in self.heads or content is ABSENT or isinstance(content, Unbound):
                continue
            if key.name.startswith("$") and key.name != "$result":
                continue
            before = low.store.read(key)
            if (before is ABSENT or isinstance(before, (Unbound, Pending))) and (key.frame in low.frames or key.frame.captured):
                if isinstance(before, Pending):
                    self.before[key.name] = before
                low.store.write(key, Pending(self, content, key.name))

    def leave(self, pending: Pending) -> Abstract:
        """Make what the last trip left in a name a slot of the loop."""
        low = self.low
        final = pending.final
        since: int | None = None
        if isinstance(final, Pending):
            since = low.store.count
            final = final.loop.leave(final)
        if isinstance(final, Known) and isinstance(final.value, (bool, int, float, complex)):
            assert self.node is not None
            with low.builder.inside(self.node.regions[-1]):
                final = low.constant(final.value)
        if isinstance(final, Choice):
            return self._leave_choice(final, pending.name, since)
        earlier = self.before.get(pending.name)
        start: Value | None = None
        if earlier is not None:
            first = earlier.loop.leave(earlier)
            kind, other = number_type(low, first), number_type(low, final)
            unlike = kind is None or other is None or kinds.forget_size(kind) != kinds.forget_size(other)
            if unlike and not (isinstance(first, ArrayRef) and isinstance(final, ArrayRef)):
                return Conflict(pending.name, "it is what one of two loops has left", low.location)
            start = low.value(first)
        left: Abstract = exported(
            low, final, pending.name, lambda value, label: self._late(value, label, start), self.changes, self.exported, since, True
        )
        return left

    def _leave_choice(self, final: Choice, name: str, since: int | None) -> Abstract:
        """Make one of several things a slot of the loop; before the first trip the name is not bound."""
        low = self.low
        number = next((k for k, option in enumerate(final.options) if isinstance(option, Unbound)), None)
        if number is None:
            assert self.node is not None
            with low.builder.inside(self.node.regions[-1]):
                tag = option_number(low, final, list(range(len(final.options))))
            final = Choice(tag, (*final.options, Unbound(name)))
            number = len(final.options) - 1
        start = number == 0 if final.tag.type == BOOL else number
        tag = self._late(final.tag, "", start)
        options = [
            exported(low, option, name, lambda value, label: self._late(value, label), self.changes, self.exported, since, True)
            for option in final.options
        ]
        return Choice(tag, tuple(options))

    def _late(self, value: Value, label: str, start: Value | int | None = None) -> Value:
        low = self.low
        value = self.replaced.get(value, value)
        if low.builder.visible(value) and low.builder.home[value] not in (self.body, *(self.node.regions if self.node else ())):
            return value
        found = self.late.get(value)
        if found is not None:
            return found
        node = self.node
        assert node is not None
        body = node.regions[-1]
        for k, slot_value in enumerate(body.results[1 if self.leaves else 0 :]):
            if slot_value is value:
                self.late[value] = node.results[k]
                return node.results[k]
        kind = kinds.forget_size(value.type)
        home = low.builder.home[node.results[0]] if node.results else self.outer
        outer_region = low.builder.region
        low.builder.region = home
        before = len(home.nodes)
        if isinstance(start, (bool, int)):
            undefined = low.constant(start)
        else:
            undefined = start if start is not None and start.type == kind else low.builder.undefined(kind, label or value.name)
        made = home.nodes[before:]
        del home.nodes[before:]
        position = next(k for k, one in enumerate(home.nodes) if one is node)
        home.nodes[position:position] = made
        low.builder.region = outer_region
        name = label if label and not label.startswith("$") else value.name
        result = Value(kind, name, node, node.location)
        low.builder.home[result] = home
        for region in node.regions:
            parameter = Value(kind, "", region, node.location)
            low.builder.home[parameter] = region
            region.parameters.append(parameter)
        body.results.append(last_bound(low.builder, body, value, body.parameters[-1]))
        node.operands = (*node.operands, undefined)
        node.results = (*node.results, result)
        self.late[value] = result
        return result


def mapped(thing: Any, mapping: dict[Value, Value], lengths: dict[Value, Size | None]) -> Any:
    """Return a thing with parameters replaced by results."""
    match thing:
        case Value():
            return mapping.get(thing, thing)
        case ArrayRef(place, path, operands) if operands:
            return ArrayRef(place, path, tuple(mapping.get(operand, operand) for operand in operands), thing.name)
        case Items(elements, cls):
            return Items(tuple(mapped(element, mapping, lengths) for element in elements), cls)
        case ListContent(elements):
            return ListContent(tuple(mapped(element, mapping, lengths) for element in elements))
        case GrowingContent(value):
            return GrowingContent(mapping.get(value, value), lengths.get(value))
        case RepeatedContent(element, count):
            return RepeatedContent(element, mapped(count, mapping, lengths))
        case DictContent(entries):
            return DictContent(tuple((key, mapped(entry, mapping, lengths)) for key, entry in entries))
        case InstanceContent(fields):
            return InstanceContent(tuple((key, mapped(entry, mapping, lengths)) for key, entry in fields))
        case Choice(tag, options):
            return Choice(mapping.get(tag, tag), tuple(mapped(option, mapping, lengths) for option in options))
    return thing


def substitute(region: Region, mapping: dict[Value, Value]) -> None:
    """Replace values in a region and all inside it."""
    for node in region.nodes:
        for operand in node.operands:
            if operand in mapping:
                node.operands = tuple(mapping.get(one, one) for one in node.operands)
                break
        for inner in node.regions:
            substitute(inner, mapping)
    if any(value in mapping for value in region.results):
        region.results = [mapping.get(value, value) for value in region.results]

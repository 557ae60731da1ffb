"""Random sequenced graphs: straight lines, branches, loops that swap buffers, views, writes in place, early exits.

The generator keeps the promises of placement: what is written is owned, nothing that shares its buffer is read later, and
slots that are written come with buffers of their own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import s2sad.rules  # noqa: F401
from s2sad.errors import Location
from s2sad.graph.build import new_graph
from s2sad.graph.core import IF, WHILE, Graph, Node, Region, Value
from s2sad.graph.index import Index, Operand, Path, Slice
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import BOOL, FLOAT, INT, Array, Number, Scalar
from s2sad.rules.declare import REGISTRY

LENGTH = Size.of(Atom("n"))
VECTOR = Array("f8", (LENGTH,))
RULES = REGISTRY.rules
NAMES = ("x", "y", "u", "v", "h", "s", "t", "len", "np", "dx", "")


@dataclass(eq=False)
class Entry:
    """A value that may be used; `root` is its buffer, `owned` says that the buffer may be written."""

    value: Value
    root: int
    owned: bool
    fixed: bool = False  # the region hands it on


State = tuple[list[Entry], list[Value], list[Value], list[Value]]


class Generator:
    """Makes one graph."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.roots = 0
        self.graph, self.builder = new_graph("random", [VECTOR, VECTOR, FLOAT, INT], ["x", "y", "a", "k"])
        self.graph.sizes.labels.add("n")
        self.graph.sizes.seen["n"] = 5
        x, y, a, k = self.graph.parameters
        self.graph.size_sources = {"n": (x, 0)}
        self.arrays = [Entry(x, self.root(), False), Entry(y, self.root(), False)]
        self.numbers: list[Value] = [a]
        self.integers: list[Value] = [k]
        self.lists: list[Value] = []
        self.line = 0

    def root(self) -> int:
        self.roots += 1
        return self.roots

    def emit(self, rule: str, *operands: object, **static: object) -> Value:
        name = self.random.choice(NAMES) if self.random.random() < 0.5 else ""
        self.line += 1
        self.builder.reverses = Location("nowhere", self.line) if self.random.random() < 0.2 else None
        return self.builder.emit(RULES[rule], *operands, name=name, **static)  # type: ignore[arg-type]

    def make(self, size: int) -> Graph:
        self.statements(size, 0)
        results = [self.number_of(self.pick(self.arrays).value) for _ in range(2)]
        kept = [entry.value for entry in self.arrays[-3:]]
        self.graph.body.results = [*kept, *results, *self.numbers[-2:]]
        self.graph.stage = "sequenced"
        return self.graph

    def statements(self, size: int, depth: int) -> None:
        for _ in range(size):
            choice = self.random.random()
            if choice < 0.3:
                self.arithmetic()
            elif choice < 0.45:
                self.view()
            elif choice < 0.7:
                self.write()
            elif choice < 0.75 and "list_new" in RULES:
                self.keep()
            elif choice < 0.8:
                self.exit(depth)
            elif depth < 2:
                self.random.choice((self.branch, self.loop, self.while_loop))(depth)

    def pick(self, entries: list[Entry]) -> Entry:
        return self.random.choice(entries)

    def operand(self) -> Value:
        return self.pick(self.arrays).value if self.random.random() < 0.6 else self.random.choice(self.numbers)

    def arithmetic(self) -> None:
        rule = self.random.choice(("add", "subtract", "multiply", "negative", "sin", "where", "maximum", "copy", "minus"))
        if rule in ("negative", "sin", "copy"):
            value = self.emit(rule, self.pick(self.arrays).value)
        elif rule == "where":
            mask = self.emit("less", self.pick(self.arrays).value, self.operand())
            value = self.emit("where", mask, self.operand(), self.pick(self.arrays).value)
        elif rule == "minus":
            doubled = self.emit("multiply", -2.0, self.pick(self.arrays).value)
            value = self.emit("add", doubled, self.emit("negative", self.pick(self.arrays).value))
        else:
            value = self.emit(rule, self.pick(self.arrays).value, self.operand())
        self.arrays.append(Entry(value, self.root(), True))
        if self.random.random() < 0.5:
            first, second = self.random.choice(self.numbers), self.random.choice(self.numbers)
            self.numbers.append(self.emit(self.random.choice(("add", "multiply", "subtract")), first, second))

    def number_of(self, value: Value) -> Value:
        return self.emit("to_float", self.emit("sum", value, axis=None, keepdims=False))

    def path(self) -> tuple[Path, list[Value]]:
        choice = self.random.random()
        if choice < 0.3:
            return (Index((self.random.choice((0, 1, -1)),)),), []
        if choice < 0.6:
            index = self.random.choice(self.integers)
            if self.random.random() < 0.3:
                index = self.builder.emit(RULES["remainder"], self.builder.emit(RULES["add"], index, 1), 5)
            return (Index((Operand(0),)),), [index]
        if choice < 0.7:
            return (), []
        return (Index((Slice(1, None),)),), []

    def view(self) -> None:
        base = self.pick([entry for entry in self.arrays if entry.value.type == VECTOR])
        path, varying = self.path()
        if path:
            value = self.emit("get", base.value, *varying, path=path)
            if isinstance(value.type, Scalar):
                self.numbers.append(self.emit("to_float", value))
            else:
                total = self.emit("sum", value, axis=None, keepdims=False)
                self.numbers.append(self.emit("to_float", total))
                if self.random.random() < 0.5:
                    self.arrays.append(Entry(self.emit("add", self.emit("copy", base.value), 1.0), self.root(), True))

    def whole(self) -> list[Entry]:
        return [entry for entry in self.arrays if entry.owned and entry.value.type == VECTOR]

    def write(self) -> None:
        owned = self.whole()
        if not owned:
            return
        base = self.pick(owned)
        path, varying = self.path()
        choice = self.random.random()
        value: Value = self.random.choice(self.numbers)
        if choice < 0.3 and path:
            old = self.emit("get", base.value, *varying, path=path)
            value = self.emit(self.random.choice(("add", "multiply", "subtract")), old, value)
        elif choice < 0.5 and path == (Index((Slice(1, None),)),):
            value = self.emit("get", self.pick([e for e in self.arrays if e.value.type == VECTOR]).value, path=path)
        elif choice < 0.7 and not path:
            value = self.emit("negative", self.pick([e for e in self.arrays if e.value.type == VECTOR]).value)
        rule = self.random.choice(("put", "add_at"))
        result = self.emit(rule, base.value, value, *varying, path=path)
        self.consume(base.root)
        self.arrays.append(Entry(result, base.root, True, base.fixed))

    def consume(self, root: int) -> None:
        self.arrays = [entry for entry in self.arrays if entry.root != root]

    def latest(self, root: int) -> Value:
        return next(entry.value for entry in self.arrays if entry.root == root and entry.value.type == VECTOR)

    def keep(self) -> None:
        if not self.lists:
            self.lists.append(self.emit("list_new", element=FLOAT))
        at = self.random.randrange(len(self.lists))
        self.lists[at] = self.emit("list_append", self.lists[at], self.random.choice(self.numbers))
        if self.random.random() < 0.5:
            self.numbers.append(self.emit("list_get", self.lists[at], 0))

    def condition(self) -> Value:
        return self.emit("less", self.random.choice(self.numbers), self.random.choice(self.numbers))

    def inner(self) -> State:
        return list(self.arrays), list(self.numbers), list(self.integers), list(self.lists)

    def restore(self, state: State) -> None:
        self.arrays, self.numbers, self.integers, self.lists = (list(part) for part in state)  # type: ignore[assignment]

    def branch(self, depth: int) -> None:
        """An `if` whose branches may write one buffer of the outside, and choose a number and an array."""
        condition = self.condition()
        owned = self.whole()
        shared = self.pick(owned) if owned and self.random.random() < 0.7 else None
        state = self.inner()
        regions = []
        for _ in range(2):
            self.restore(state)
            self.lists = []
            for entry in self.arrays:
                entry.owned = False
            region = self.builder.new_region()
            with self.builder.inside(region):
                number_results: list[Value] = [self.random.choice(self.numbers)]
                mine = None
                if shared is not None:
                    mine = Entry(shared.value, shared.root, True, True)
                    self.arrays = [entry for entry in self.arrays if entry.root != shared.root]
                    self.arrays.append(mine)
                if self.random.random() < 0.8:
                    self.statements(self.random.randrange(1, 4), depth + 1)
                    number_results = [self.random.choice(self.numbers)]
                region.results = list(number_results)
                if shared is not None:
                    region.results.append(self.latest(shared.root))
            regions.append(region)
        self.restore(state)
        for entry in self.arrays:
            entry.owned = entry in owned
        node = self.builder.branch(condition, regions[0], regions[1], names=[self.random.choice(NAMES), "u"][: len(regions[0].results)])
        self.numbers.append(node.results[0])
        if shared is not None:
            self.consume(shared.root)
            self.arrays.append(Entry(node.results[1], shared.root, True, shared.fixed))

    def exit(self, depth: int) -> None:
        """Branches that set a flag, then code guarded by it: what `continue` and `return` are in a graph."""
        kind = self.random.choice((BOOL, INT))
        state = self.inner()
        node = self.flag(kind, self.random.randrange(1, 3), state)
        flag = node.results[0]
        self.numbers.append(node.results[1])
        if kind == INT:
            flag = self.builder.emit(RULES[self.random.choice(("equal", "not_equal"))], flag, self.random.choice((0, 1)))
        elif self.random.random() < 0.5:
            flag = self.builder.emit(RULES["logical_not"], flag)
        regions = []
        for _ in range(2):
            region = self.builder.new_region()
            with self.builder.inside(region):
                region.results = [self.inside(state)]
            regions.append(region)
        self.restore(state)
        guard = self.builder.branch(flag, regions[0], regions[1], names=["h"])
        self.numbers.append(guard.results[0])

    def flag(self, kind: Number, depth: int, state: State) -> Node:
        """Return an `if` that gives a flag and a number."""
        regions = []
        for _ in range(2):
            region = self.builder.new_region()
            with self.builder.inside(region):
                if depth and self.random.random() < 0.5:
                    region.results = list(self.flag(kind, depth - 1, state).results)
                else:
                    flag = self.random.choice((False, True) if kind == BOOL else (0, 1, 2))
                    region.results = [self.builder.constant(flag, kind), self.inside(state)]
            regions.append(region)
        self.restore(state)
        return self.builder.append(IF, (self.condition(),), {}, [kind, FLOAT], names=["", "s"], regions=regions)

    def inside(self, state: State) -> Value:
        """Make some arithmetic in a branch; return a number."""
        owned = [entry for entry in state[0] if entry.owned]
        self.restore(state)
        for entry in self.arrays:
            entry.owned = False
        if self.random.random() < 0.6:
            for _ in range(self.random.randrange(1, 3)):
                self.arithmetic()
        result = self.random.choice(self.numbers)
        self.restore(state)
        for entry in self.arrays:
            entry.owned = entry in owned
        return result

    def slots(self) -> tuple[list[Entry], list[Value]]:
        owned = [entry for entry in self.whole() if not entry.fixed]
        self.random.shuffle(owned)
        return owned[: self.random.randrange(0, 3)], [self.random.choice(self.numbers) for _ in range(self.random.randrange(1, 3))]

    def body(self, carried: list[Value], entries: list[Entry], numbers: list[Value], depth: int) -> list[Value]:
        """Fill the body of a loop; buffers change places, numbers too."""
        consumed = {entry.root for entry in entries}
        for entry in self.arrays:
            entry.owned = False
        self.arrays = [entry for entry in self.arrays if entry.root not in consumed]
        self.lists = []
        fresh = [Entry(value, self.root(), True, True) for value in carried[: len(entries)]]
        self.arrays += fresh
        self.numbers = self.numbers + carried[len(entries) :]
        self.statements(self.random.randrange(1, 5), depth + 1)
        results = [self.latest(entry.root) for entry in fresh]
        if self.random.random() < 0.5:
            results.reverse()
        slots = carried[len(entries) :]
        if self.random.random() < 0.3:
            self.exit(depth)
        last = [self.random.choice(self.numbers) if self.random.random() < 0.7 else value for value in slots]
        if len(slots) == 2 and self.random.random() < 0.4:
            last = [slots[1], self.random.choice([slots[0], self.emit("add", slots[0], slots[1])])]
        return [*results, *last]

    def after(self, state: State, owned: list[Entry], entries: list[Entry], results: list[Value]) -> None:
        self.restore(state)
        consumed = {entry.root for entry in entries}
        for entry in self.arrays:
            entry.owned = entry in owned
        self.arrays = [entry for entry in self.arrays if entry.root not in consumed]
        self.arrays += [Entry(value, self.root(), True) for value in results[: len(entries)]]
        self.numbers += results[len(entries) :]

    def loop(self, depth: int) -> None:
        entries, numbers = self.slots()
        owned = self.whole()
        initial = [*(entry.value for entry in entries), *numbers]
        state = self.inner()
        leaves = self.random.random() < 0.4
        tracked = leaves and self.random.random() < 0.5  # the flag goes on, as a `return` from the loop does
        names = [self.random.choice(NAMES) for _ in initial]
        kinds = [*(VECTOR for _ in entries), *(FLOAT for _ in numbers), *([BOOL] if tracked else ())]
        names += [""] * tracked
        region = self.builder.new_region([INT, *kinds], ["i", *names])
        with self.builder.inside(region):
            self.integers = [*self.integers, region.parameters[0]]
            results = self.body(region.parameters[1 : 1 + len(initial)], entries, numbers, depth)
            if leaves:
                flag = self.leave()
                results = [flag, *results, flag] if tracked else [flag, *results]
            region.results = results
        if tracked:
            initial.append(self.builder.constant(False))
        stop = self.builder.constant(self.random.choice((0, 1, 3)))
        if self.random.random() < 0.4:
            stop = self.builder.emit(RULES["remainder"], self.random.choice(state[2]), 4, name=self.random.choice(NAMES))
            if self.random.random() < 0.5:
                state[2].append(stop)
        extra = {"leaves": True} if leaves else {}
        if self.random.random() < 0.4:
            extra["reversed"] = True
        node = self.builder.loop(self.builder.constant(0), stop, self.builder.constant(1), initial, region, names=names, **extra)
        self.after(state, owned, entries, list(node.results[: len(initial) - tracked]))
        if tracked:
            regions = []
            for _ in range(2):
                guarded = self.builder.new_region()
                with self.builder.inside(guarded):
                    guarded.results = [self.inside(self.inner())]
                regions.append(guarded)
            self.numbers.append(self.builder.branch(node.results[-1], regions[0], regions[1], names=["s"]).result)

    def leave(self) -> Value:
        """Say whether the loop ends: a comparison, or a flag that branches set."""
        if self.random.random() < 0.5:
            return self.condition()
        condition = self.condition()
        regions: list[Region] = []
        for flag in (True, False):
            region = self.builder.new_region()
            with self.builder.inside(region):
                if self.random.random() < 0.5:
                    region.results = [self.builder.constant(flag)]
                else:
                    region.results = [self.condition()]
            regions.append(region)
        return self.builder.append(IF, (condition,), {}, [BOOL], regions=regions).result

    def while_loop(self, depth: int) -> None:
        entries, numbers = self.slots()
        owned = self.whole()
        count = self.builder.constant(self.random.choice((0, 1, 3)))
        initial = [*(entry.value for entry in entries), *numbers, count]
        kinds = [*(VECTOR for _ in entries), *(FLOAT for _ in numbers), Number("int")]
        names = [self.random.choice(NAMES) for _ in initial]
        state = self.inner()
        test = self.builder.new_region(kinds, names)
        with self.builder.inside(test):
            going = self.builder.emit(RULES["less"], self.builder.constant(0), test.parameters[-1])
            if self.random.random() < 0.3:
                self.numbers = list(test.parameters[len(entries) : -1])
                total = self.emit("multiply", self.random.choice(self.numbers), 2.0)
                small = self.builder.emit(RULES["less"], total, self.emit("add", total, 1e6))
                going = self.builder.emit(RULES["logical_and"], going, small)
            test.results = [going]
        self.restore(state)
        region = self.builder.new_region(kinds, names)
        with self.builder.inside(region):
            results = self.body(region.parameters[:-1], entries, numbers, depth)
            results.append(self.builder.emit(RULES["subtract"], region.parameters[-1], 1))
            region.results = results
        node = self.builder.append(WHILE, initial, {}, kinds, names=names, regions=(test, region))
        self.after(state, owned, entries, list(node.results[:-1]))


def random_graph(seed: int, size: int = 8) -> Graph:
    """Return a sequenced graph of two vectors, a float and an int."""
    return Generator(seed).make(size)

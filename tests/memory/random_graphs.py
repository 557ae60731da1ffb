"""Random graphs of vectors: views, writes, swaps round loops, branches, lists; each runs for any arguments."""

from __future__ import annotations

import random

from s2sad.errors import NOWHERE
from s2sad.graph.build import Builder, new_graph
from s2sad.graph.core import WHILE, Graph, Region, Value
from s2sad.graph.index import Fancy, Index, Operand, Slice
from s2sad.graph.sizes import Size
from s2sad.graph.types import INT, Array, List
from s2sad.rules import REGISTRY

LENGTH = 4
VECTOR = Array("f8", (Size.of(LENGTH),))
R = REGISTRY.rules
VIEWS = ((Index((Slice(None, None, -1),)),), (Index((Slice(),)),), (Index((Slice(None, None, -1),)), Index((Slice(None, None, -1),))))
PARTS = ((Index((Slice(1, 3),)),), (Index((Slice(None, None, 2),)),), (Index((0,)),), ())


class Maker:
    """Makes one random graph."""

    def __init__(self, seed: int, *, lists: bool = False) -> None:
        self.random = random.Random(seed)
        self.lists = lists
        self.graph, self.builder = new_graph(f"random_{seed}", [VECTOR, VECTOR, INT], ["x", "y", "k"])
        self.builder.reverses = NOWHERE

    def make(self) -> Graph:
        x, y, k = self.graph.parameters
        vectors = [x, y]
        self.statements(vectors, [k], self.random.randint(4, 9), depth=0)
        self.graph.body.results = [self.random.choice(vectors) for _ in range(self.random.randint(1, 4))]
        return self.graph

    def emit(self, name: str, *operands: Value | float | int, **static: object) -> Value:
        return self.builder.emit(R[name], *operands, **static)

    def pick(self, vectors: list[Value]) -> Value:
        """Prefer what has been computed last, so that chains of writes arise."""
        return vectors[-1 - min(int(self.random.expovariate(0.5)), len(vectors) - 1)]

    def statements(self, vectors: list[Value], indices: list[Value], count: int, depth: int) -> None:
        for _ in range(count):
            choice = self.random.random()
            if choice < 0.15:
                vectors.append(self.emit(self.random.choice(["add", "multiply"]), self.pick(vectors), self.pick(vectors)))
            elif choice < 0.22:
                vectors.append(self.emit("copy", self.pick(vectors)))
            elif choice < 0.27:
                vectors.append(self.emit("zeros", shape=VECTOR.shape, dtype="f8"))
            elif choice < 0.30:
                vectors.append(self.emit("expand", 0.5, shape=VECTOR.shape))
            elif choice < 0.45:
                vectors.append(self.emit("get", self.pick(vectors), path=self.random.choice(VIEWS)))
            elif choice < 0.80 or depth == 3:
                vectors.append(self.write(vectors, indices))
            elif choice < 0.90:
                self.branch(vectors, indices, depth)
            else:
                self.loop(vectors, indices, depth)

    def write(self, vectors: list[Value], indices: list[Value]) -> Value:
        base = self.pick(vectors)
        name = self.random.choice(["put", "add_at"])
        kind = self.random.random()
        if kind < 0.2:
            path = self.random.choice(PARTS[:3])
            return self.emit("put", base, 0.0, path=path)
        if kind < 0.4:
            part = self.emit("get", self.pick(vectors), path=PARTS[0])
            return self.emit(name, base, self.emit("multiply", part, 0.5) if self.random.random() < 0.5 else part, path=PARTS[0])
        if kind < 0.6:
            index = self.emit("remainder", self.random.choice(indices), LENGTH)
            element = self.emit("get", self.pick(vectors), index, path=(Index((Operand(0),)),))
            return self.emit(name, base, element, index, path=(Index((Operand(0),)),))
        if kind < 0.7:
            order = self.emit("argsort", self.pick(vectors)) if "argsort" in R else None
            if order is not None:
                return self.emit(name, base, self.pick(vectors), order, path=(Index((Fancy(0),)),))
        return self.emit(name, base, self.pick(vectors), path=())

    def branch(self, vectors: list[Value], indices: list[Value], depth: int) -> None:
        condition = self.emit("less", self.emit("get", self.pick(vectors), path=PARTS[2]), 0.3)
        count = self.random.randint(1, 2)
        regions = []
        for _ in range(2):
            region = self.builder.new_region()
            inner = list(vectors)
            with self.builder.inside(region):
                self.statements(inner, indices, self.random.randint(0, 3), depth + 1)
                region.results = [self.pick(inner) for _ in range(count)]
            regions.append(region)
        vectors.extend(self.builder.branch(condition, regions[0], regions[1]).results)

    def loop(self, vectors: list[Value], indices: list[Value], depth: int) -> None:
        count = self.random.randint(1, 3)
        initial = [self.pick(vectors) for _ in range(count)]
        if self.random.random() < 0.25:
            vectors.extend(self.while_loop(vectors, indices, initial, depth)[1:])
            return
        items = self.lists and self.random.random() < 0.5
        kinds = [INT, *(VECTOR for _ in initial), *([List(VECTOR)] if items else [])]
        starts = [*initial, *([self.emit("list_new", element=VECTOR)] if items else [])]
        body = self.builder.new_region(kinds)
        with self.builder.inside(body):
            inner = self.carry(body, vectors, [*indices, body.parameters[0]], depth, body.parameters[1 : count + 1])
            body.results = self.handed(inner, body.parameters[1 : count + 1])
            if items:
                body.results.append(self.emit("list_append", body.parameters[-1], self.pick(inner)))
        start, stop, step = self.builder.constant(0), self.builder.constant(self.random.choice([0, 1, 3, 3])), self.builder.constant(1)
        static = {"reversed": True} if self.random.random() < 0.3 else {}
        loop = self.builder.loop(start, stop, step, starts, body, **static)
        vectors.extend(loop.results[:count])
        if items:
            condition = self.emit("less", 0, self.emit("list_length", loop.results[-1]))
            then, otherwise = self.builder.new_region(), self.builder.new_region()
            with self.builder.inside(then):
                then.results = [self.emit("list_get", loop.results[-1], 0)]
            otherwise.results = [vectors[-1]]
            vectors.extend(self.builder.branch(condition, then, otherwise).results)

    def carry(self, body: Region, vectors: list[Value], indices: list[Value], depth: int, carried: list[Value]) -> list[Value]:
        inner = [*vectors, *carried]
        self.statements(inner, indices, self.random.randint(1, 5), depth + 1)
        return inner

    def handed(self, inner: list[Value], carried: list[Value]) -> list[Value]:
        """Hand on what was computed, often the carried values in another order."""
        if self.random.random() < 0.4:
            pool = [*carried[1:], inner[-1]]
            self.random.shuffle(pool)
            return pool[: len(carried)]
        return [self.pick(inner) if self.random.random() < 0.7 else self.random.choice(carried) for _ in carried]

    def while_loop(self, vectors: list[Value], indices: list[Value], initial: list[Value], depth: int) -> tuple[Value, ...]:
        builder: Builder = self.builder
        kinds = [INT, *(VECTOR for _ in initial)]
        test, body = builder.new_region(kinds), builder.new_region(kinds)
        with builder.inside(test):
            test.results = [self.emit("less", test.parameters[0], self.random.choice([0, 2, 3]))]
        with builder.inside(body):
            inner = self.carry(body, vectors, [*indices, body.parameters[0]], depth, body.parameters[1:])
            body.results = [self.emit("add", body.parameters[0], 1), *self.handed(inner, body.parameters[1:])]
        zero = builder.constant(0)
        return builder.append(WHILE, (zero, *initial), {}, kinds, regions=(test, body)).results


def random_graph(seed: int, *, lists: bool = False) -> Graph:
    """Return the random graph with this number."""
    return Maker(seed, lists=lists).make()

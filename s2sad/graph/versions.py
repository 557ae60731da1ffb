"""The order of reads and writes in a sequenced graph, derived again from nothing but the graph.

A value stands for one version of the contents of a buffer.  The walk keeps, at each point, the values whose buffer has been
overwritten since; reading one of them is an error.  It knows buffers by *roots*: a fresh result is a root, a view has the root
of its base, and what comes out of a region, or is carried round a loop, is a root of its own that *may be* any of several.  That
relation is not transitive: two arrays which a loop swaps may each be either of two buffers, and still are never the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from s2sad.graph.core import CALL, CONSTANT, FOR, IF, TRY, WHILE, WITH, Graph, Node, Region, Value
from s2sad.graph.index import is_view
from s2sad.graph.storage import BROADCASTS, WRITES
from s2sad.graph.types import Array, Dict, List, Optional, Record, Residual, Tuple, Type
from s2sad.record import record


def stale_reads(graph: Graph, writable: frozenset[int] | None, owned_results: bool) -> Iterator[tuple[str, str]]:
    """Yield (invariant, message) for each read of a lost version, and for writes and results that are not ours."""
    walk = _settled(graph, {})
    yield from walk.found
    parameters = graph.parameters
    if writable is not None:
        for number in sorted(walk.summary.written - writable):
            yield "argument-written", f"{graph.name} writes its argument {parameters[number]!r}"
    if owned_results:
        for number, shared in enumerate(walk.summary.shared):
            for other in sorted(shared):
                yield "results-owned", f"result {number} of {graph.name} shares memory with argument {parameters[other]!r}"
        for first, second in walk.summary.pairs:
            yield "results-owned", f"results {first} and {second} of {graph.name} share memory"
        for number, reason in walk.summary.locked:
            yield "results-owned", f"result {number} of {graph.name} is a {reason}"


@record(eq=False)
class _Root:
    """A buffer, or one of several buffers; `contents` stands for all that a list or dict refers to.

    The values of a root are stale when it has been written: of contents they are the list, which it changes, and the entries.
    """

    name: str
    parameter: int | None = None
    values: dict[Value, None] = field(default_factory=dict)
    maybe: dict[_Root, None] = field(default_factory=dict)
    contents: _Root | None = None


@record()
class _Summary:
    """What a call does: arguments that it writes, those that each result may share, results that share, results not to write."""

    written: frozenset[int] = frozenset()
    shared: tuple[frozenset[int], ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    locked: tuple[tuple[int, str], ...] = ()


_Stale = dict[Value, Node]


class _Walk:
    def __init__(self, graph: Graph, summaries: dict[Graph, _Summary]) -> None:
        self.graph = graph
        self.summaries = summaries
        self.roots: dict[Value, _Root] = {}
        self.stale: _Stale = {}
        self.found: dict[tuple[str, str], None] = {}
        self.written: dict[_Root, None] = {}
        self.locked: dict[Value, str] = {}  # what may not be written: constants and broadcasts, and views of them
        self.changed: dict[_Root, None] = {}  # containers that got other elements
        self.summary = summaries.setdefault(graph, _Summary(shared=(frozenset(),) * len(graph.results)))

    def run(self) -> None:
        for number, value in enumerate(self.graph.parameters):
            if holds_memory(value.type):
                self.fresh(value).parameter = number
        self.region(self.graph.body)
        self.summary = self.summaries[self.graph] = self.summarise()

    def summarise(self) -> _Summary:
        written = frozenset(root.parameter for root in (*self.changed, *self.written) if root.parameter is not None)
        roots = [self.roots.get(value) for value in self.graph.results]
        shared = tuple(frozenset(one.parameter for one in reach(root) if one.parameter is not None) for root in roots)
        pairs = tuple((i, j) for j, right in enumerate(roots) for i, left in enumerate(roots[:j]) if left and right and alias(left, right))
        locked = tuple((number, self.locked[value]) for number, value in enumerate(self.graph.results) if value in self.locked)
        return _Summary(written, shared, pairs, locked)

    # Roots -----------------------------------------------------------------------------------------------------------------

    def fresh(self, value: Value) -> _Root:
        """Give `value` a buffer of its own, anew when a loop comes round."""
        root = self.roots.get(value)
        if root is None or next(iter(root.values), None) is not value:
            root = self.roots[value] = _Root(value.name)
        for other in list(root.maybe):
            other.maybe.pop(root, None)
        root.maybe.clear()
        root.contents = None
        root.values = {value: None}
        self.stale.pop(value, None)
        self.locked.pop(value, None)
        return root

    def join(self, value: Value, root: _Root) -> None:
        """Let `value` be the contents of `root` from now on."""
        self.roots[value] = root
        root.values[value] = None
        if root.contents is not None and isinstance(value.type, (List, Dict)):
            root.contents.values[value] = None
        self.stale.pop(value, None)

    def relate(self, root: _Root, others: Sequence[_Root]) -> None:
        for other in others:
            if other is not root and other not in root.maybe:
                root.maybe[other] = None
                other.maybe[root] = None
                if root.contents is not None and other.contents is not None:
                    self.relate(root.contents, [other.contents])

    def contents(self, root: _Root) -> _Root:
        """Return what the entries of a container are; those of two that may be the same may be the same."""
        if root.contents is None:
            root.contents = _Root(root.name, root.parameter)
            root.contents.values = {value: None for value in root.values if isinstance(value.type, (List, Dict))} or dict(root.values)
            self.relate(root.contents, [other.contents for other in root.maybe if other.contents is not None])
        return root.contents

    def around(self, value: Value) -> list[_Root]:
        root = self.roots.get(value)
        return [] if root is None else [root, *root.maybe]

    # Reads and writes ------------------------------------------------------------------------------------------------------

    def read(self, value: Value, reader: str) -> None:
        writer = self.stale.get(value)
        if writer is not None:
            line = f" (line {writer.location.line})" if writer.location.line else ""
            self.found["version", f"{reader} reads {value!r}, which {writer!r}{line} has overwritten"] = None

    def write(self, root: _Root, writer: Node) -> None:
        if writer.operation.name in WRITES and isinstance(writer.operands[0].type, (List, Dict)):
            # Another element does not change the elements that are there.
            kind = writer.operands[0].type
            for other in (root, *root.maybe):
                containers = [value for value in other.values if value.type == kind]
                self.stale.update((value, writer) for value in containers if value not in self.stale)
                if containers:
                    self.changed[other] = None
            return
        inner = () if root.contents is None else (root.contents, *root.contents.maybe)
        for other in (root, *root.maybe, *inner):
            self.written[other] = None
            self.stale.update((value, writer) for value in other.values if value not in self.stale)

    def lock(self, value: Value, sources: Sequence[Value]) -> None:
        """Let `value` not be written where one of its sources may not be."""
        reason = next((self.locked[source] for source in sources if source in self.locked), None)
        if reason is not None and holds_memory(value.type):
            self.locked[value] = reason

    def bar(self, values: Sequence[Value], reasons: Sequence[str | None]) -> None:
        for value, reason in zip(values, reasons, strict=True):
            if reason is not None:
                self.locked[value] = reason

    def unlocked(self, value: Value, writer: Node) -> None:
        reason = self.locked.get(value)
        if reason is not None:
            self.found[f"{reason}-written", f"{writer!r} writes {value!r}, a {reason}"] = None

    # Nodes -----------------------------------------------------------------------------------------------------------------

    def region(self, region: Region) -> None:
        for node in region.nodes:
            for value in node.operands:
                self.read(value, repr(node))
            control = _CONTROL.get(node.operation)
            if control is not None:
                control(self, node)
            else:
                self.plain(node)
        for value in region.results:
            self.read(value, "the end of a region")

    def plain(self, node: Node) -> None:
        operation = node.operation
        if operation.name in WRITES and node.operands:
            root = self.roots.get(node.operands[0])
            if root is None:
                return
            self.unlocked(node.operands[0], node)
            self.write(root, node)
            for value in node.results:
                self.join(value, root)
            if isinstance(node.operands[0].type, (List, Dict)) and operation.name != "list_add":  # that makes a new element
                # The container refers to what is put into it: writing that changes the container.
                for value in node.operands[1:]:
                    if value in self.roots:
                        self.relate(self.contents(root), self.around(value))
            return
        for value in node.results:
            if not holds_memory(value.type):
                continue
            sources = self.sources(node)
            if len(sources) == 1 and sources[0] in self.roots:
                whole = self.roots[sources[0]]
                self.join(value, self.contents(whole) if node.operation.name in ("list_get", "dict_get") else whole)
            else:
                root = self.fresh(value)
                for part in sources:
                    self.relate(root, self.around(part))
            self.lock(value, sources)
            if operation is CONSTANT or operation.name in BROADCASTS:
                self.locked[value] = "constant" if operation is CONSTANT else "broadcast"

    def sources(self, node: Node) -> Sequence[Value]:
        """Return the operands that the result may share memory with."""
        if node.operation.name in ("pack", "item", "list_get", "dict_get"):
            return node.operands if node.operation.name == "pack" else node.operands[:1]
        if node.operation.sharing == "fresh" or not is_view(node.static.get("path", ())):
            return ()
        return node.operands[:1]

    def branches(self, node: Node, regions: Sequence[Region], results: Sequence[Sequence[Value]]) -> None:
        """Run regions of which one is executed; what any of them overwrites is overwritten."""
        before, after = self.stale, {}
        for region in regions:
            self.stale = dict(before)
            self.region(region)
            after.update(self.stale)
        self.stale = after
        self.leave(node, results)

    def leave(self, node: Node, alternatives: Sequence[Sequence[Value]], inner: Sequence[Region] | None = None) -> None:
        """Give the results of a node roots: each is one of its alternatives, and two share where they do in some alternative."""
        inside = {value for region in inner or node.regions for value in defined(region)}
        reach = [[self.outer(values[k], inside) for values in alternatives] for k in range(len(node.results))]
        shared = [
            (i, j) for j in range(len(node.results)) for i in range(j) if any(self.meet(values[i], values[j]) for values in alternatives)
        ]
        roots = [self.fresh(value) if holds_memory(value.type) else None for value in node.results]
        for root, lists in zip(roots, reach, strict=True):
            if root is not None:
                for others in lists:
                    self.relate(root, others)
        for i, j in shared:
            left, right = roots[i], roots[j]
            if left is not None and right is not None:
                self.relate(left, [right])
        for k, value in enumerate(node.results):
            self.lock(value, [values[k] for values in alternatives])

    def outer(self, value: Value, inside: set[Value]) -> list[_Root]:
        """Return the roots around a region that a value in it may be."""
        return [root for root in self.around(value) if next(iter(root.values)) not in inside]

    def meet(self, left: Value, right: Value) -> bool:
        first, second = self.roots.get(left), self.roots.get(right)
        if first is None or second is None:
            return False
        if isinstance(left.type, (List, Dict)) and isinstance(right.type, (List, Dict)):
            return first is second or second in first.maybe  # a common entry does not make one list of two
        return alias(first, second)

    def do_if(self, node: Node) -> None:
        self.branches(node, node.regions, [region.results for region in node.regions])

    def do_for(self, node: Node) -> None:
        (body,) = node.regions
        results = body.results[1:] if node.static.get("leaves") else body.results
        self.loop(node, node.operands[3:], [(body, body.parameters[1:])], results)

    def do_while(self, node: Node) -> None:
        test, body = node.regions
        results = body.results[1:] if node.static.get("leaves") else body.results
        self.loop(node, node.operands, [(test, test.parameters), (body, body.parameters)], results)

    def loop(self, node: Node, initial: Sequence[Value], parts: Sequence[tuple[Region, list[Value]]], results: Sequence[Value]) -> None:
        """Go round until nothing new is shared, and once more: what a trip overwrites the next one must not read."""
        inside = {value for region, _ in parts for value in defined(region)}
        count = len(initial)
        reach: list[dict[_Root, None]] = [dict.fromkeys(self.around(value)) for value in initial]
        shared = {(i, j): None for j in range(count) for i in range(j) if self.meet(initial[i], initial[j])}
        locked = [self.locked.get(value) for value in initial]
        settled = False
        while True:
            for region, parameters in parts:
                self.link([self.fresh(value) if holds_memory(value.type) else None for value in parameters], reach, shared)
                self.bar(parameters, locked)
                self.region(region)
                if region is not parts[-1][0]:
                    for value in parameters:
                        self.read(value, f"the body of {node!r}")
            size = sum(map(len, reach)) + len(shared) - locked.count(None)
            for k, value in enumerate(results):
                reach[k].update(dict.fromkeys(self.outer(value, inside)))
            shared.update({(i, j): None for j in range(count) for i in range(j) if self.meet(results[i], results[j])})
            locked = [reason or self.locked.get(value) for reason, value in zip(locked, results, strict=True)]
            grown = sum(map(len, reach)) + len(shared) - locked.count(None) > size
            if settled and not grown:
                break
            settled = not grown
        roots = [self.fresh(value) if holds_memory(value.type) else None for value in node.results]
        self.link(roots, reach, shared)
        self.bar(node.results, locked)

    def link(self, roots: Sequence[_Root | None], reach: Sequence[dict[_Root, None]], shared: dict[tuple[int, int], None]) -> None:
        for root, others in zip(roots, reach, strict=True):
            if root is not None:
                self.relate(root, list(others))
        for i, j in shared:
            left, right = roots[i], roots[j]
            if left is not None and right is not None:
                self.relate(left, [right])

    def do_call(self, node: Node) -> None:
        callee: Graph = node.static["graph"]
        if callee not in self.summaries:
            _settled(callee, self.summaries)
        summary = self.summaries[callee]
        for number in sorted(summary.written):
            root = self.roots.get(node.operands[number])
            if root is not None:
                self.write(root, node)
        for value, shared in zip(node.results, summary.shared, strict=True):
            if holds_memory(value.type):
                root = self.fresh(value)
                for number in sorted(shared):
                    self.relate(root, reach(self.roots.get(node.operands[number])))
        for number, reason in summary.locked:
            self.locked[node.results[number]] = reason
        for i, j in summary.pairs:
            left, right = self.roots.get(node.results[i]), self.roots.get(node.results[j])
            if left is not None and right is not None:
                self.relate(left, [right])

    def do_try(self, node: Node) -> None:
        body, *handlers, otherwise, finish = node.regions
        before = dict(self.stale)
        self.region(body)
        partly = {**before, **self.stale}  # a handler runs after any part of the body
        self.region(otherwise)
        after = dict(self.stale)
        for handler in handlers:
            self.stale = dict(partly)
            self.region(handler)
            after.update(self.stale)
        self.stale = after
        self.leave(node, [(otherwise if otherwise.results else body).results, *(handler.results for handler in handlers)])
        self.region(finish)

    def do_with(self, node: Node) -> None:
        (body,) = node.regions
        self.branches(node, node.regions, [body.results])


def _settled(graph: Graph, summaries: dict[Graph, _Summary]) -> _Walk:
    """Walk a graph; again, when it calls itself, until what it does to its arguments is found."""
    while True:
        before = summaries.get(graph)
        walk = _Walk(graph, summaries)
        walk.run()
        if before == walk.summary or graph not in graph.callees():
            return walk


_CONTROL: dict[object, Callable[[_Walk, Node], None]] = {
    IF: _Walk.do_if,
    FOR: _Walk.do_for,
    WHILE: _Walk.do_while,
    CALL: _Walk.do_call,
    TRY: _Walk.do_try,
    WITH: _Walk.do_with,
}


def alias(left: _Root, right: _Root) -> bool:
    """Whether two roots may be one buffer, or may refer to one."""
    others = {right} if right.contents is None else {right, right.contents}
    return any(one in others or not others.isdisjoint(one.maybe) for one in (left, left.contents) if one is not None)


def reach(root: _Root | None) -> list[_Root]:
    """Return all buffers that a root may be or refer to."""
    if root is None:
        return []
    inner = () if root.contents is None else (root.contents, *root.contents.maybe)
    return [root, *root.maybe, *inner]


def holds_memory(kind: Type) -> bool:
    """Whether values of `kind` are, or refer to, something that can be written."""
    return isinstance(kind, (Array, List, Dict, Tuple, Record, Optional, Residual))


def defined(region: Region) -> Iterator[Value]:
    """Yield every value that is defined in a region or inside it."""
    yield from region.parameters
    for node in region.nodes:
        yield from node.results
        for inner in node.regions:
            yield from defined(inner)

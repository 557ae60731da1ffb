"""One walk over a sequenced graph: where everything stands, who reads what, and which writes could be seen.

Every node gets a position in the order of the printed text.  A node reads its operands at its (even) position and defines
its results one later; a region with results moves them at its end.  Positions are what folding and naming reason with.

Storage is tracked by *roots*: small numbers that stand for buffers a value may live in.  A parameter of a loop is a root of
its own inside the loop: a buffer that the loop writes differs from all others there, or placement would have copied it.
"""

from __future__ import annotations

from dataclasses import field

from s2sad.graph.core import CALL, FOR, TRY, WHILE, WITH, Graph, Node, Region, Value
from s2sad.graph.index import is_view
from s2sad.graph.storage import WRITES
from s2sad.graph.types import Array, Dict, List, Number, Scalar, Token, Type
from s2sad.record import record

Roots = frozenset[int]
NO_ROOTS: Roots = frozenset()

# How a value is used.
OPERAND = "operand"  # of an ordinary node, or the condition or a bound of a control node
INITIAL = "initial"  # the first value of a carried slot
RESULT = "result"  # of a region: moved at its end
TEST = "test"  # the condition of a `while`
RETURN = "return"  # of the whole function
_HOLDING = frozenset(
    {"pack", "item", "list_get", "dict_get", "list_slice", "list_concat", "list_gather"}
)  # what goes through a container shares memory with it

SHAPE = "shape"  # only its shape is read, or it is named by the text in another way


@record(eq=False)
class Use:
    """One use of a value: at `position`, in `block`, by `node` (None for results)."""

    kind: str
    position: int
    block: Region
    node: Node | None = None


@record(eq=False)
class Info:
    """What is known about one value.

    `inline` says that the value has no name: its expression is repeated where it is used.  `anchor` is the position at
    which an inlined expression is computed (the last one, when there are several).  `repeats` says that it is so cheap that it is
    never named.
    """

    value: Value
    node: Node | None
    block: Region
    defined: int
    roots: Roots = NO_ROOTS
    uses: list[Use] = field(default_factory=list)
    inline: bool = False
    anchor: int = 0
    repeats: bool = False


@record(eq=False)
class Scan:
    """The findings.

    Attributes
    ----------
    infos : dict
        Value -> what is known about it, in order of definition.
    starts, ends : dict
        Node -> position; `ends` for nodes with regions only.
    spans : dict
        Region -> position of its start and of its end.
    parents : dict
        Region -> the node that owns it and the region that holds the node.
    writes : list
        Root -> positions of the writes to it, ascending.
    order : dict
        Region -> its nodes in the order of the text, where that is not the order of the graph.
    effects : list
        Positions of effects, ascending.
    """

    graph: Graph
    infos: dict[Value, Info] = field(default_factory=dict)
    starts: dict[Node, int] = field(default_factory=dict)
    ends: dict[Node, int] = field(default_factory=dict)
    spans: dict[Region, tuple[int, int]] = field(default_factory=dict)
    parents: dict[Region, tuple[Node, Region]] = field(default_factory=dict)
    order: dict[Region, list[Node]] = field(default_factory=dict)
    writes: list[list[int]] = field(default_factory=list)
    effects: list[int] = field(default_factory=list)


def nodes_of(found: Scan, region: Region) -> list[Node]:
    """Return the nodes of a region in the order of the text."""
    return found.order.get(region, region.nodes)


def writes(node: Node) -> bool:
    """Whether the node writes into the buffer of its first operand."""
    return node.operation.name in WRITES and isinstance(node.operands[0].type, (Array, List, Dict))


def scan(graph: Graph, order: dict[Region, list[Node]] | None = None) -> Scan:
    """Walk over `graph`, which is sequenced; `order` says where its nodes are taken in another order."""
    walk = _Walk(Scan(graph, order=order or {}))
    for value in graph.parameters:
        walk.define(value, None, graph.body, walk.fresh())
    walk.region(graph.body, RETURN, None)
    return walk.found


class _Walk:
    """The walk: a counter of positions."""

    __slots__ = ("found", "position")

    def __init__(self, found: Scan) -> None:
        self.found = found
        self.position = 0

    def next(self) -> int:
        self.position += 2
        return self.position

    def fresh(self) -> Roots:
        """Return a new root."""
        self.found.writes.append([])
        return frozenset((len(self.found.writes) - 1,))

    def define(self, value: Value, node: Node | None, block: Region, roots: Roots, position: int | None = None) -> None:
        where = self.position + 1 if position is None else position
        self.found.infos[value] = Info(value, node, block, where, roots if has_storage(value.type) else NO_ROOTS)

    def use(self, value: Value, kind: str, block: Region, node: Node | None, position: int | None = None) -> None:
        if not isinstance(value.type, Token):
            self.found.infos[value].uses.append(Use(kind, self.position if position is None else position, block, node))

    def roots(self, value: Value) -> Roots:
        return self.found.infos[value].roots

    def write(self, roots: Roots, position: int) -> None:
        for root in roots:
            self.found.writes[root].append(position)

    def region(self, region: Region, kind: str, node: Node | None) -> None:
        """Walk over a region whose parameters are defined already."""
        start = self.position
        for inner in nodes_of(self.found, region):
            self.next()
            self.found.starts[inner] = self.position
            if inner.regions:
                self.control(inner, region)
            else:
                self.plain(inner, region)
        self.next()
        for value in region.results:
            self.use(value, kind, region, node)
        self.found.spans[region] = (start, self.position)

    def plain(self, node: Node, block: Region) -> None:
        operation = node.operation
        for value in node.operands:
            self.use(value, OPERAND, block, node)
        roots = NO_ROOTS
        if writes(node):
            roots = self.roots(node.operands[0])
            self.write(roots, self.position)
            if not isinstance(node.operands[0].type, Array):  # a container holds what is put into it
                roots = roots.union(*(self.roots(value) for value in node.operands[1:]))
        elif operation.name == "get":
            if is_view(node.static["path"]):
                roots = self.roots(node.operands[0])
        elif operation is CALL or operation.effect or operation.name in _HOLDING:
            roots = NO_ROOTS.union(*(self.roots(value) for value in node.operands))
        elif operation.sharing != "fresh" and node.operands:
            roots = self.roots(node.operands[0])
        if operation.effect:
            self.found.effects.append(self.position)
            self.write(roots, self.position)
        if not roots or operation is CALL or operation.effect:
            roots = roots | self.fresh() if any(has_storage(value.type) for value in node.results) else roots
        for value in node.results:
            self.define(value, node, block, roots)

    def control(self, node: Node, block: Region) -> None:
        operation = node.operation
        start = self.position
        if operation in (FOR, WHILE):
            self.loop(node, block)
        else:
            for value in node.operands:
                self.use(value, OPERAND, block, node)
            for region in node.regions:
                self.found.parents[region] = (node, block)
                self.next()
                for value in region.parameters:
                    self.define(value, None, region, self.fresh(), self.position)
                self.region(region, RESULT, node)
            end = self.next()
            branches = [region for region in node.regions if len(region.results) == len(node.results)]
            for number, value in enumerate(node.results):
                self.define(value, node, block, NO_ROOTS.union(*(self.roots(region.results[number]) for region in branches)), end)
            self.found.ends[node] = end
        if any(isinstance(value.type, Token) for value in node.results) or operation in (TRY, WITH):
            self.found.effects.append(self.position)
        assert self.found.ends[node] > start

    def loop(self, node: Node, block: Region) -> None:
        """Walk over a loop; what it does to a buffer inside is done to the buffers that its slots come with."""
        body = node.regions[-1]
        count = 3 if node.operation is FOR else 0
        start = self.position
        for value in node.operands[:count]:  # the bounds are read behind the assignments to the slots
            self.use(value, OPERAND, block, node, start + 1)
        initial = node.operands[count:]
        for value in initial:
            self.use(value, INITIAL, block, node)
        own: list[Roots] = [self.fresh() for _ in initial]
        for region in node.regions:
            self.found.parents[region] = (node, block)
            self.next()
            carried = region.parameters[1:] if node.operation is FOR else region.parameters
            if node.operation is FOR:
                self.define(region.parameters[0], None, region, NO_ROOTS, self.position)
            for value, roots in zip(carried, own, strict=True):
                self.define(value, None, region, roots, self.position)
            self.region(region, RESULT if region is body else TEST, node)
        end = self.next()
        results = body.results[1:] if node.static.get("leaves") else body.results
        self.slots(node, block, start, end, [self.roots(value) for value in initial], own, [self.roots(value) for value in results])
        self.found.ends[node] = end

    def slots(self, node: Node, block: Region, start: int, end: int, initial: list[Roots], own: list[Roots], results: list[Roots]) -> None:
        """Join the slots whose buffers change places, and carry the writes outwards."""
        slot_of = {root: slot for slot, roots in enumerate(own) for root in roots}
        group = list(range(len(own)))

        def find(slot: int) -> int:
            while group[slot] != slot:
                slot = group[slot]
            return slot

        for slot, roots in enumerate(results):
            for root in sorted(roots):
                if root in slot_of:
                    group[find(slot_of[root])] = find(slot)
        outer: dict[int, Roots] = {}
        written: dict[int, bool] = {}
        for slot, roots in enumerate(results):
            leader = find(slot)
            mine = frozenset(root for root in roots if root not in slot_of)
            outer[leader] = outer.get(leader, NO_ROOTS) | initial[slot] | mine
            touched = any(self.found.writes[root] for root in own[slot])
            written[leader] = written.get(leader, False) or touched
        for leader, roots in outer.items():
            if written[leader]:
                self.write(frozenset(r for r in roots if not self.found.writes[r] or self.found.writes[r][-1] < end), end)
        for slot, value in enumerate(node.results):
            self.define(value, node, block, outer[find(slot)], end)


def has_storage(kind: Type) -> bool:
    """Whether values of a type may be changed through another name."""
    return not isinstance(kind, (Number, Scalar, Token))

"""Read flat lists: the entries are consumed in the order in which they were appended, or in the opposite one.

While values are brought, a read of a flat list is only noted: an `at_trip` stays where it is wanted.  When all reads are
known, each becomes ``hs.pop()`` if the sweep that reads is the only one and runs backwards, or else ``hs[position]`` with a
position that the sweep carries along; lists that are filled together share it.
"""

from __future__ import annotations

from collections.abc import Sequence

from s2sad.analysis.scopes import Scopes
from s2sad.graph.core import Node, Region, Value
from s2sad.graph.types import INT
from s2sad.memory.tape import Tape
from s2sad.memory.threads import Threads
from s2sad.record import record
from s2sad.rules.declare import REGISTRY

POSITION = "position"


def backwards(scopes: Scopes, ahead: Sequence[Region], behind: Sequence[Region]) -> bool | None:
    """Whether the regions `behind` visit the instances of the regions `ahead` last to first; both are given innermost first.

    None when they visit them in neither that order nor the same, or not all of them.
    """
    if len(ahead) != len(behind) or any(one.domain is not other.domain for one, other in zip(ahead, behind, strict=True)):
        return None
    turned = {_reversed(scopes, one) != _reversed(scopes, other) for one, other in zip(ahead, behind, strict=True) if scopes.is_loop(one)}
    return turned.pop() if len(turned) == 1 else None


def _reversed(scopes: Scopes, body: Region) -> bool:
    loop = scopes.owner[body]
    return loop is not None and bool(loop.static.get("reversed"))


@record(eq=False)
class _Read:
    """The reads of one list in one region: at most one of what is handed on, and one of the other values."""

    tape: Tape
    nodes: dict[str, Node]


class Consumer:
    """Collects the reads of flat lists; `settle` makes them.

    Parameters
    ----------
    popping : bool
        Whether lists may be used up: not, where the reverse sweep is to run several times.
    """

    def __init__(self, threads: Threads, popping: bool) -> None:
        self.threads = threads
        self.scopes = threads.scopes
        self.popping = popping
        self.hoisted: set[Node] = set()
        self._reads: dict[Value, dict[Region, _Read]] = {}

    def known(self, tape: Tape, region: Region) -> Node | None:
        """Return the read of a value in a region."""
        read = self._reads.get(tape.root, {}).get(region)
        return None if read is None else read.nodes.get(tape.handed)

    def note(self, tape: Tape, region: Region, node: Node) -> None:
        """Note that `node` of `region`, an `at_trip` as yet, reads `tape`."""
        self._reads.setdefault(tape.root, {}).setdefault(region, _Read(tape, {})).nodes[tape.handed] = node

    def settle(self) -> None:
        """Replace what has been noted by operations."""
        together: dict[tuple[Region, Region, bool], list[_Read]] = {}
        for root, by_region in self._reads.items():
            for region, read in by_region.items():
                site = self.scopes.home(next(iter(read.nodes.values())).operands[0])
                outer = self.scopes.home(root)
                path = self.scopes.path(region, outer)
                turned = backwards(self.scopes, self.scopes.path(site, outer), path)
                assert turned is not None, "a flat list is read in an order of its own"
                if turned and self.popping and len(by_region) == 1:
                    self._pop(path, read)
                else:
                    together.setdefault((site, region, bool(read.tape.handed)), []).append(read)
        for (site, region, _), reads in together.items():
            outer = self.scopes.home(reads[0].tape.root)
            path = self.scopes.path(region, outer)
            self._count(path, reads, bool(backwards(self.scopes, self.scopes.path(site, outer), path)))
        self.threads.flush()

    def _pop(self, path: Sequence[Region], read: _Read) -> None:
        rules, builder, threads = REGISTRY.rules, self.threads.builder, self.threads
        entry, exit_ = read.nodes.get("entry"), read.nodes.get("exit")
        last = exit_ or entry or read.nodes[""]  # behind (or, without it, ahead of) this the list gets shorter
        shorter_first = last is entry
        if entry is not None and exit_ is not None:
            self._put_behind(entry, exit_)

        def shorten(values: Value) -> Value:
            with threads.before(last) if shorter_first else threads.behind(last):
                self._mark(last)
                less = builder.emit(rules["list_pop"], values, name=values.name)
            for node in read.nodes.values():
                source = less if node is entry else values
                with threads.before(node):
                    self._mark(node)
                    self._become_get(node, source, builder.constant(-1))
            return less

        def drop(values: Value) -> Value:
            with threads.behind(threads.node(path[0])):
                return builder.emit(rules["list_pop"], values, name=values.name)

        threads.carry(path, read.tape.root, shorten, leave=drop if read.tape.handed else None)

    def _count(self, path: Sequence[Region], reads: Sequence[_Read], turned: bool) -> None:
        rules, builder, threads = REGISTRY.rules, self.threads.builder, self.threads
        nodes = {node: (read, handed) for read in reads for handed, node in read.nodes.items()}
        ordered = [node for node in path[0].nodes if node in nodes]
        outermost = threads.node(path[-1])
        with threads.before(outermost):
            self._mark(outermost)
            start = builder.emit(rules["list_length"], reads[0].tape.root, name=POSITION) if turned else builder.constant(0, INT)
            start.name = POSITION

        def step(position: Value) -> Value:
            with threads.before(ordered[0]) if turned else threads.behind(ordered[-1]):
                self._mark(ordered[0])
                moved = builder.emit(rules["subtract" if turned else "add"], position, 1, name=POSITION)
            for node in ordered:
                read, handed = nodes[node]
                with threads.before(node):
                    self._mark(node)
                    place = moved if turned else position
                    if turned and handed == "entry":
                        place = builder.emit(rules["subtract"], place, 1)
                    elif not turned and handed == "exit":
                        place = builder.emit(rules["add"], place, 1)
                    self._become_get(node, read.tape.root, place)
            return moved

        def skip(position: Value) -> Value:
            with threads.behind(threads.node(path[0])):
                return builder.emit(rules["subtract" if turned else "add"], position, 1, name=POSITION)

        threads.carry(path, start, step, leave=skip if reads[0].tape.handed else None)

    def _mark(self, node: Node) -> None:
        self.threads.builder.location, self.threads.builder.reverses = node.location, node.reverses

    @staticmethod
    def _become_get(node: Node, values: Value, place: Value) -> None:
        node.operation, node.operands = REGISTRY.rules["list_get"], (values, place)

    def _put_behind(self, entry: Node, exit_: Node) -> None:
        """Let what leaves the trip be read ahead of what enters it."""
        nodes = self.scopes.region[entry].nodes
        if nodes.index(entry) < nodes.index(exit_):
            nodes.remove(exit_)
            nodes.insert(nodes.index(entry), exit_)

"""Out of SSA: values that hand on to each other share one name where their ranges allow it.

A *class* is a set of values with one name.  Some joins are forced: the versions of a buffer written in place, and the
parameter and the result of a carried slot.  The others save an assignment, and are made where ranges do not overlap, where
both sides belong to the same sweep, and where the user did not give them different names.
"""

from __future__ import annotations

import builtins
import keyword
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import field

from s2sad.emit.fold import Fold, behind, handed_on, leaves_of, mentioned, movable
from s2sad.emit.hints import FLAG, hint
from s2sad.emit.ranges import Ranges, live_ranges, merged, overlap
from s2sad.emit.scan import INITIAL, RESULT, Info, writes
from s2sad.graph.core import CALL, FOR, WHILE, Node, Region, Value
from s2sad.graph.types import List, Token
from s2sad.record import record

# What generated text may refer to: a variable never takes these names.
_WORDS = """
    np math cmath scipy len range reversed float int bool complex abs min max sum any all round pow divmod print list tuple dict set str
    repr isinstance type enumerate zip slice _
"""
_RAISED = (label for label, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException))
RESERVED = frozenset(_WORDS.split()) | frozenset(keyword.kwlist) | frozenset(_RAISED)


@record(eq=False)
class Class:
    """Values that share a name."""

    members: list[Value]
    ranges: Ranges
    reverse: bool = False
    written: bool = False
    pinned: str = ""
    label: str = ""  # the name that the user, or the derivative pass, gave to a member
    name: str = ""


@record(eq=False)
class Names:
    """The names of all values that have one."""

    folded: Fold
    classes: dict[Value, Class] = field(default_factory=dict)
    flags: dict[str, None] = field(default_factory=dict)  # names that stand for one exit flag each
    leave: str = "leave"  # the flag of a loop whose exit has to be computed ahead of its assignments

    def of(self, value: Value) -> str:
        """Return the name of a value."""
        return self.classes[value].name

    def same(self, first: Value, second: Value) -> bool:
        """Whether a move from one value to the other is none."""
        return self.classes.get(first) is not None and self.classes.get(first) is self.classes.get(second)


def assign_names(folded: Fold, pinned: dict[Value, str], arguments: Iterable[str], reserved: Iterable[str]) -> Names:
    """Name every value that has no expression of its own.

    Parameters
    ----------
    folded : Fold
        What is inlined.
    pinned : dict
        Graph parameters that are arguments or globals, and what they are called.
    arguments : iterable of str
        Names of the function's arguments; they may be taken over by another value when the argument is dead.
    reserved : iterable of str
        Further names that no variable may take.
    """
    result = Names(folded)
    joined = _Joiner(folded, result, pinned)
    joined.force()
    joined.settle()
    for node in folded.found.ends:  # inner before outer
        joined.moves(node)
    joined.late()
    taken = _name(result, frozenset(arguments), RESERVED.union(reserved), pinned)
    while result.leave in taken or result.leave in reserved:
        result.leave += "_"
    return result


class _Joiner:
    """Makes the classes."""

    def __init__(self, folded: Fold, names: Names, pinned: dict[Value, str]) -> None:
        self.folded = folded
        self.names = names
        self.pinned = pinned
        self.ranges = live_ranges(folded)
        self.leader: dict[Value, Value] = {value: value for value in self.ranges}

    def find(self, value: Value) -> Value:
        root = value
        while self.leader[root] is not root:
            root = self.leader[root]
        while self.leader[value] is not root:
            self.leader[value], value = root, self.leader[value]
        return root

    def force(self) -> None:
        """Make the joins without which the text would be wrong."""
        for node in self.folded.found.starts:
            if writes(node):
                self.join(node.results[0], node.operands[0])
            elif node.operation in (FOR, WHILE):
                offset = 1 if node.operation is FOR else 0
                for slot, value in enumerate(node.results):
                    for region in node.regions:
                        self.join(value, region.parameters[slot + offset])

    def join(self, first: Value, second: Value) -> None:
        if first in self.leader and second in self.leader:
            self.leader[self.find(first)] = self.find(second)

    def settle(self) -> None:
        """Make one class of each set of joined values."""
        groups: dict[Value, list[Value]] = {}
        for value in self.ranges:
            groups.setdefault(self.find(value), []).append(value)
        infos = self.folded.found.infos
        for members in groups.values():
            if len(members) == 1:
                (value,) = members
                info, text = infos[value], self.pinned.get(value, "")
                written = info.node is not None and writes(info.node)
                single = Class(members, self.ranges[value], _reverse(self.folded, info), written, text, text or value.name)
                self.names.classes[value] = single
                continue
            label = next((value.name for value in members if value.name), "")
            made = Class(
                members,
                merged(bound for value in members for bound in self.ranges[value]),
                reverse=any(_reverse(self.folded, infos[value]) for value in members),
                written=any(info.node is not None and writes(info.node) for info in map(infos.__getitem__, members)),
                pinned=next((self.pinned[value] for value in members if value in self.pinned), ""),
                label=next((self.pinned[value] for value in members if value in self.pinned), label),
            )
            for value in members:
                self.names.classes[value] = made

    def moves(self, node: Node) -> None:
        """Spare the assignments at the ends of a node's regions, then those at its beginning."""
        loop = node.operation in (FOR, WHILE)
        regions: list[Region] = [node.regions[-1]] if loop else list(node.regions)
        for region in regions:
            sources = region.results[1:] if node.static.get("leaves") else region.results
            if len(sources) == len(node.results):
                for value, source in zip(node.results, sources, strict=True):
                    self.coalesce(value, source)
        if loop:
            for value, source in zip(node.results, node.operands[3 if node.operation is FOR else 0 :], strict=True):
                self.coalesce(value, source)

    def coalesce(self, value: Value, source: Value) -> None:
        classes = self.names.classes
        source = behind(self.folded.found, source)
        first, second = classes.get(value), classes.get(source)
        if first is None or second is None or first is second or isinstance(value.type, Token):
            return
        if first.reverse != second.reverse and not isinstance(value.type, List):  # the reverse sweep uses up what has been kept
            return
        if first.pinned and second.pinned:
            return
        if first.label and second.label and first.label != second.label and not first.reverse:
            return
        if (first.pinned or second.pinned) and (first.written or second.written or first.label != second.label):
            return
        if overlap(first.ranges, second.ranges):
            return
        if len(first.members) < len(second.members):
            first, second = second, first
        first.ranges = merged([*first.ranges, *second.ranges])
        first.members.extend(second.members)
        first.written |= second.written
        first.pinned = first.pinned or second.pinned
        first.label = classes[value].label or classes[source].label
        for member in second.members:
            classes[member] = first

    def late(self) -> None:
        """Write what is only moved where it is moved: ``a, b = b, a + b`` needs no third name."""
        found = self.folded.found
        for value, info in found.infos.items():
            made = self.names.classes.get(value)
            if made is None or len(made.members) > 1 or made.pinned or info.node is None or len(info.uses) != 1:
                continue
            use = handed_on(found.infos, info)
            if use.kind not in (RESULT, INITIAL) or use.block is not info.block or not _pure(info) or use.node is None:
                continue
            if value.name and value.name not in {result.name for result in use.node.results}:
                continue
            read = [*leaves_of(self.folded, info.node), *mentioned(info.node, self.folded.sizes)]
            if movable(found, info, use.position) and all(self.stays(one, info.defined, use.position) for one in read):
                info.inline = True
                del self.names.classes[value]
                for one in read:
                    owner = self.names.classes.get(one)
                    if owner is not None:
                        owner.ranges = merged([*owner.ranges, (info.defined, use.position)])

    def stays(self, value: Value, begin: int, end: int) -> bool:
        """Whether a name keeps its value between two positions."""
        made = self.names.classes.get(value)
        if made is None:
            return True
        span: Ranges = [(begin, end)]
        return not any(overlap(self.ranges[member], span) for member in made.members if member is not value)


def _pure(info: Info) -> bool:
    """Whether a value is computed by an operation that may stand in an expression."""
    node = info.node
    assert node is not None
    return not (node.regions or node.operation.effect or node.operation is CALL or writes(node) or len(node.results) != 1)


def _reverse(folded: Fold, info: Info) -> bool:
    """Whether the value belongs to the reverse sweep."""
    node = info.node
    if node is None:
        owner = folded.found.parents.get(info.block)
        node = owner[0] if owner is not None else None
    return node is not None and node.reverses is not None


def _name(result: Names, arguments: frozenset[str], reserved: frozenset[str], pinned: dict[Value, str]) -> dict[str, Ranges]:
    """Give names, in the order in which the classes begin; return where each is taken."""
    taken: dict[str, Ranges] = {}
    ordered: list[Class] = []
    seen: set[int] = set()
    for made in result.classes.values():
        if id(made) not in seen:
            seen.add(id(made))
            ordered.append(made)
    ordered.sort(key=lambda made: made.ranges[0][0])
    whole: Ranges = [(0, 1 << 60)]
    for made in ordered:
        if made.pinned:
            made.name = made.pinned
            # A name that is no argument belongs to another scope: it must never be assigned here.
            _occupy(taken, made.name, made.ranges if made.name in arguments else whole)
    for label in sorted(arguments.difference(pinned.values())):
        taken[label] = whole
    for made in ordered:
        if made.pinned or all(isinstance(value.type, Token) for value in made.members):
            continue
        stem = identifier(made.label or hint(made.members[0], result.folded, result.classes))
        label, count = stem, 1
        while label in reserved or _clashes(taken.get(label, []), made.ranges):
            count += 1
            label = f"{stem}_{count}" if stem[-1].isdigit() else f"{stem}{count}"
        made.name = label
        if stem == FLAG:
            result.flags[label] = None
        _occupy(taken, label, whole if stem == FLAG else made.ranges)
    return taken


def _clashes(taken: Ranges, ranges: Ranges) -> bool:
    """Whether a name is in use at a position of the ranges."""
    for low, high in ranges:
        index = bisect_left(taken, (low,))
        if index and taken[index - 1][1] >= low:
            return True
        if index < len(taken) and taken[index][0] <= high:
            return True
    return False


def _occupy(taken: dict[str, Ranges], label: str, ranges: Ranges) -> None:
    taken[label] = merged([*taken[label], *ranges]) if label in taken else list(ranges)


def identifier(text: str) -> str:
    """Return the text as an identifier."""
    cleaned = "".join(sign if sign.isalnum() or sign == "_" else "_" for sign in text).strip("_") or "t"
    if not cleaned.isidentifier():
        cleaned = f"v{cleaned}"
    return f"{cleaned}_" if cleaned in RESERVED else cleaned

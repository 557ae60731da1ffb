"""Which values get a statement of their own, and which are folded into the expression that uses them.

Folding moves a computation to the place of its use, so it must not pass a write to a buffer that it reads, nor move what may raise
past an effect.  What the user named keeps its line.  Constants, sizes and index arithmetic are repeated and never named.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field

from s2sad.emit.scan import INITIAL, OPERAND, RESULT, RETURN, SHAPE, TEST, Info, Scan, Use, writes
from s2sad.emit.sizes import SizeSpeller
from s2sad.emit.spell import repeated
from s2sad.graph.core import CALL, CONSTANT, SIZE, UNDEFINED, Node, Region, Value
from s2sad.graph.types import Array, Number
from s2sad.record import record
from s2sad.rules.declare import Rule

DEPTH = 9  # of an expression; printers recurse
WIDTH = 92  # of a statement without its indentation, roughly
_INDEX_ARITHMETIC = frozenset({"add", "subtract", "multiply", "negative"})
_INDEX_DEPTH = 3
CONVERSIONS = frozenset({"cast", "as_kind", "to_float", "to_int", "to_bool", "to_complex"})
_SAME_THING = CONVERSIONS | {"copy"}
_LIKE = frozenset({"zeros", "ones", "empty"})


@record(eq=False)
class Fold:
    """The decisions; `sites` says where an inlined expression is computed."""

    found: Scan
    sizes: SizeSpeller
    sites: dict[Value, list[tuple[int, Region]]] = field(default_factory=dict)
    widths: dict[Value, int] = field(default_factory=dict)
    depths: dict[Value, int] = field(default_factory=dict)

    def inline(self, value: Value) -> bool:
        """Whether the value has no name."""
        return self.found.infos[value].inline


def fold(found: Scan, sizes: SizeSpeller) -> Fold:
    """Decide for every value of the graph."""
    result = Fold(found, sizes)
    nodes = list(found.starts)  # in order of position
    for node in reversed(nodes):
        _decide(result, node)
    for node in nodes:
        _measure(result, node)
    for region in found.spans:
        _measure_region(result, region)
    for node in reversed(nodes):
        _locate(result, node)
    return result


def is_size(node: Node) -> bool:
    """Whether the node computes an int that is known as a size of the arguments."""
    if node.operation is SIZE:
        return True
    if node.operation.name not in _INDEX_ARITHMETIC:
        return False
    return all(_entry_size(value) for value in (*node.operands, *node.results))


def _entry_size(value: Value) -> bool:
    kind = value.type
    return isinstance(kind, Number) and kind.kind == "int" and kind.size is not None and kind.size.entry


def repeats(node: Node) -> bool:
    """Whether the node's expression is repeated wherever it is used, however often that is."""
    return node.operation is CONSTANT or node.operation is UNDEFINED or is_size(node)


def is_alias(node: Node | None) -> bool:
    """Whether the node only looks at its operand as of another kind: its text is that of the operand."""
    return node is not None and node.operation.name == "as_kind"


def behind(found: Scan, value: Value) -> Value:
    """Return the value that has the name for which an alias stands."""
    info = found.infos[value]
    while info.inline and info.node is not None and is_alias(info.node):
        value = info.node.operands[0]
        info = found.infos[value]
    return value


def handed_on(infos: dict[Value, Info], info: Info) -> Use:
    """Return the first use of a value, seen through aliases that are used once."""
    use = info.uses[0]
    while use.kind == OPERAND and use.node is not None and is_alias(use.node) and len(infos[use.node.results[0]].uses) == 1:
        alias = infos[use.node.results[0]]
        if alias.block is not info.block or not alias.inline:
            break
        use = alias.uses[0]
    return use


def _is_index_arithmetic(node: Node, value: Value) -> bool:
    """Whether this is unnamed arithmetic of Python ints."""
    if node.operation.name not in _INDEX_ARITHMETIC or value.name:
        return False
    return all(isinstance(v.type, Number) and v.type.kind in ("int", "bool") for v in (value, *node.operands))


def _decide(result: Fold, node: Node) -> None:
    """Say whether the result of a node is inlined, its users being decided."""
    if len(node.results) != 1:
        return
    infos = result.found.infos
    value = node.results[0]
    info = infos[value]
    info.repeats = repeats(node)
    if info.repeats or _is_index_arithmetic(node, value):
        info.inline = True
        info.anchor = max((_place(infos, use) for use in info.uses), default=info.defined)
        return
    if node.regions or node.operation.effect or writes(node) or len(info.uses) != 1:
        return
    use = info.uses[0]
    if use.block is not info.block:
        return
    if is_alias(node) and use.kind in (INITIAL, RESULT):
        info.inline = True
        info.anchor = use.position
        return
    if use.kind in (INITIAL, RESULT, SHAPE) or _needs_name(use, value) or handed_on(infos, info).kind in (INITIAL, RESULT):
        return
    if value.name and not _converted(use, value) and not _renamed(infos, use, value):
        return
    anchor = _place(infos, use)
    if movable(result.found, info, anchor):
        info.inline = True
        info.anchor = anchor


def _converted(use: Use, value: Value) -> bool:
    """Whether the use only converts or copies what the user named: ``s = float(ss[i])`` is one line."""
    node = use.node
    return use.kind == OPERAND and node is not None and node.operation.name in _SAME_THING and node.results[0].name in ("", value.name)


def _renamed(infos: dict[Value, Info], use: Use, value: Value) -> bool:
    """Whether a value that is returned is another form of what has the name already: ``return float(dx)``."""
    node = infos[value].node
    if use.kind != RETURN or node is None or node.operation.name not in _SAME_THING:
        return False
    (source, *_) = node.operands
    info = infos[source]
    kept = info.node is not None and (info.node.regions or len(info.uses) > 1)
    return bool(kept) and source.name == value.name


def movable(found: Scan, info: Info, anchor: int) -> bool:
    """Whether the computation of a value, with all that is folded into it, may take place at `anchor` instead of where it stands."""
    node = info.node
    assert node is not None
    begin = found.starts[node]
    if (node.operation.raises or node.operation is CALL) and _between(found.effects, begin, anchor):
        return False
    for operand in node.operands:
        part = found.infos[operand]
        if any(_between(found.writes[root], begin, anchor) for root in part.roots):
            return False
        if part.inline and part.node is not None and not movable(found, part, anchor):
            return False
    return True


def _between(positions: list[int], begin: int, end: int) -> bool:
    """Whether one of the positions lies strictly between the two."""
    index = bisect_right(positions, begin)
    return index < len(positions) and positions[index] < end


def _place(infos: dict[Value, Info], use: Use) -> int:
    """Return the position at which a use takes place."""
    if use.kind == OPERAND and use.node is not None and len(use.node.results) == 1:
        user = infos[use.node.results[0]]
        if user.inline:
            return user.anchor
    return use.position


def _needs_name(use: Use, value: Value) -> bool:
    """Whether what a node uses must be a name: it is written in place, or the spelling mentions it twice."""
    node = use.node
    if node is None or use.kind in (TEST, RETURN):
        return False
    if writes(node) and node.operands[0] is value:
        return True
    operation = node.operation
    if operation.name in ("container_zeros", "list_zeros", "container_sum", "list_sum", "list_add"):
        return True
    if isinstance(operation, Rule) and (operation.spell is not None or operation.spelling):
        twice = repeated(operation.written([operand.type for operand in node.operands], node.static))
        if twice:
            names = operation.signature.operands
            for number, operand in enumerate(node.operands):
                if operand is value and names[min(number, len(names) - 1)].lstrip("*") in twice:
                    return True
    return False


def _measure(result: Fold, node: Node) -> None:
    """Bound depth and width: the widest part of what would be too long gets a statement of its own."""
    parts = list(node.operands)
    own = _own_width(result, node)
    if node.regions:
        parts = parts[: 3 if node.operation.name == "for" else 1]
    width, depth = _bounded(result, parts, own)
    for value in node.results:
        if result.found.infos[value].inline:
            result.widths[value], result.depths[value] = width, depth
            info = result.found.infos[value]
            if depth > _INDEX_DEPTH and len(info.uses) > 1 and not info.repeats:
                info.inline = False


def _measure_region(result: Fold, region: Region) -> None:
    """Bound the width of what is computed where a region ends."""
    inlined = [value for value in region.results if value in result.widths and result.inline(value)]
    if inlined:
        _bounded(result, inlined, 8)


def _bounded(result: Fold, parts: list[Value], own: int) -> tuple[int, int]:
    infos = result.found.infos
    while True:
        width, depth = own, 1
        for value in parts:
            if infos[value].inline:
                width += result.widths.get(value, 3)
                depth = max(depth, 1 + result.depths.get(value, 0))
            else:
                width += len(value.name) or 4
        if width <= WIDTH and depth <= DEPTH:
            return width, depth
        candidates = [value for value in parts if infos[value].inline and infos[value].node is not None and not infos[value].repeats]
        if not candidates:
            return width, depth
        score = result.depths if depth > DEPTH else result.widths
        widest = max(candidates, key=lambda value: score.get(value, 0))
        infos[widest].inline = False


def _own_width(result: Fold, node: Node) -> int:
    operation = node.operation
    if operation is CONSTANT:
        value = node.static["value"]
        return len(repr(value)) if isinstance(value, (int, float, str)) else 8
    if operation is SIZE:
        return 8
    if operation.name in ("get", "put", "add_at"):
        return 4 + 3 * len(node.static["path"])
    if isinstance(operation, Rule) and operation.spelling:
        return max(len(operation.spelling) - 2 * len(node.operands), 1)
    return 10


def _locate(result: Fold, node: Node) -> None:
    """Find where inlined expressions are computed, and note which arguments their text mentions."""
    infos = result.found.infos
    if len(node.results) == 1 and infos[node.results[0]].inline:
        info = infos[node.results[0]]
        places: list[tuple[int, Region]] = []
        for use in info.uses:
            user = use.node.results[0] if use.kind == OPERAND and use.node is not None and len(use.node.results) == 1 else None
            if user is not None and infos[user].inline:
                places.extend(result.sites.get(user, ()))
            else:
                places.append((use.position, use.block))
        result.sites[node.results[0]] = places
        info.anchor = max((position for position, _ in places), default=info.anchor)
    else:
        places = [(result.found.starts[node], _block(result.found, node))]
    for value in mentioned(node, result.sizes) if node.static or (len(node.results) == 1 and infos[node.results[0]].repeats) else ():
        infos[value].uses.extend(Use(SHAPE, position, block) for position, block in places)


def _block(found: Scan, node: Node) -> Region:
    if node.results:
        return found.infos[node.results[0]].block
    return found.graph.body


def mentioned(node: Node, sizes: SizeSpeller) -> list[Value]:
    """Return the arguments whose shape or value the text of a node reads, though they are no operands."""
    operation = node.operation
    if operation is CONSTANT or operation is CALL or operation is UNDEFINED:
        return []
    if is_size(node):
        kind = node.results[0].type
        size = node.static["size"] if operation is SIZE else kind.size if isinstance(kind, Number) else None
        return list(sizes.mentioned(size))
    if operation.name in _LIKE and like(node, sizes) is not None:
        return [like(node, sizes)]  # type: ignore[list-item]
    return [value for fact in node.static.values() for value in sizes.mentioned(fact)]


def like(node: Node, sizes: SizeSpeller) -> Value | None:
    """Return the argument that has exactly the type of an array that a node makes."""
    kind = node.results[0].type
    return sizes.like(kind) if isinstance(kind, Array) else None


def leaves_of(folded: Fold, node: Node | None) -> list[Value]:
    """Return the values with names that an expression reads."""
    if node is None:
        return []
    result: list[Value] = []
    for value in node.operands:
        info = folded.found.infos[value]
        if info.inline:
            result.extend(leaves_of(folded, info.node))
        else:
            result.append(value)
    return result

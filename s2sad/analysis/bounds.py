"""Which subscripts are certainly in range, for every size that the entry admits.

Loop indices are atoms of size expressions; inside a loop over ``range(a, b)`` the index lies in ``[a, b - 1]``, so an affine
subscript is bounded by putting the bounds in its place.  What cannot be proved may raise IndexError and must not be dropped
from a derivative.
"""

from __future__ import annotations

from collections.abc import Set

from s2sad.graph.core import FOR, Graph, Node, Region, Value
from s2sad.graph.index import Dots, Fancy, Index, Mask, NewAxis, Operand, Slice, View
from s2sad.graph.sizes import Size, Sizes
from s2sad.graph.types import Array, Number

Bounds = dict[str, tuple[Size, Size]]  # run-time atom -> least and greatest value


def unproved_subscripts(graph: Graph, among: Set[Node]) -> list[Node]:
    """Return those of the nodes `among` that read or write a part which may be out of range, in order."""
    unproved: list[Node] = []
    if among:
        _visit(graph.body, graph.sizes, {}, among, unproved)
    return unproved


def is_subscript(node: Node) -> bool:
    """Whether a node reads or writes a part of an array."""
    return node.operation.name in ("get", "put", "add_at") and "path" in node.static


def _visit(region: Region, sizes: Sizes, bounds: Bounds, among: Set[Node], unproved: list[Node]) -> None:
    for node in region.nodes:
        if node in among and not _in_range(node, sizes, bounds):
            unproved.append(node)
        if node.regions:
            inner = {**bounds, **_loop_bounds(node)} if node.operation is FOR else bounds
            for part in node.regions:
                _visit(part, sizes, inner, among, unproved)


def _size_of(value: Value) -> Size | None:
    return value.type.size if isinstance(value.type, Number) else None


def _loop_bounds(node: Node) -> Bounds:
    index = _size_of(node.regions[0].parameters[0])
    start, stop, step = (_size_of(value) for value in node.operands[:3])
    if index is None or start is None or stop is None or step is None or step.known is None or len(index.terms) != 1:
        return {}
    (atom, _), *_ = index.terms
    return {atom.name: (start, stop - 1) if step.known > 0 else (stop + 1, start)}


def _in_range(node: Node, sizes: Sizes, bounds: Bounds) -> bool:
    base = node.operands[0]
    varying = node.operands[1 if node.operation.name == "get" else 2 :]
    shape = base.type.shape if isinstance(base.type, Array) else None
    for step in node.static["path"]:
        if isinstance(step, View):
            shape = None  # a view moves the axes; its subscripts are not tracked further
            continue
        assert isinstance(step, Index)
        if shape is None:
            if any(not isinstance(item, (Slice, NewAxis, Dots)) for item in step.items):
                return False
            continue
        axis = 0
        used = sum(not isinstance(item, (NewAxis, Dots)) for item in step.items)
        rest: list[Size] = []
        for item in step.items:
            match item:
                case NewAxis():
                    rest.append(Size.of(1))
                    continue
                case Dots():
                    skipped = len(shape) - used
                    rest += shape[axis : axis + skipped]
                    axis += skipped
                    continue
                case Fancy() | Mask():
                    return False
                case Slice(None, None, None):
                    rest.append(shape[axis])
                case Slice():
                    rest.append(sizes.fresh())
                case Operand(number):
                    if not _fits(_size_of(varying[number]), shape[axis], sizes, bounds):
                        return False
                case int(number):
                    if not _fits(Size.of(number), shape[axis], sizes, bounds):
                        return False
            axis += 1
        shape = (*rest, *shape[axis:])
    return True


def _fits(index: Size | None, size: Size, sizes: Sizes, bounds: Bounds) -> bool:
    """Whether ``-size <= index < size`` always holds."""
    if index is None:
        return False
    least, greatest = _extreme(index, bounds, 0), _extreme(index, bounds, 1)
    if least is None or greatest is None:
        return False
    return bool(sizes.at_least(size - greatest, 1)) and bool(sizes.at_least(least, 0) or sizes.at_least(least + size, 0))


def _extreme(index: Size, bounds: Bounds, side: int) -> Size | None:
    """Return the least (side 0) or the greatest (side 1) value of an affine expression in loop indices."""
    for _ in range(len(bounds) + 1):
        total = Size.of(index.constant)
        changed = False
        for atom, count in index.terms:
            if atom.name in bounds:
                total = total + bounds[atom.name][side if count > 0 else 1 - side] * count
                changed = True
            elif atom.entry:
                total = total + Size(((atom, count),))
            else:
                return None
        if not changed:
            return total
        index = total
    return None

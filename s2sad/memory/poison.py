"""Fill dead and fresh buffers with NaN, so that a read which should not happen shows in the result.

For tests.  A buffer is poisoned after the last read of anything that lives in it, and where it is allocated uninitialised.
"""

from __future__ import annotations

from collections.abc import Collection

from s2sad.analysis.liveness import Liveness
from s2sad.analysis.scopes import Scopes
from s2sad.graph.build import Builder
from s2sad.graph.clone import replace_values
from s2sad.graph.core import CONTROL, Graph, Node, Region, Value
from s2sad.graph.storage import WRITES
from s2sad.graph.types import Array
from s2sad.memory.insertions import Insertions
from s2sad.memory.storages import Root, Storages
from s2sad.rules.declare import REGISTRY

_POISON: dict[str, object] = {**dict.fromkeys(("f8", "f4", "c16", "c8"), float("nan")), "i8": -(2**62), "i4": -(2**30)}


def poison_dead(graph: Graph, storages: Storages, replaced: Collection[Value]) -> None:
    """Insert the poison; `replaced` are values whose readers read copies."""
    scopes = Scopes(graph.body)
    liveness = Liveness(graph.body, scopes)
    builder = Builder(graph.body, graph.sizes)
    escaping = _escaping(graph)
    waiting = Insertions()
    for root, members in _roots(storages).items():
        if not root.owned or root.loop is not None or root.holders or any(value in escaping or value in replaced for value in members):
            continue
        if any(len(storages.of(value).roots) != 1 or not isinstance(value.type, Array) for value in members):
            continue
        first = members[0].owner
        if not isinstance(first, Node) or first not in scopes.region:
            continue
        region = scopes.region[first]
        here = [value for value in members if scopes.home(value) is region]
        if any(_is_version(value) for value in members if value not in here):
            continue  # its last version is out of sight
        whole = [value for value in here if storages.of(value).whole and value.type.dtype in _POISON]  # type: ignore[attr-defined]
        if whole:
            _fill(builder, liveness.last_defined(whole), liveness.last_reader(here, region), waiting, region)
    waiting.flush(scopes)
    _fill_fresh(graph, builder, scopes)


def _roots(storages: Storages) -> dict[Root, list[Value]]:
    """Return what lives in each storage, in order of definition."""
    found: dict[Root, list[Value]] = {}
    for value, known in storages.places.items():
        for root in known.reach:
            found.setdefault(root, []).append(value)
    return found


def _escaping(graph: Graph) -> set[Value]:
    """Return what leaves its region, or goes into another."""
    found = set(graph.results)
    for node in graph.body.walk():
        if node.operation in CONTROL:
            found.update(node.operands)
        for region in node.regions:
            found.update(region.results)
    return found


def _is_version(value: Value) -> bool:
    return isinstance(value.owner, Node) and value.owner.operation.name in WRITES


def _fill(builder: Builder, value: Value, after: Node, waiting: Insertions, region: Region) -> None:
    waiting.regions[region] = None
    with builder.inside(Region(nodes=waiting.after.setdefault(after, []))):
        _put(builder, value)


def _put(builder: Builder, value: Value) -> Value:
    assert isinstance(value.type, Array)
    return builder.emit(REGISTRY.rules["put"], value, builder.constant(_POISON[value.type.dtype]), path=())


def _fill_fresh(graph: Graph, builder: Builder, scopes: Scopes) -> None:
    """Fill what is allocated uninitialised."""
    waiting = Insertions()
    filled: dict[Value, Value] = {}
    for node in graph.body.walk():
        if node.operation.name not in ("empty", "rows", "empty_like"):
            continue
        kind = node.result.type
        if isinstance(kind, Array) and kind.dtype in _POISON:
            region = scopes.region[node]
            waiting.regions[region] = None
            nodes: list[Node] = []
            with builder.inside(Region(nodes=nodes)):
                filled[node.result] = _put(builder, node.result)
            waiting.after[node] = nodes
    replace_values(graph.body, filled)
    waiting.flush(scopes)

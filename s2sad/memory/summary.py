"""What a call shares: which results may share memory with which arguments, and with each other."""

from __future__ import annotations

from s2sad.graph.core import Graph, Node, Value
from s2sad.graph.versions import holds_memory
from s2sad.memory.storages import Place, Root, Storages
from s2sad.record import record


@record(frozen=True)
class Result:
    """One result of a graph: the arguments that it may lie in or refer to, and numbers of other storages."""

    arguments: tuple[int, ...]
    others: tuple[int, ...]
    held_arguments: tuple[int, ...]
    held_others: tuple[int, ...]
    whole: bool
    writable: bool


Summary = tuple[Result, ...]


def unknown_summary(graph: Graph) -> Summary:
    """Return what is known of a graph that is being worked on: nothing."""
    arguments = tuple(number for number, value in enumerate(graph.parameters) if holds_memory(value.type))
    return tuple(Result(arguments, (0,), arguments, (0,), False, False) for _ in graph.results)


def summarise(graph: Graph, storages: Storages) -> Summary:
    """Read the summary off a graph that has been placed."""
    arguments = {root: number for number, value in enumerate(graph.parameters) for root in storages.of(value).reach}
    others: dict[Root, int] = {}

    def split(roots: tuple[Root, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        mine = [others.setdefault(root, len(others)) for root in roots if root not in arguments]
        return tuple(dict.fromkeys(arguments[root] for root in roots if root in arguments)), tuple(mine)

    results = []
    for value in graph.results:
        known = storages.of(value)
        results.append(Result(*split(known.roots), *split(known.held), known.whole, known.writable))
    return tuple(results)


def apply_summary(summary: Summary, node: Node, storages: Storages) -> None:
    """Give the results of a call their places."""
    others: dict[int, Root] = {}

    def join(arguments: tuple[int, ...], numbers: tuple[int, ...]) -> tuple[Root, ...]:
        roots = [root for number in arguments for root in storages.of(node.operands[number]).reach]
        return tuple(dict.fromkeys([*roots, *(others.setdefault(number, Root()) for number in numbers)]))

    results: tuple[Value, ...] = node.results
    for value, result in zip(results, summary, strict=True):
        if not holds_memory(value.type):
            continue
        held = join(result.held_arguments, result.held_others)
        for number in result.held_others:
            others[number].fixed = True
        storages.mix(value, Place(join(result.arguments, result.others), result.whole, result.writable, held))
        for number in result.held_arguments:
            for root in storages.of(node.operands[number]).reach:
                root.holders[node, number] = None

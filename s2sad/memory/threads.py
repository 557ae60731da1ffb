"""Carry a state through the regions between a node and where the state begins: slots of loops, results of branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from s2sad.analysis.scopes import LOOPS, Scopes
from s2sad.graph.build import Builder
from s2sad.graph.core import IF, Node, Region, Value
from s2sad.memory.insertions import Insertions

Change = Callable[[Value], Value]


class Threads:
    """Adds slots and results to nodes that stand already; nodes that are made along the way wait for `flush`."""

    def __init__(self, builder: Builder, scopes: Scopes) -> None:
        self.builder = builder
        self.scopes = scopes
        self.waiting = Insertions()

    def flush(self) -> None:
        """Put all nodes in their places."""
        self.waiting.flush(self.scopes)

    def carry(
        self, path: Sequence[Region], initial: Value, change: Change, *, enter: Change | None = None, leave: Change | None = None
    ) -> Value:
        """Carry a state down `path` (regions, innermost first), change it there, and carry it up again.

        A branch beside the path hands the state on as it was.

        Parameters
        ----------
        path : sequence of Region
            From where the state changes out to the region in which `initial` is known, without that.
        initial : Value
            The state before the outermost node.
        change : callable
            Makes the new state of the old one in ``path[0]``.
        enter, leave : callable, optional
            Change the state ahead of, and behind, the loop whose body is ``path[0]``.

        Returns
        -------
        Value
            The state behind the outermost node.
        """
        state = initial
        around: list[Value] = []
        for level in range(len(path) - 1, -1, -1):
            region = path[level]
            if self.scopes.is_loop(region):
                if enter is not None and level == 0:
                    state = enter(state)
                around.append(state)
                state = self.slot(region, state)
            else:
                around.append(state)
        state = change(state)
        for level, region in enumerate(path):
            before = around.pop()
            node = self.node(region)
            if self.scopes.is_loop(region):
                region.results.append(state)
                state = node.results[-1]
                if leave is not None and level == 0:
                    state = leave(state)
            else:
                state = self.leave_branch(region, state, before)
        return state

    def node(self, region: Region) -> Node:
        """Return the node around a region."""
        node = self.scopes.owner[region]
        assert node is not None
        return node

    def slot(self, body: Region, initial: Value) -> Value:
        """Give a loop one more carried value; its result in the body is still to come."""
        node = self.node(body)
        assert node.operation in LOOPS
        for region in node.regions:
            region.parameters.append(Value(initial.type, initial.name, region, initial.location))
        node.operands = (*node.operands, initial)
        node.results = (*node.results, Value(initial.type, initial.name, node, initial.location))
        return body.parameters[-1]

    def leave_branch(self, branch: Region, value: Value, otherwise: Value | None = None, *, bound: bool = False) -> Value:
        """Make `value` a result of the node around `branch`; elsewhere it is `otherwise`, or None (`bound`), or unbound."""
        node = self.node(branch)
        assert node.operation not in LOOPS
        if otherwise is None and value in branch.results and node.operation is IF:
            return node.results[branch.results.index(value)]
        for region in node.regions:
            if region is branch:
                region.results.append(value)
            elif otherwise is not None:
                region.results.append(otherwise)
            else:
                with self.end(region):
                    missing = self.builder.constant(None, value.type) if bound else self.builder.undefined(value.type, value.name)
                region.results.append(missing)
        node.results = (*node.results, Value(value.type, value.name, node, value.location))
        return node.results[-1]

    # Where new nodes go ------------------------------------------------------------------------------------------------------

    def before(self, node: Node) -> AbstractContextManager[Region]:
        """Append ahead of a node."""
        return self._at(self.scopes.region[node], self.waiting.before.setdefault(node, []))

    def behind(self, node: Node) -> AbstractContextManager[Region]:
        """Append behind a node."""
        return self._at(self.scopes.region[node], self.waiting.after.setdefault(node, []))

    def after(self, value: Value, region: Region) -> AbstractContextManager[Region]:
        """Append behind the definition of `value`, at the start of `region` when that is not in it."""
        owner = value.owner
        if isinstance(owner, Node) and self.scopes.region[owner] is region:
            return self.behind(owner)
        return self._at(region, self.waiting.start.setdefault(region, []))

    def end(self, region: Region) -> AbstractContextManager[Region]:
        """Append at the end of a region."""
        return self._at(region, self.waiting.end.setdefault(region, []))

    def _at(self, region: Region, nodes: list[Node]) -> AbstractContextManager[Region]:
        self.waiting.regions[region] = None
        return self.builder.inside(Region(nodes=nodes))

"""The cheapest way to separate two sets of a directed graph (Y. Dinitz, Soviet Math. Doklady 11, 1970)."""

from __future__ import annotations

INFINITE = 1 << 60


class Network:
    """A flow network; vertices 0 and 1 are the source and the sink."""

    __slots__ = ("_capacity", "_edges", "_target")

    def __init__(self) -> None:
        self._edges: list[list[int]] = [[], []]
        self._target: list[int] = []
        self._capacity: list[int] = []

    def vertex(self) -> int:
        """Add a vertex."""
        self._edges.append([])
        return len(self._edges) - 1

    def edge(self, start: int, end: int, capacity: int) -> None:
        """Add an edge; an edge and its opposite have numbers that differ in the last bit."""
        self._edges[start].append(len(self._target))
        self._target.append(end)
        self._capacity.append(capacity)
        self._edges[end].append(len(self._target))
        self._target.append(start)
        self._capacity.append(0)

    def cut(self) -> list[bool]:
        """Say for each vertex whether it is on the sink's side of the cheapest cut (of those, the one nearest to the sink)."""
        while True:
            level = self._levels()
            if level[1] < 0:
                break
            nexts = [0] * len(self._edges)
            while self._augment(level, nexts):
                pass
        return self._reaches_sink()

    def _levels(self) -> list[int]:
        level = [-1] * len(self._edges)
        level[0] = 0
        queue = [0]
        for vertex in queue:
            for edge in self._edges[vertex]:
                end = self._target[edge]
                if self._capacity[edge] > 0 and level[end] < 0:
                    level[end] = level[vertex] + 1
                    queue.append(end)
        return level

    def _augment(self, level: list[int], nexts: list[int]) -> bool:
        """Push flow along one shortest path."""
        path: list[int] = []
        vertex = 0
        while vertex != 1:
            edges = self._edges[vertex]
            while nexts[vertex] < len(edges):
                edge = edges[nexts[vertex]]
                if self._capacity[edge] > 0 and level[self._target[edge]] == level[vertex] + 1:
                    break
                nexts[vertex] += 1
            if nexts[vertex] < len(edges):
                path.append(edges[nexts[vertex]])
                vertex = self._target[path[-1]]
            elif path:
                vertex = self._target[path.pop() ^ 1]
                nexts[vertex] += 1
            else:
                return False
        amount = min(self._capacity[edge] for edge in path)
        for edge in path:
            self._capacity[edge] -= amount
            self._capacity[edge ^ 1] += amount
        return True

    def _reaches_sink(self) -> list[bool]:
        found = [False] * len(self._edges)
        found[1] = True
        queue = [1]
        for vertex in queue:
            for edge in self._edges[vertex]:
                start = self._target[edge]
                if self._capacity[edge ^ 1] > 0 and not found[start]:
                    found[start] = True
                    queue.append(start)
        return found

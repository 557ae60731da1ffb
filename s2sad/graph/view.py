"""Drawings of graphs: `to_svg` draws by itself; `to_dot` and `to_mermaid` give text for other programs."""

from __future__ import annotations

from s2sad.graph.core import AT_TRIP, Graph, Node, Region, Value
from s2sad.graph.labels import definition, expression, inlined, region_titles
from s2sad.graph.svg import to_svg
from s2sad.graph.types import Token

__all__ = ["to_dot", "to_mermaid", "to_svg"]


def to_dot(graph: Graph) -> str:
    """Return the graph in the language of Graphviz; regions are clusters."""
    return _Dot().draw(graph)


def to_mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flow chart; regions are subgraphs."""
    return _Mermaid().draw(graph)


class _Outline:
    """Goes through a graph and writes boxes, groups and arrows; subclasses say how."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.arrows: list[str] = []
        self.places: dict[Value, str] = {}
        self.count = 0
        self.depth = 1

    def line(self, text: str) -> None:
        self.lines.append("  " * self.depth + text)

    def fresh(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def walk(self, graph: Graph) -> None:
        self.region(graph.body, ["return" if not value.name else f"return {value.name}" for value in graph.results])

    def region(self, region: Region, results: list[str]) -> list[str]:
        """Write what is in a region; return the places of its results."""
        for value in region.parameters:
            place = self.places[value] = self.fresh()
            self.box(place, definition(value), "parameter")
        for node in region.nodes:
            if not (node.results and inlined(node.results[0])):
                self.node(node)
        ends = []
        for value, name in zip(region.results, results, strict=True):
            place = self.fresh()
            ends.append(place)
            self.box(place, f"{name} {inlined(value)}".strip(), "result")
            self.connect(value, place)
        return ends

    def node(self, node: Node) -> None:
        text = expression(node)
        if not node.regions:
            place = self.fresh()
            label = "\n".join(filter(None, [text, ", ".join(map(definition, node.results))]))
            self.box(place, label, "effect" if node.operation.effect else "trip" if node.operation is AT_TRIP else "node")
            if node.operation is not AT_TRIP:
                for value in dict.fromkeys(node.operands):
                    self.connect(value, place)
            self.places.update(dict.fromkeys(node.results, place))
            return
        group = self.fresh()
        self.open(group, text)
        head = self.fresh()
        self.box(head, node.operation.name, "control")
        for value in dict.fromkeys(node.operands):
            self.connect(value, head)
        joined: list[list[str]] = []
        for label, region in zip(region_titles(node), node.regions, strict=True):
            self.open(self.fresh(), label)
            ends = self.region(region, [value.name or "result" for value in region.results])
            joined.append(ends)
            self.close()
            for value in region.parameters:
                self.arrow(head, self.places[value], False)
        for number, value in enumerate(node.results):
            place = self.places[value] = self.fresh()
            self.box(place, definition(value), "result")
            for ends in joined:
                offset = len(ends) - len(node.results)  # a loop that leaves has one more result in its body
                if 0 <= number + offset < len(ends) and offset >= 0:
                    self.arrow(ends[number + offset], place, False)
        self.close()

    def connect(self, value: Value, place: str) -> None:
        if value in self.places and not inlined(value):
            self.arrow(self.places[value], place, isinstance(value.type, Token))

    def box(self, place: str, label: str, kind: str) -> None:
        raise NotImplementedError

    def open(self, place: str, label: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def arrow(self, source: str, target: str, token: bool) -> None:
        raise NotImplementedError


_FILLS = {"node": "#f8fafc", "parameter": "#dbeafe", "result": "#dcfce7", "effect": "#fef2f2", "trip": "#ede9fe", "control": "#fffbeb"}


class _Dot(_Outline):
    def draw(self, graph: Graph) -> str:
        self.walk(graph)
        head = [
            f"digraph {self.quoted(graph.name)} {{",
            '  node [shape=box, style="rounded,filled", fontname="monospace", fontsize=11];',
            '  graph [style=rounded, fontname="monospace", fontsize=11, labeljust=l];',
        ]
        return "\n".join([*head, *self.lines, *self.arrows, "}"]) + "\n"

    @staticmethod
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def box(self, place: str, label: str, kind: str) -> None:
        self.line(f'{place} [label={self.quoted(label)}, fillcolor="{_FILLS[kind]}"];')

    def open(self, place: str, label: str) -> None:
        self.line(f"subgraph cluster_{place} {{")
        self.depth += 1
        self.line(f"label={self.quoted(label)};")

    def close(self) -> None:
        self.depth -= 1
        self.line("}")

    def arrow(self, source: str, target: str, token: bool) -> None:
        self.arrows.append(f"  {source} -> {target}{' [style=dashed, color=red]' if token else ''};")


class _Mermaid(_Outline):
    def draw(self, graph: Graph) -> str:
        self.walk(graph)
        styles = [f"  classDef {kind} fill:{fill},stroke:#94a3b8,color:#0f172a" for kind, fill in _FILLS.items()]
        return "\n".join(["flowchart TD", *self.lines, *self.arrows, *styles]) + "\n"

    @staticmethod
    def quoted(text: str) -> str:
        for sign, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
            text = text.replace(sign, entity)
        return '"' + text.replace("\n", "<br>") + '"'

    def box(self, place: str, label: str, kind: str) -> None:
        left, right = ("([", "])") if kind in ("parameter", "result") else ("[", "]")
        self.line(f"{place}{left}{self.quoted(label)}{right}:::{kind}")

    def open(self, place: str, label: str) -> None:
        self.line(f"subgraph {place}[{self.quoted(label)}]")
        self.depth += 1

    def close(self) -> None:
        self.depth -= 1
        self.line("end")

    def arrow(self, source: str, target: str, token: bool) -> None:
        self.arrows.append(f"  {source} {'-.->' if token else '-->'} {target}")

"""The text form of graphs: what dumps, tests and bug reports show, and what `parse` reads back.

One node a line: results with their types, the operation, its operands, static facts in braces, the line of the source::

    graph f(W: f8[n, m], x: f8[m]) -> (f8)
      size n = W[0], m = W[1]
      z: f8[n] = matmul W x  # line 2
      h: f8[n] = tanh z  # line 3
      %1: int(0) = 0
      s.2: f8 = for i: int in range(%1, %2, %3), s: f8 = %4 {reversed=True} <trips>
        s.3: f8 = add s h
        yield s.3
      return s.2

Values with the same name are told apart by a number after a dot, values without a name are ``%1``, ``%2``, ... A domain stands
in angle brackets where it is shared by regions or has a name.  Lists, sizes and objects are written as `literals` says.
Graphs that are called follow the first one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from s2sad.graph.core import CONSTANT, FOR, IF, TRY, WHILE, WITH, Domain, Graph, Node, Region, Value
from s2sad.graph.literals import Writer, name_text, quoted, size_text, type_text
from s2sad.graph.types import Type


def to_text(graph: Graph) -> str:
    """Return the text form of `graph` and of every graph that it calls."""
    return _Printer(graph).text()


def opaque_objects(graph: Graph) -> list[object]:
    """Return the objects that the text form names by number; `parse` takes them back."""
    printer = _Printer(graph)
    printer.text()
    return printer.writer.objects


def region_labels(node: Node) -> list[str]:
    """Return what the regions of a node are called."""
    count = len(node.regions)
    match node.operation:
        case operation if operation is IF:
            labels = ["then", "else"]
        case operation if operation is WHILE:
            labels = ["test", "do"]
        case operation if operation is TRY:
            labels = ["body", *(f"except{number}" for number in range(count - 3)), "else", "finally"]
        case operation if operation is FOR or operation is WITH:
            labels = ["body"]
        case _:
            labels = []
    return labels if len(labels) == count else [f"region{number}" for number in range(count)]


class Names:
    """Gives every value of a graph, or every domain, a word of its own, in order of first use."""

    def __init__(self) -> None:
        self.words: dict[object, str] = {}
        self.used: dict[str, int] = {}
        self.anonymous = 0

    def word(self, thing: Value | Domain | Graph) -> str:
        """Return the word for a value."""
        known = self.words.get(thing)
        if known is None:
            if thing.name:
                count = self.used[thing.name] = self.used.get(thing.name, 0) + 1
                base = thing.name if _IDENTIFIER.match(thing.name) else quoted(thing.name)
                known = base if count == 1 else f"{base}.{count}"
            else:
                self.anonymous += 1
                known = f"%{self.anonymous}"
            self.words[thing] = known
        return known


_IDENTIFIER = re.compile(r"[^\W\d]\w*\Z")


class _Printer:
    def __init__(self, graph: Graph) -> None:
        self.writer = Writer()
        self.graphs = Names()
        self.waiting = [graph]
        self.graphs.word(graph)
        self.lines: list[str] = []
        self.values = Names()
        self.domains = Names()
        self.shown: dict[Domain, None] = {}

    def text(self) -> str:
        done = 0
        while done < len(self.waiting):
            if done:
                self.lines.append("")
            self.graph(self.waiting[done])
            done += 1
        return "\n".join(self.lines) + "\n"

    def graph(self, graph: Graph) -> None:
        self.values, self.domains = Names(), Names()
        counts: dict[Domain, int] = {}
        for region in (graph.body, *(inner for node in graph.body.walk() for inner in node.regions)):
            counts[region.domain] = counts.get(region.domain, 0) + 1
        self.shown = {domain: None for domain, count in counts.items() if count > 1 or domain.name}
        parameters = ", ".join(map(self.define, graph.parameters))
        results = ", ".join(type_text(value.type) for value in graph.results)
        stage = "" if graph.stage == "pure" else f" {name_text(graph.stage)}"
        self.lines.append(f"graph {self.graphs.word(graph)}({parameters}) -> ({results}){stage}{self.domain(graph.body)}")
        sizes = graph.sizes
        sources = [
            f"{name_text(name)} = {self.values.word(value)}{'' if axis is None else f'[{axis}]'}"
            for name, (value, axis) in graph.size_sources.items()
        ]
        self.facts("size", sources)
        self.facts("label", [name_text(name) for name in sorted(sizes.labels)])
        self.facts("seen", [f"{name_text(name)} = {number}" for name, number in sizes.seen.items()])
        self.facts("assume", [f"{size_text(fact.left)} {fact.relation} {size_text(fact.right)}" for fact in sizes.assumptions])
        self.facts("fresh", [str(sizes._fresh)] if sizes._fresh else [])
        self.region(graph.body, "  ", "return")

    def facts(self, label: str, facts: Sequence[str]) -> None:
        if facts:
            self.lines.append(f"  {label} {', '.join(facts)}")

    def domain(self, region: Region) -> str:
        return f" <{self.domains.word(region.domain)}>" if region.domain in self.shown else ""

    def define(self, value: Value) -> str:
        return f"{self.values.word(value)}: {type_text(value.type)}"

    def region(self, region: Region, indent: str, end: str) -> None:
        for node in region.nodes:
            self.node(node, indent)
        self.lines.append(f"{indent}{end} {', '.join(map(self.values.word, region.results))}".rstrip())

    def node(self, node: Node, indent: str) -> None:
        left = ", ".join(map(self.define, node.results)) or "_"
        head = f"{indent}{left} ="
        place = self.place(node)
        if node.operation is CONSTANT and self.plain_constant(node):
            self.lines.append(f"{head} {self.writer.text(node.static['value'])}{place}")
            return
        operands = [self.values.word(value) for value in node.operands]
        static = self.static(node)
        if sugared(node):
            self.sugar(node, indent, head, operands, static + self.domain(node.regions[0]) + place)
            return
        self.lines.append(" ".join([head, node.operation.name, *operands]) + static + place)
        for label, region in zip(region_labels(node), node.regions, strict=True):
            self.lines.append(f"{indent}| {label}({', '.join(map(self.define, region.parameters))}){self.domain(region)}")
            self.region(region, indent + "    ", "yield")

    def sugar(self, node: Node, indent: str, head: str, operands: list[str], tail: str) -> None:
        """Print a well-formed if, for or while as one would write it."""
        first = node.regions[0]
        inner = indent + "  "
        if node.operation is IF:
            self.lines.append(f"{head} if {operands[0]}{tail}")
        elif node.operation is FOR:
            index, *carried = map(self.define, first.parameters)
            pairs = "".join(f", {parameter} = {operand}" for parameter, operand in zip(carried, operands[3:], strict=True))
            self.lines.append(f"{head} for {index} in range({', '.join(operands[:3])}){pairs}{tail}")
        else:
            pairs = ", ".join(f"{self.define(value)} = {operand}" for value, operand in zip(first.parameters, operands, strict=True))
            self.lines.append(f"{head} while {pairs}".rstrip() + tail)
        self.region(first, inner, "yield")
        if node.operation is not FOR:
            second = node.regions[1]
            label = "else" if node.operation is IF else "do"
            self.lines.append(f"{indent}{label} {', '.join(map(self.define, second.parameters))}".rstrip() + self.domain(second))
            self.region(second, inner, "yield")

    def plain_constant(self, node: Node) -> bool:
        return (
            not node.operands
            and not node.regions
            and len(node.results) == 1
            and node.static.keys() == {"value", "kind"}
            and node.static["kind"] == node.results[0].type
            and not isinstance(node.static["value"], (Type, Graph))
        )

    def static(self, node: Node) -> str:
        if not node.static:
            return ""
        parts = []
        for name, fact in node.static.items():
            if isinstance(fact, Graph):
                if fact not in self.waiting:
                    self.waiting.append(fact)
                parts.append(f"{name}=&{self.graphs.word(fact)}")
            else:
                parts.append(f"{name_text(name)}={self.writer.text(fact)}")
        return f" {{{', '.join(parts)}}}"

    def place(self, node: Node) -> str:
        parts = []
        if node.location.line:
            parts.append(f"line {node.location.line}")
        if node.reverses is not None:
            parts.append(f"reverses line {node.reverses.line}" if node.reverses.line else "reverses")
        return f"  # {', '.join(parts)}" if parts else ""


def sugared(node: Node) -> bool:
    """Whether a node is a well-formed if, for or while."""
    operation, regions = node.operation, node.regions
    if operation is IF:
        return len(regions) == 2 and len(node.operands) == 1 and not regions[0].parameters and not regions[1].parameters
    if operation is FOR:
        return len(regions) == 1 and len(node.operands) >= 3 and len(regions[0].parameters) == len(node.operands) - 2
    if operation is WHILE:
        return len(regions) == 2 and len(regions[0].parameters) == len(node.operands)
    return False

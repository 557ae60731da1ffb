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
from collections.abc import Mapping, Sequence

from s2sad.errors import NOWHERE, Location
from s2sad.graph.core import (
    AT_TRIP,
    CONSTANT,
    CONTROL,
    FOR,
    IF,
    SIZE,
    TRY,
    UNDEFINED,
    WHILE,
    WITH,
    Domain,
    Graph,
    Node,
    Operation,
    Region,
    Value,
)
from s2sad.graph.literals import Reader, TextError, Writer, name_text, quoted, size_text, type_text
from s2sad.graph.sizes import Assumption
from s2sad.graph.types import Type

CORE: dict[str, Operation] = {operation.name: operation for operation in (*CONTROL, CONSTANT, UNDEFINED, SIZE, AT_TRIP)}


def to_text(graph: Graph) -> str:
    """Return the text form of `graph` and of every graph that it calls."""
    return _Printer(graph).text()


def opaque_objects(graph: Graph) -> list[object]:
    """Return the objects that the text form names by number; `parse` takes them back."""
    printer = _Printer(graph)
    printer.text()
    return printer.writer.objects


def parse(text: str, operations: Mapping[str, Operation], objects: Sequence[object] = ()) -> Graph:
    """Return the graph that `text` describes, with all that it calls.

    Parameters
    ----------
    text : str
        What `to_text` gave.
    operations : mapping
        Every operation by name; those of `core` need not be in it.
    objects : sequence, optional
        What `opaque_objects` gave; objects that are missing become place-holders.

    Raises
    ------
    TextError
        With the number of the line.
    """
    return _Parser(text, operations, objects).graph()


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
            parts.append(f"reverses line {node.reverses.line}")
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


_PLACE = re.compile(r"  # (?:line (\d+))?(?:, )?(?:reverses line (\d+))?$")
_WORD = re.compile(r"%\d+|[^\W\d]\w*(?:\.\d+)?")
_OPERATION = re.compile(r"([^\W\d]\w*)(?= |$)")
_SUFFIX = re.compile(r"\.\d+")


class _Parser:
    def __init__(self, text: str, operations: Mapping[str, Operation], objects: Sequence[object]) -> None:
        self.lines = [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        self.position = 0
        self.operations = operations
        self.objects = objects
        self.graphs: dict[str, Graph] = {}
        self.begun: dict[str, None] = {}
        self.values: dict[str, Value] = {}
        self.domains: dict[str, Domain] = {}
        self.location: Location = NOWHERE
        self.reverses: Location | None = None

    # Lines -----------------------------------------------------------------------------------------------------------------

    def peek(self) -> tuple[int, str]:
        """Return the indentation and the words of the next line; (-1, "") at the end."""
        if self.position >= len(self.lines):
            return -1, ""
        line = self.lines[self.position][1]
        return len(line) - len(line.lstrip()), line.lstrip()

    def next(self) -> Reader:
        if self.position >= len(self.lines):
            raise TextError("the text ends too early")
        number, line = self.lines[self.position]
        self.position += 1
        self.location, self.reverses = NOWHERE, None
        found = _PLACE.search(line)
        if found:
            line = line[: found.start()]
            if found.group(1):
                self.location = Location("<text>", int(found.group(1)))
            self.reverses = Location("<text>", int(found.group(2))) if found.group(2) else None
        return Reader(line, number, self.objects, self.reference)

    # Words -----------------------------------------------------------------------------------------------------------------

    def word(self, reader: Reader) -> tuple[str, str]:
        """Return a word and the name in it."""
        if reader.peek('"'):
            start = reader.position
            name = reader.quoted()
            if _SUFFIX.match(reader.line, reader.position):
                reader.match(_SUFFIX, "a number")
            return reader.line[start : reader.position].strip(), name
        word = reader.match(_WORD, "a value")
        return word, "" if word.startswith("%") else word.partition(".")[0]

    def use(self, reader: Reader) -> Value:
        word, _ = self.word(reader)
        if word not in self.values:
            raise TextError(f"line {reader.number}: {word} is not defined before")
        return self.values[word]

    def uses(self, reader: Reader) -> list[Value]:
        found: list[Value] = []
        while not reader.ends():
            if found:
                reader.expect(",")
            found.append(self.use(reader))
        return found

    def define(self, reader: Reader) -> Value:
        word, name = self.word(reader)
        reader.expect(":")
        if word in self.values:
            raise TextError(f"line {reader.number}: {word} is defined twice")
        value = self.values[word] = Value(reader.type(), name, location=self.location)
        return value

    def domain(self, reader: Reader) -> Domain:
        if not reader.accept("<"):
            return Domain()
        word, name = self.word(reader)
        reader.expect(">")
        return self.domains.setdefault(word, Domain(name))

    def reference(self, reader: Reader) -> Graph:
        word, name = self.word(reader)
        return self.graphs.setdefault(word, Graph(name))

    # Graphs ----------------------------------------------------------------------------------------------------------------

    def graph(self) -> Graph:
        first: Graph | None = None
        while self.position < len(self.lines):
            graph = self.one()
            first = first or graph
        missing = [word for word in self.graphs if word not in self.begun]
        if first is None or missing:
            raise TextError(f"no graph {missing[0] if missing else ''}".rstrip())
        return first

    def one(self) -> Graph:
        self.values, self.domains = {}, {}
        reader = self.next()
        reader.expect("graph")
        start = reader.position
        graph = self.reference(reader)
        self.begun[reader.line[start : reader.position].strip()] = None
        reader.expect("(")
        graph.body = Region(parameters=reader.several(lambda: self.define(reader), ")"))
        self.own(graph.body)
        reader.expect("->")
        reader.expect("(")
        reader.several(reader.type, ")")
        if not reader.ends() and not reader.peek("<"):
            graph.stage = reader.name()
        graph.body.domain = self.domain(reader)
        self.size_facts(graph)
        self.region(graph.body, 2, "return")
        return graph

    def size_facts(self, graph: Graph) -> None:
        while True:
            following = self.peek()[1]
            label = following.partition(" ")[0]
            if label not in ("size", "label", "seen", "assume", "fresh") or following == label:
                return
            reader = self.next()
            reader.expect(label)
            while not reader.ends():
                self.size_fact(reader, label, graph)
                if not reader.accept(","):
                    break
    def size_fact(self, reader: Reader, label: str, graph: Graph) -> None:
        if label == "assume":
            left = reader.size()
            relation = reader.match(re.compile("==|!=|>="), "a relation")
            graph.sizes.assumptions[Assumption(left, relation, reader.size())] = None
            return
        if label == "fresh":
            graph.sizes._fresh = reader.integer()
            return
        name = reader.name()
        if label == "label":
            graph.sizes.labels.add(name)
            return
        reader.expect("=")
        if label == "seen":
            graph.sizes.seen[name] = reader.integer()
            return
        value = self.use(reader)
        axis = None
        if reader.accept("["):
            axis = reader.integer()
            reader.expect("]")
        graph.size_sources[name] = (value, axis)

    def own(self, region: Region) -> None:
        for value in region.parameters:
            value.owner = region

    def region(self, region: Region, indent: int, end: str) -> None:
        self.own(region)
        while True:
            found, words = self.peek()
            if found != indent:
                number = self.lines[min(self.position, len(self.lines) - 1)][0]
                raise TextError(f"line {number}: expected indentation {indent}, not {found}")
            if words == end or words.startswith(end + " "):
                reader = self.next()
                reader.expect(end)
                region.results = self.uses(reader)
                return
            region.nodes.append(self.node(indent))

    def node(self, indent: int) -> Node:
        reader = self.next()
        location, reverses = self.location, self.reverses
        results: list[Value] = []
        if not reader.accept("_ ="):
            results.append(self.define(reader))
            while reader.accept(","):
                results.append(self.define(reader))
            reader.expect("=")
        node = self.application(reader, indent, results)
        if not reader.ends():
            raise reader.error("the end of the line")
        node.results = tuple(results)
        node.location, node.reverses = location, reverses
        for value in results:
            value.owner = node
        return node

    def application(self, reader: Reader, indent: int, results: list[Value]) -> Node:
        reader.skip()
        found = _OPERATION.match(reader.line, reader.position)
        name = found.group(1) if found else ""
        if found is None or name in ("True", "False", "None", "inf", "nan"):
            value = reader.value()
            return Node(CONSTANT, (), {"value": value, "kind": results[0].type})
        operation = CORE.get(name) or self.operations.get(name)
        if operation is None:
            raise TextError(f"line {reader.number}: there is no operation {name}")
        reader.position = found.end()
        if self.peek()[0] > indent:
            return self.sugar(reader, indent, operation)
        operands: list[Value] = []
        while not reader.ends() and not reader.peek("{"):
            operands.append(self.use(reader))
        static = reader.facts()
        regions: list[Region] = []
        while self.peek()[0] == indent and self.peek()[1].startswith("| "):
            inner = self.next()
            inner.expect("|")
            inner.name()
            inner.expect("(")
            region = Region(parameters=inner.several(lambda: self.define(inner), ")"))  # noqa: B023 (used at once)
            region.domain = self.domain(inner)
            self.region(region, indent + 4, "yield")
            regions.append(region)
        return Node(operation, tuple(operands), static, tuple(regions))

    def sugar(self, reader: Reader, indent: int, operation: Operation) -> Node:
        """Read an if, for or while."""
        operands: list[Value] = []
        first = Region()
        if operation is IF:
            operands.append(self.use(reader))
        elif operation is FOR:
            first.parameters.append(self.define(reader))
            reader.expect("in")
            reader.expect("range(")
            operands.extend(reader.several(lambda: self.use(reader), ")"))
            while reader.accept(","):
                self.carried(reader, first, operands)
        elif not reader.ends() and not reader.peek("{") and not reader.peek("<"):
            self.carried(reader, first, operands)
            while reader.accept(","):
                self.carried(reader, first, operands)
        static = reader.facts()
        first.domain = self.domain(reader)
        self.region(first, indent + 2, "yield")
        regions = [first]
        if operation is not FOR:
            second = Region()
            inner = self.next()
            inner.expect("else" if operation is IF else "do")
            while not inner.ends() and not inner.peek("<"):
                second.parameters.append(self.define(inner))
                if not inner.accept(","):
                    break
            second.domain = self.domain(inner)
            self.region(second, indent + 2, "yield")
            regions.append(second)
        return Node(operation, tuple(operands), static, tuple(regions))

    def carried(self, reader: Reader, region: Region, operands: list[Value]) -> None:
        parameter = self.define(reader)
        reader.expect("=")
        operands.append(self.use(reader))
        region.parameters.append(parameter)

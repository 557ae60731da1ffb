"""Reading the text form of graphs: the inverse of `text`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from s2sad.errors import NOWHERE, Location
from s2sad.graph.core import AT_TRIP, CONSTANT, CONTROL, FOR, IF, SIZE, UNDEFINED, Domain, Graph, Node, Operation, Region, Value
from s2sad.graph.literals import TextError
from s2sad.graph.reading import Reader
from s2sad.graph.sizes import Assumption

CORE: dict[str, Operation] = {operation.name: operation for operation in (*CONTROL, CONSTANT, UNDEFINED, SIZE, AT_TRIP)}


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


_PLACE = re.compile(r"  # (?:line (\d+))?(?:, )?(reverses(?: line (\d+))?)?$")
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
            self.reverses = Location("<text>", int(found.group(3) or 0)) if found.group(2) else None
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
        self.sources: list[tuple[str, str, int | None]] = []
        self.size_facts(graph)
        self.region(graph.body, 2, "return")
        for name, word, axis in self.sources:
            if word not in self.values:
                raise TextError(f"size {name} of {graph.name} comes from {word}, which is not defined")
            graph.size_sources[name] = (self.values[word], axis)
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
        word, _ = self.word(reader)
        axis = None
        if reader.accept("["):
            axis = reader.integer()
            reader.expect("]")
        self.sources.append((name, word, axis))  # what it names may be taken out of a residual further down

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

"""What a function is lowered for: one tree an argument, one type a leaf; and what a lowering gives back.

From live arguments the trees are made by `s2sad.structure.describe`; here they are made from text, such as
``"W: f8[n,m], b: f8[n], steps: int"``, and from annotations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from s2sad.errors import DifferentiationError
from s2sad.graph.core import Graph, Value
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree
from s2sad.graph.types import BOOL, COMPLEX, FLOAT, Array, Number, Scalar, Type
from s2sad.record import record

Steps = tuple[tuple[str, Any], ...]


@record(frozen=True)
class Input:
    """A parameter of the graph and where generated code finds its value: a root, then items and attributes.

    `origin` is argument, default, global or closure; the effect token has the origin ``"token"``.
    """

    value: Value
    root: str
    origin: str
    steps: Steps = ()


@record(frozen=True)
class Guard:
    """Something that was read to reach a decision, and what it was: tested before the compiled function is used again.

    `test` is ``"is"``, ``"=="``, ``"type"``, ``"len"``, ``"keys"``, ``"layout"`` or ``"same"`` (two paths lead to one object).
    """

    origin: str
    root: str
    steps: Steps
    test: str
    expected: Any

    @property
    def path(self) -> str:
        """The path as Python text."""
        return self.root + "".join(f"[{key!r}]" if how == "item" else f".{key}" for how, key in self.steps)

    def __str__(self) -> str:
        name = getattr(self.expected, "__qualname__", None) or getattr(self.expected, "__name__", None)
        shown = name if name is not None else repr(self.expected)
        match self.test:
            case "type":
                return f"type({self.path}) is {shown}"
            case "len":
                return f"len({self.path}) == {shown}"
            case "keys":
                return f"tuple({self.path}) == {shown}"
        return f"{self.path} {self.test} {shown}"


@record()
class Lowered:
    """A function as a graph.

    Attributes
    ----------
    graph : Graph
        Results: the leaves of `output`, then the effect token when there is one.
    signature : str
        The parameter list, as text for a `def`.
    inputs : list of Input
        One a parameter of the graph.
    output : Tree
        The structure of what the function returns; leaf k is result k.
    guards : list of Guard
        What must still hold when the graph is used again.
    written : list of int
        Numbers of the inputs whose arrays the function writes.
    updates : list of (origin, root, steps, what is left)
        Containers and instances that outlive the call and that the function changes.
    touched : list of int
        Numbers of the inputs whose memory may be written, also through a name that refers to one of several arrays round a loop.
    composed : bool
        Whether a derivative inside is put together otherwise than in the plain call, and may differ in the last bits.
    held : dict
        Objects that guards and inputs start from and that no name leads to.
    """

    graph: Graph
    name: str
    signature: str
    inputs: list[Input]
    output: Tree
    guards: list[Guard]
    written: list[int]
    token: int | None = None
    updates: list[tuple[str, str, Steps, Any]] = field(default_factory=list)
    composed: bool = False
    touched: list[int] = field(default_factory=list)
    held: dict[str, Any] = field(default_factory=dict)


@record()
class Arguments:
    """The abstract arguments of a call: trees by parameter name, and the type of each leaf."""

    trees: dict[str, Tree]
    types: list[Type]
    seen: dict[str, int] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)

    @staticmethod
    def of(given: Any) -> Arguments:
        """Return `given`, or the pattern of a live call, as arguments."""
        if isinstance(given, Arguments):
            return given
        if isinstance(given, str):
            return parse_types(given)
        return Arguments(dict(given.trees), [part.type for part in given.parts], dict(given.seen), set(given.labels))


# Compiled when the first text of types is read.
_ITEM = r"\s*(\*{0,2}\w+)\s*:\s*"


_TYPE = r"(bool|int|float|complex|[biufc]\d+)\s*(?:\[([^\]]*)\])?"


_SHORT = {"float": "f8", "int": "i8", "bool": "b1", "complex": "c16"}


def parse_types(text: str) -> Arguments:
    """Read types of arguments: ``"x: f8[n, 3], k: int, p: {'W': f8[n], 'b': float}, q: (float, f8[n])"``.

    Raises
    ------
    DifferentiationError
        When the text cannot be read.
    """
    reader = _Reader(text)
    arguments = Arguments({}, [])
    while not reader.done():
        name = reader.name()
        arguments.trees[name] = reader.tree(arguments, name)
        reader.separator()
    return arguments


def parse_type(text: str, arguments: Arguments, name: str) -> Tree | None:
    """Read one type, adding its leaves to `arguments`; None when the text is no such type."""
    reader = _Reader(text)
    before = len(arguments.types)
    try:
        tree = reader.tree(arguments, name)
    except DifferentiationError:
        del arguments.types[before:]
        return None
    if not reader.done():
        del arguments.types[before:]
        return None
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def done(self) -> bool:
        self._blank()
        return self.position >= len(self.text)

    def _blank(self) -> None:
        while self.position < len(self.text) and self.text[self.position] in " \t\n":
            self.position += 1

    def fail(self) -> DifferentiationError:
        return DifferentiationError(
            f"the type {self.text!r} cannot be read at character {self.position + 1}.",
            remedy='write types as in "W: f8[n,m], b: f8[n], steps: int"',
            code="S2S105",
        )

    def name(self) -> str:
        match = re.compile(_ITEM).match(self.text, self.position)
        if match is None:
            raise self.fail()
        self.position = match.end()
        return match.group(1).lstrip("*")

    def separator(self) -> None:
        self._blank()
        if self.position < len(self.text):
            if self.text[self.position] not in ",;":
                raise self.fail()
            self.position += 1

    def take(self, symbol: str) -> bool:
        self._blank()
        if self.text.startswith(symbol, self.position):
            self.position += len(symbol)
            return True
        return False

    def tree(self, arguments: Arguments, path: str) -> Tree:
        for opening, closing, kind in (("(", ")", "tuple"), ("[", "]", "list")):
            if self.take(opening):
                children: list[Tree] = []
                while not self.take(closing):
                    children.append(self.tree(arguments, f"{path}[{len(children)}]"))
                    self.take(",")
                    if self.done():
                        raise self.fail()
                return Branch(kind, None, tuple(range(len(children))), tuple(children))
        if self.take("{"):
            keys: list[Any] = []
            children = []
            while not self.take("}"):
                match = re.compile(r"\s*(['\"])(.*?)\1\s*:").match(self.text, self.position)
                if match is None:
                    raise self.fail()
                self.position = match.end()
                keys.append(match.group(2))
                children.append(self.tree(arguments, f"{path}[{match.group(2)!r}]"))
                self.take(",")
            return Branch("dict", None, tuple(keys), tuple(children))
        if self.take("None"):
            return Fixed(None)
        self._blank()
        match = re.compile(_TYPE).match(self.text, self.position)
        if match is None:
            raise self.fail()
        self.position = match.end()
        arguments.types.append(self.leaf(match.group(1), match.group(2), path))
        return Leaf(len(arguments.types) - 1)

    def leaf(self, name: str, shape: str | None, path: str) -> Type:
        if shape is None:
            plain = {"float": FLOAT, "bool": BOOL, "complex": COMPLEX}.get(name)
            if plain is not None:
                return plain
            return Number("int", Size.of(Atom(path))) if name == "int" else Scalar(name)
        dtype = _SHORT.get(name, name)
        if shape.strip() == "...":
            return Array(dtype, None)
        return Array(dtype, tuple(_size(part) for part in shape.split(",") if part.strip()))


def _size(text: str) -> Size:
    text = text.strip()
    if text.isdigit():
        return Size.of(int(text))
    match = re.fullmatch(r"([A-Za-z_]\w*)\s*(?:([+-])\s*(\d+))?", text)
    if match is None:
        raise DifferentiationError(f"the size {text!r} cannot be read.", remedy="write a number or a name", code="S2S105")
    size = Size.of(Atom(match.group(1)))
    if match.group(2):
        size = size + int(match.group(2) + match.group(3))
    return size


def from_annotations(names: Sequence[str], annotations: Mapping[str, Any]) -> Arguments | None:
    """Return the arguments that annotations state, or None when one of them does not say enough.

    An annotation is a text like ``"f8[n,m]"``, or `float`, `int`, `complex`.
    """
    arguments = Arguments({}, [])
    for name in names:
        annotation = annotations.get(name)
        if isinstance(annotation, type):
            annotation = annotation.__name__
        if not isinstance(annotation, str):
            return None
        tree = parse_type(annotation.strip("'\""), arguments, name)
        if tree is None:
            return None
        arguments.trees[name] = tree
    return arguments

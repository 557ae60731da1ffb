"""Reading back what `literals` writes: sizes, types, paths and static facts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from s2sad.graph.index import Dots, Fancy, Index, Mask, NewAxis, Operand, Slice, View
from s2sad.graph.literals import OPERATORS, Absent, TextError, lookup
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import (
    NUMBERS,
    Array,
    Dict,
    Generator,
    List,
    Number,
    Opaque,
    Optional,
    Record,
    Reference,
    Residual,
    Scalar,
    Tagged,
    Token,
    Tuple,
    Type,
)

_NUMBER = re.compile(r"-?(?:inf|nan|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?!\w)")
_WORD = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_SIZE_ATOM = re.compile(r"[^\W\d]\w*(?:\?\d*)?")
_OBJECT = re.compile(r"@([^\s,{}()=]+)")
_DTYPE = re.compile(r"[<>|=]?[a-zA-Z]\d+\Z")
_DECODER = json.JSONDecoder()


class Reader:
    """Reads one line from left to right."""

    def __init__(self, line: str, number: int, objects: Sequence[object], reference: Callable[[Reader], object]) -> None:
        self.line = line
        self.number = number
        self.position = 0
        self.objects = objects
        self.reference = reference  # reads the name of a graph

    def error(self, expected: str) -> TextError:
        """Return what to raise where something else was expected."""
        return TextError(f"line {self.number}: expected {expected} at {self.line[self.position : self.position + 30]!r}")

    def skip(self) -> None:
        """Pass over blanks."""
        while self.position < len(self.line) and self.line[self.position] == " ":
            self.position += 1

    def ends(self) -> bool:
        """Whether nothing follows."""
        self.skip()
        return self.position >= len(self.line)

    def peek(self, text: str) -> bool:
        """Whether `text` follows."""
        self.skip()
        return self.line.startswith(text, self.position)

    def accept(self, text: str) -> bool:
        """Pass over `text` if it follows; a word only as a whole."""
        if not self.peek(text):
            return False
        end = self.position + len(text)
        if text[-1].isalnum() and end < len(self.line) and (self.line[end].isalnum() or self.line[end] == "_"):
            return False
        self.position = end
        return True

    def expect(self, text: str) -> None:
        """Pass over `text`, which must follow."""
        if not self.accept(text):
            raise self.error(repr(text))

    def match(self, pattern: re.Pattern[str], expected: str) -> str:
        """Return what `pattern` matches here."""
        self.skip()
        found = pattern.match(self.line, self.position)
        if found is None:
            raise self.error(expected)
        self.position = found.end()
        return found.group()

    def quoted(self) -> str:
        """Read text in quotes."""
        self.skip()
        try:
            value, self.position = _DECODER.raw_decode(self.line, self.position)
        except ValueError:
            raise self.error("text in quotes") from None
        return str(value)

    def name(self) -> str:
        """Read a name, quoted or not."""
        return self.quoted() if self.peek('"') else self.match(_WORD, "a name")

    def several(self, read: Callable[[], Any], close: str) -> list[Any]:
        """Read things with commas between them, up to `close`."""
        found: list[Any] = []
        while not self.accept(close):
            if found:
                self.expect(",")
                if self.accept(close):
                    break
            found.append(read())
        return found

    def integer(self) -> int:
        """Read an int."""
        return int(self.match(re.compile(r"-?\d+"), "a number"))

    def size(self) -> Size:
        """Read a size."""
        negative = self.accept("-")
        total = self.term() * (-1 if negative else 1)
        while True:
            if self.accept("+"):
                total = total + self.term()
            elif self.accept("-"):
                total = total - self.term()
            else:
                return total

    def term(self) -> Size:
        """Read a number, an atom, or a number times an atom."""
        self.skip()
        if self.line[self.position : self.position + 1].isdigit():
            number = self.integer()
            return Size.of(self.atom()) * number if self.accept("*") else Size.of(number)
        return Size.of(self.atom())

    def atom(self) -> Atom:
        """Read an unknown."""
        if self.peek('"'):
            name = self.quoted()
            return Atom(name, entry="?" not in name)
        name = self.match(_SIZE_ATOM, "a size")
        if name in OPERATORS and self.accept("("):
            return Atom("", name, tuple(self.several(self.size, ")")))
        return Atom(name, entry="?" not in name)

    def type(self) -> Type:
        """Read a type."""
        word = self.match(_WORD, "a type")
        match word:
            case "token":
                return Token()
            case "list" | "optional":
                self.expect("<")
                inner = self.type()
                self.expect(">")
                return List(inner) if word == "list" else Optional(inner)
            case "dict":
                self.expect("<")
                key, element = self.several(self.type, ">")
                return Dict(key, element)
            case "tuple":
                self.expect("<")
                return Tuple(tuple(self.several(self.type, ">")))
            case "record":
                name = self.name()
                self.expect("<")
                return Record(name, tuple(self.several(self.field, ">")))
            case "tagged" | "reference":
                self.expect("<")
                names = tuple(self.several(self.name, ">"))
                return Tagged(names) if word == "tagged" else Reference(names)
            case "generator":
                return Generator(self.name())
            case "residual":
                return Residual(self.name())
            case "opaque":
                return Opaque(self.name())
        if word in NUMBERS:
            size = None
            if self.accept("("):
                size = self.size()
                self.expect(")")
            return Number(word, size, self.also())
        if not _DTYPE.match(word):
            raise self.error("a type")
        if not self.line.startswith("[", self.position):
            return Scalar(word, self.also())
        self.expect("[")
        if self.accept("..."):
            self.expect("]")
            return Array(word, None)
        return Array(word, tuple(self.several(self.size, "]")))

    def also(self) -> tuple[str, ...]:
        """Read the further kinds that a number may have."""
        kinds: list[str] = []
        while self.accept("|"):
            kinds.append(self.match(_WORD, "a kind"))
        return tuple(kinds)

    def field(self) -> tuple[str, Type]:
        """Read ``name: type``."""
        name = self.name()
        self.expect(":")
        return name, self.type()

    def value(self) -> Any:
        """Read a static fact."""
        self.skip()
        following = self.line[self.position : self.position + 1]
        match following:
            case '"':
                return self.quoted()
            case "<":
                return self.sizes()
            case "(":
                self.expect("(")
                return tuple(self.several(self.value, ")"))
            case "[" | ".":
                return self.path()
            case "@":
                return self.object()
            case "&":
                self.expect("&")
                return self.reference(self)
        if _NUMBER.match(self.line, self.position):
            text = self.match(_NUMBER, "a number")
            return int(text) if text.lstrip("-").isdigit() else float(text)
        for word, constant in (("True", True), ("False", False), ("None", None)):
            if self.accept(word):
                return constant
        for word, make in _MAKERS.items():
            if self.accept(f"{word}("):
                return make(*self.several(self.entry if word == "dict" else self.value, ")"))
        return self.type()

    def entry(self) -> tuple[Any, Any]:
        """Read ``key: value``."""
        key = self.value()
        self.expect(":")
        return key, self.value()

    def sizes(self) -> Size | tuple[Size, ...]:
        """Read ``<n>`` (a size) or ``<n, m>`` (a tuple of sizes)."""
        self.expect("<")
        found = [self.size()]
        if self.accept(">"):
            return found[0]
        while self.accept(","):
            if self.peek(">"):
                break
            found.append(self.size())
        self.expect(">")
        return tuple(found)

    def path(self) -> tuple[Index | View, ...]:
        """Read the steps of a path."""
        steps: list[Index | View] = []
        while True:
            if self.accept("["):
                steps.append(Index(tuple(self.several(self.item, "]"))))
            elif self.accept("."):
                name = self.quoted() if self.peek('"') else self.match(re.compile(r"\w+"), "a name")
                steps.append(View(name, tuple(self.facts().items())))
            else:
                return tuple(steps)

    def facts(self) -> dict[str, Any]:
        """Read ``{name=value, ...}``, or nothing."""
        return dict(self.several(self.fact, "}")) if self.accept("{") else {}

    def fact(self) -> tuple[str, Any]:
        """Read ``name=value``."""
        name = self.name()
        self.expect("=")
        return name, self.value()

    def item(self) -> Any:
        """Read one position of a subscript."""
        if self.accept("newaxis"):
            return NewAxis()
        if self.accept("..."):
            return Dots()
        for word, kind in (("fancy", Fancy), ("mask", Mask)):
            if self.accept(word):
                self.expect("$")
                return kind(self.integer())
        first = self.part()
        if not self.accept(":"):
            return first
        second = self.part()
        third = self.part() if self.accept(":") else None
        return Slice(first, second, third)

    def part(self) -> int | Operand | None:
        """Read a number, an operand or nothing."""
        if self.accept("$"):
            return Operand(self.integer())
        self.skip()
        if re.match(r"-?\d", self.line[self.position :]):
            return self.integer()
        return None

    def object(self) -> object:
        """Read an object: a function or class that is loaded, or one that was given."""
        label = self.match(_OBJECT, "an object")[1:]
        number, _, _ = label.partition(":")
        if number.isdigit():
            return self.objects[int(number)] if int(number) < len(self.objects) else Absent(label)
        found = lookup(label)
        return Absent(label) if found is None else found


def _dtype(text: str) -> Any:
    import numpy as np

    return np.dtype(text)


def _scalar(dtype: str, value: Any) -> Any:
    return _dtype(dtype).type(value)


def _array(dtype: str, shape: tuple[int, ...], entries: list[Any]) -> Any:
    import numpy as np

    return np.array(entries, dtype).reshape(shape)


_MAKERS: dict[str, Callable[..., Any]] = {
    "cartesian": complex,
    "bytes": bytes.fromhex,
    "list": lambda *parts: list(parts),
    "dict": lambda *entries: dict(entries),
    "frozenset": lambda *parts: frozenset(parts),
    "range": range,
    "slice": slice,
    "ellipsis": lambda: Ellipsis,
    "dtype": _dtype,
    "scalar": _scalar,
    "array": _array,
}

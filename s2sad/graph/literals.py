"""Sizes, types and static facts as text: written so that they can be read back.

What is a literal (numbers, text, tuples, sizes, types, paths, small arrays) is written out; a function or class is written as
``@module:name``; any other object is ``@number:what it is``, and reading it back needs the object itself.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from s2sad.graph.index import Dots, Fancy, Index, Mask, NewAxis, Operand, Slice, View
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import (
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

LARGEST_ARRAY = 1000  # elements; a larger constant is an object
_PLAIN = re.compile(r"[^\W\d][\w]*(\.[^\W\d]\w*)*\Z")
_ATOM = re.compile(r"[^\W\d]\w*(\?\d*)?\Z")
OPERATORS = ("ceil_div", "floor_div", "multiply", "maximum", "minimum")


class TextError(ValueError):
    """A text that is no graph."""


class Absent:
    """Stands for an object that a text names and that was not given to the parser."""

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        self.label = label

    def __repr__(self) -> str:
        return f"<absent {self.label}>"


def quoted(text: str) -> str:
    """Return text in quotes."""
    return json.dumps(text, ensure_ascii=False)


def name_text(name: str) -> str:
    """Return a name: as it is, or quoted where it is not one word."""
    return name if _PLAIN.match(name) else quoted(name)


def size_text(size: Size) -> str:
    """Return a size; the same as `str` except for what is not affine."""
    text = ""
    for atom, count in size.terms:
        piece = _atom_text(atom) if abs(count) == 1 else f"{abs(count)}*{_atom_text(atom)}"
        if text:
            text += f" {'-' if count < 0 else '+'} {piece}"
        else:
            text = f"-{piece}" if count < 0 else piece
    if not text:
        return str(size.constant)
    return text + (f" {'-' if size.constant < 0 else '+'} {abs(size.constant)}" if size.constant else "")


def _atom_text(atom: Atom) -> str:
    if atom.operator:
        return f"{atom.operator}({', '.join(map(size_text, atom.operands))})"
    return atom.name if _ATOM.match(atom.name) else quoted(atom.name)


def type_text(kind: Type) -> str:
    """Return a type; the same as `str` except where a name needs quotes or a size is not affine."""
    match kind:
        case Number(name, size, also):
            return "|".join([name if size is None else f"{name}({size_text(size)})", *also])
        case Scalar(dtype, also):
            return "|".join([dtype, *also])
        case Array(dtype, shape):
            return f"{dtype}[{'...' if shape is None else ', '.join(map(size_text, shape))}]"
        case List(element):
            return f"list<{type_text(element)}>"
        case Dict(key, element):
            return f"dict<{type_text(key)}, {type_text(element)}>"
        case Tuple(elements):
            return f"tuple<{', '.join(map(type_text, elements))}>"
        case Record(name, fields):
            return f"record {name_text(name)}<{', '.join(f'{name_text(label)}: {type_text(inner)}' for label, inner in fields)}>"
        case Optional(inner):
            return f"optional<{type_text(inner)}>"
        case Tagged(options):
            return f"tagged<{', '.join(map(name_text, options))}>"
        case Reference(places):
            return f"reference<{', '.join(map(name_text, places))}>"
        case Generator(name):
            return f"generator {name_text(name)}"
        case Residual(name):
            return f"residual {name_text(name)}"
        case Opaque(name):
            return f"opaque {name_text(name)}"
        case Token():
            return "token"
    raise TypeError(f"type {kind!r} has no text")


class Writer:
    """Writes static facts; `objects` collects what cannot be written out."""

    def __init__(self) -> None:
        self.objects: list[object] = []

    def text(self, value: Any) -> str:
        """Return the text of a static fact."""
        match value:
            case None | bool():
                return str(value)
            case Size():
                return f"<{size_text(value)}>"
            case Type():
                return type_text(value)
        kind = type(value)
        if kind is int:
            return str(value)
        if kind is float:
            return repr(value)
        if kind is complex:
            return f"cartesian({value.real!r}, {value.imag!r})"
        if kind is str:
            return quoted(value)
        if kind is bytes:
            return f"bytes({json.dumps(value.hex())})"
        if kind is tuple:
            return self.tuple(value)
        if kind is list:
            return f"list({', '.join(map(self.text, value))})"
        if kind is dict:
            return f"dict({', '.join(f'{self.text(key)}: {self.text(entry)}' for key, entry in value.items())})"
        if kind is frozenset:
            return f"frozenset({', '.join(sorted(map(self.text, value)))})"
        if kind is range or kind is slice:
            return f"{kind.__name__}({', '.join(map(self.text, (value.start, value.stop, value.step)))})"
        if value is Ellipsis:
            return "ellipsis()"
        return self.numeric(value) or self.object(value)

    def tuple(self, value: tuple[Any, ...]) -> str:
        if value and all(isinstance(part, Size) for part in value):
            return f"<{', '.join(map(size_text, value))}{',' if len(value) == 1 else ''}>"
        if value and all(isinstance(part, (Index, View)) for part in value):
            return "".join(map(self.step, value))
        return f"({', '.join(map(self.text, value))}{',' if len(value) == 1 else ''})"

    def step(self, step: Index | View) -> str:
        if isinstance(step, View):
            facts = ", ".join(f"{name}={self.text(fact)}" for name, fact in step.static)
            return f".{step.name if step.name.isidentifier() else quoted(step.name)}{f'{{{facts}}}' if facts else ''}"
        return f"[{', '.join(map(_item_text, step.items))}]"

    def numeric(self, value: Any) -> str:
        """Return the text of a NumPy scalar, dtype or small array, or an empty string."""
        numpy: Any = sys.modules.get("numpy")
        if numpy is None:
            return ""
        if isinstance(value, numpy.dtype) and value.names is None:
            return f"dtype({json.dumps(value.str)})"
        if isinstance(value, numpy.generic) and value.dtype.kind in "biufc":
            return f"scalar({json.dumps(value.dtype.str)}, {self.text(value.item())})"
        if type(value) is numpy.ndarray and value.dtype.kind in "biufc" and value.size <= LARGEST_ARRAY:
            entries = ", ".join(map(self.text, value.ravel().tolist()))
            return f"array({json.dumps(value.dtype.str)}, {self.tuple(value.shape)}, list({entries}))"
        return ""

    def object(self, value: Any) -> str:
        if isinstance(value, Absent):
            return f"@{value.label}"
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if isinstance(module, str) and isinstance(name, str) and lookup(f"{module}:{name}") is value:
            return f"@{module}:{name}"
        number = next((k for k, known in enumerate(self.objects) if known is value), len(self.objects))
        if number == len(self.objects):
            self.objects.append(value)
        label = name if isinstance(name, str) else type(value).__qualname__
        return f"@{number}:{re.sub(r'[^0-9A-Za-z_.]', '', label)}"


def _item_text(item: object) -> str:
    match item:
        case Operand(number):
            return f"${number}"
        case Fancy(number):
            return f"fancy ${number}"
        case Mask(number):
            return f"mask ${number}"
        case Slice(start, stop, step):
            first, second, third = ("" if part is None else _item_text(part) for part in (start, stop, step))
            return f"{first}:{second}" + (f":{third}" if third else "")
        case NewAxis():
            return "newaxis"
        case Dots():
            return "..."
    return str(item)


def lookup(label: str) -> object:
    """Return what ``module:name`` names in the modules that are loaded, or None."""
    module, _, name = label.partition(":")
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found

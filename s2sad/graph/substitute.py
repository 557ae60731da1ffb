"""Sizes in other terms: what moving nodes from one graph to another needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s2sad.graph.index import Index, View
from s2sad.graph.sizes import Atom, Size, maximum, minimum
from s2sad.graph.types import Array, Dict, List, Number, Optional, Record, Tuple, Type


class Substitution:
    """Replaces entry atoms by the sizes in `mapping`; atoms of run time stay as they are."""

    def __init__(self, mapping: Mapping[str, Size]) -> None:
        self.mapping = mapping

    def size(self, size: Size) -> Size:
        """Return a size with its atoms replaced."""
        total = Size.of(size.constant)
        for atom, count in size.terms:
            total = total + self._atom(atom) * count
        return total

    def _atom(self, atom: Atom) -> Size:
        if not atom.operator:
            return self.mapping.get(atom.name, Size.of(atom))
        left, right = (self.size(part) for part in atom.operands)
        match atom.operator:
            case "multiply":
                return left * right
            case "maximum":
                return maximum(left, right)
            case "minimum":
                return minimum(left, right)
            case "ceil_div" if right.known is not None:
                return left.ceil_div(right.known)
        return Size.of(Atom("", atom.operator, (left, right)))

    def type(self, kind: Type) -> Type:
        """Return a type with its sizes replaced."""
        match kind:
            case Array(dtype, shape) if shape:
                return Array(dtype, tuple(map(self.size, shape)))
            case Number(name, size, also) if size is not None:
                return Number(name, self.size(size), also)
            case List(element):
                return List(self.type(element))
            case Optional(inner):
                return Optional(self.type(inner))
            case Tuple(elements):
                return Tuple(tuple(map(self.type, elements)))
            case Dict(key, element):
                return Dict(self.type(key), self.type(element))
            case Record(name, fields):
                return Record(name, tuple((label, self.type(inner)) for label, inner in fields))
        return kind

    def fact(self, value: Any) -> Any:
        """Return a static fact of a node with its sizes replaced."""
        if isinstance(value, Size):
            return self.size(value)
        if isinstance(value, Type):
            return self.type(value)
        if isinstance(value, View):
            return View(value.name, self.fact(value.static))
        if isinstance(value, tuple) and not isinstance(value, Index):
            return tuple(map(self.fact, value))
        return value


def unknown_in(fact: Any) -> bool:
    """Whether a static fact names a size that is not known at entry."""
    if isinstance(fact, Size):
        return not fact.entry
    if isinstance(fact, View):
        return unknown_in(fact.static)
    return isinstance(fact, tuple) and any(map(unknown_in, fact))

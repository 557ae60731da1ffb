"""Sizes in other terms: what moving nodes and types from one graph to another needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2sad.graph.index import View
from s2sad.graph.sizes import Atom, Size, maximum, minimum
from s2sad.graph.types import Array, Dict, List, Number, Optional, Record, Tuple, Type

Change = Callable[[Size], Size]


def replaced(size: Size, find: Callable[[Atom], Size | None]) -> Size | None:
    """Return a size with its plain atoms replaced by what `find` gives; None when it gives None for one of them."""
    total = Size.of(size.constant)
    for atom, count in size.terms:
        found = _replaced_operator(atom, find) if atom.operator else find(atom)
        if found is None:
            return None
        total = total + found * count
    return total


def _replaced_operator(atom: Atom, find: Callable[[Atom], Size | None]) -> Size | None:
    left, right = (replaced(part, find) for part in atom.operands)
    if left is None or right is None:
        return None
    match atom.operator:
        case "multiply":
            return left * right
        case "maximum":
            return maximum(left, right)
        case "minimum":
            return minimum(left, right)
        case "ceil_div" if right.known is not None:
            return left.ceil_div(right.known)
    return Size.of(Atom(atom.name, atom.operator, (left, right), atom.entry))


def type_with_sizes(kind: Type, change: Change) -> Type:
    """Return a type with its sizes changed."""
    match kind:
        case Array(dtype, shape) if shape:
            return Array(dtype, tuple(map(change, shape)))
        case Number(name, size, also) if size is not None:
            return Number(name, change(size), also)
        case List(element):
            return List(type_with_sizes(element, change))
        case Optional(inner):
            return Optional(type_with_sizes(inner, change))
        case Tuple(elements):
            return Tuple(tuple(type_with_sizes(element, change) for element in elements))
        case Dict(key, element):
            return Dict(type_with_sizes(key, change), type_with_sizes(element, change))
        case Record(name, fields):
            return Record(name, tuple((label, type_with_sizes(inner, change)) for label, inner in fields))
    return kind


def fact_with_sizes(fact: Any, change: Change) -> Any:
    """Return a static fact of a node with its sizes changed."""
    if isinstance(fact, Size):
        return change(fact)
    if isinstance(fact, Type):
        return type_with_sizes(fact, change)
    if isinstance(fact, View):
        return View(fact.name, fact_with_sizes(fact.static, change))
    if type(fact) is tuple:
        return tuple(fact_with_sizes(part, change) for part in fact)
    return fact


def unknown_in(fact: Any) -> bool:
    """Whether a static fact names a size that is not known at entry."""
    if isinstance(fact, Size):
        return not fact.entry
    if isinstance(fact, View):
        return unknown_in(fact.static)
    return isinstance(fact, tuple) and any(map(unknown_in, fact))

"""Sizes and shapes as Python expressions of the arguments: ``len(x)``, ``x.shape[1] - 2``, ``(len(x), 3)``, ``x.shape``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from s2sad.emit.syntax import attribute, binary, call, name, number, subscript, tuple_of
from s2sad.graph.core import Graph, Value
from s2sad.graph.index import View
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import Array, Type
from s2sad.rules.declare import REGISTRY

_FULL = 2  # a shape of so many sizes or more is taken from an argument of the same shape


def _flattened(graph: Graph) -> set[Type]:
    """Return the types of arrays that are written by way of `reshape` or `ravel`.

    Those must lie in memory row by row, or the write would go into a copy; `np.zeros_like` lays its result out like its model.
    """
    return {
        node.operands[0].type
        for node in graph.body.walk()
        if node.operation.name in ("put", "add_at")
        and any(isinstance(step, View) and REGISTRY.rules[step.name].sharing == "layout" for step in node.static["path"])
    }


class SizeSpeller:
    """Writes sizes; `read` gives the expression of a graph parameter."""

    def __init__(self, graph: Graph, read: Callable[[Value], ast.expr] | None = None) -> None:
        self.sources = graph.size_sources
        self.read = read or (lambda value: name(value.name))
        self.by_shape: dict[tuple[Size, ...], Value] = {}
        self.by_type: dict[Type, Value] = {}
        flattened = _flattened(graph)
        for value in graph.parameters:
            kind = value.type
            if isinstance(kind, Array) and kind.shape:
                if kind not in flattened:
                    self.by_type.setdefault(kind, value)
                self.by_shape.setdefault(kind.shape, value)

    def like(self, kind: Type) -> Value | None:
        """Return an argument of exactly this type, whose shape `np.zeros_like` can take over."""
        return self.by_type.get(kind)

    def mentioned(self, fact: Any) -> Iterator[Value]:
        """Yield the parameters that the text of a static fact reads."""
        match fact:
            case Size():
                for atom in fact.atoms():
                    if atom.name in self.sources:  # a type may name sizes that are not written
                        yield self.sources[atom.name][0]
            case tuple() if fact and all(isinstance(part, Size) for part in fact):
                owner = self.owner(fact)
                if owner is not None:
                    yield owner
                else:
                    for part in fact:
                        yield from self.mentioned(part)
            case tuple() | list():
                for part in fact:
                    yield from self.mentioned(part)
            case Array(_, shape) if shape is not None:
                for part in shape:
                    yield from self.mentioned(part)

    def owner(self, shape: tuple[Size, ...]) -> Value | None:
        """Return the argument whose whole shape this is, unless single sizes read better."""
        if len(shape) < _FULL or all(part.known is not None for part in shape):
            return None
        return self.by_shape.get(shape)

    def shape(self, shape: tuple[Size, ...], *, bare: bool = True) -> ast.expr:
        """Return a shape as a tuple; a shape of one size is that size when `bare`."""
        owner = self.owner(shape)
        if owner is not None:
            return attribute(self.read(owner), "shape")
        if bare and len(shape) == 1:
            return self.size(shape[0])
        return tuple_of([self.size(part) for part in shape])

    def size(self, size: Size) -> ast.expr:
        """Return an affine expression, positive terms first."""
        result: ast.expr | None = None
        terms = sorted(size.terms, key=lambda term: term[1] < 0)
        for atom, count in terms:
            term = self.atom(atom)
            if abs(count) != 1:
                term = binary(number(abs(count)), ast.Mult(), term)
            if result is None:
                result = term if count > 0 else ast.UnaryOp(ast.USub(), term)
            else:
                result = binary(result, ast.Add() if count > 0 else ast.Sub(), term)
        if result is None:
            return number(size.constant)
        if size.constant:
            result = binary(result, ast.Add() if size.constant > 0 else ast.Sub(), number(abs(size.constant)))
        return result

    def atom(self, atom: Atom) -> ast.expr:
        """Return where an atom is found, or the expression that it stands for."""
        if not atom.operator:
            value, axis = self.sources[atom.name]
            base = self.read(value)
            if axis is None:
                return base
            if axis == 0 and isinstance(value.type, Array) and value.type.rank == 1:
                return call(name("len"), base)
            return subscript(attribute(base, "shape"), number(axis))
        left, right = (self.size(part) for part in atom.operands)
        match atom.operator:
            case "ceil_div":
                return ast.UnaryOp(ast.USub(), binary(ast.UnaryOp(ast.USub(), left), ast.FloorDiv(), right))
            case "floor_div":
                return binary(left, ast.FloorDiv(), right)
            case "multiply":
                return binary(left, ast.Mult(), right)
            case _:
                return call(name("max" if atom.operator == "maximum" else "min"), left, right)

"""Short makers of `ast` nodes.

Every call makes new nodes: the printer marks nodes with the precedence of their place, so a node must not occur twice.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

_LOAD = ast.Load()
_STORE = ast.Store()


def name(text: str) -> ast.Name:
    """Return a name that is read."""
    return ast.Name(text, _LOAD)


def target(text: str) -> ast.Name:
    """Return a name that is bound."""
    return ast.Name(text, _STORE)


def attribute(base: ast.expr, label: str) -> ast.Attribute:
    """Return ``base.label``."""
    return ast.Attribute(base, label, _LOAD)


def call(function: ast.expr, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """Return a call."""
    return ast.Call(function, list(arguments), [ast.keyword(label, value) for label, value in keywords.items()])


def binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.BinOp:
    """Return ``left operator right``."""
    return ast.BinOp(left, operator, right)


def subscript(base: ast.expr, index: ast.expr) -> ast.Subscript:
    """Return ``base[index]``."""
    return ast.Subscript(base, index, _LOAD)


def tuple_of(parts: Sequence[ast.expr]) -> ast.Tuple:
    """Return a tuple that is read."""
    return ast.Tuple(list(parts), _LOAD)


def numpy(label: str) -> ast.Attribute:
    """Return ``np.label``."""
    return attribute(name("np"), label)


def stored(expression: ast.expr) -> ast.expr:
    """Return the expression as the target of an assignment."""
    if isinstance(expression, ast.Name):
        return target(expression.id)
    assert isinstance(expression, (ast.Subscript, ast.Attribute))
    expression.ctx = _STORE
    return expression


def assign(where: ast.expr, value: ast.expr) -> ast.Assign:
    """Return ``where = value``."""
    return ast.Assign([where], value, lineno=0)


def parallel(targets: Sequence[str], values: Sequence[ast.expr]) -> ast.Assign:
    """Return ``a, b = x, y``, or a plain assignment for one."""
    if len(targets) == 1:
        return assign(target(targets[0]), values[0])
    return assign(ast.Tuple([target(text) for text in targets], _STORE), tuple_of(values))


def number(value: bool | int | float | complex) -> ast.expr:
    """Return a Python number: never negative, infinite or not-a-number inside `Constant`, where printers go wrong."""
    if isinstance(value, bool):
        return ast.Constant(value)
    if isinstance(value, complex):
        if value.real == 0.0 and math.copysign(1.0, value.real) > 0 and _plain(value.imag):
            return ast.Constant(complex(0.0, value.imag))
        return call(name("complex"), number(value.real), number(value.imag))
    if isinstance(value, float):
        if math.isnan(value):
            return numpy("nan")
        if math.isinf(value):
            return numpy("inf") if value > 0 else ast.UnaryOp(ast.USub(), numpy("inf"))
        if math.copysign(1.0, value) < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        return ast.Constant(value)
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _plain(value: float) -> bool:
    return math.isfinite(value) and math.copysign(1.0, value) > 0


def is_number(expression: ast.expr, value: float) -> bool:
    """Whether the expression is this non-negative Python number."""
    return isinstance(expression, ast.Constant) and type(expression.value) in (int, float) and expression.value == value


def negated(expression: ast.expr) -> ast.expr | None:
    """Return the expression without the minus sign that it begins with, or None when there is none.

    Exact: the sign of a product or a quotient is that of its first factor, whatever the rounding.
    """
    if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.USub):
        return expression.operand
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, (ast.Mult, ast.Div)):
        left = negated(expression.left)
        if left is not None:
            return ast.BinOp(left, expression.op, expression.right)
    return None


# The parts of the commonest kinds that are trees themselves.
_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    ast.BinOp: attrgetter("left", "right"),
    ast.Subscript: attrgetter("value", "slice"),
    ast.Call: attrgetter("func", "args", "keywords"),
    ast.Assign: attrgetter("targets", "value"),
    ast.Compare: attrgetter("left", "comparators"),
    ast.AugAssign: attrgetter("target", "value"),
    ast.If: attrgetter("test", "body", "orelse"),
}


def names_in(*trees: Any) -> list[ast.Name]:
    """Return all names of trees or lists of trees, in no particular order; several times as fast as `ast.walk`."""
    found: list[ast.Name] = []
    waiting: list[Any] = list(trees)
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if kind is ast.Name:
            found.append(part)
        elif kind is ast.Attribute:
            waiting.append(part.value)
        elif kind in _PARTS:
            waiting.extend(_PARTS[kind](part))
        elif kind is list:
            waiting.extend(part)
        elif kind is not ast.Constant and isinstance(part, ast.AST):
            waiting.extend(part.__dict__.values())
    return found


def binds(statement: ast.stmt, label: str) -> bool:
    """Whether a statement, or one inside it, binds a name."""
    return any(part.id == label and type(part.ctx) is ast.Store for part in names_in(statement))

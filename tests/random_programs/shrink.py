"""Makes a failing program small: statements and expressions are taken out while it still fails in the same way."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator


def smallest(text: str, fails: Callable[[str], bool], most: int = 600) -> str:
    """Return a program that still fails and from which nothing can be taken."""
    tree = ast.parse(text)
    attempts = 0
    position = 0
    while attempts < most:
        candidate = next(_edits(tree, position), None)
        if candidate is None:
            if position == 0:
                break
            position = 0
            if not _progress(tree):
                break
            continue
        attempts += 1
        edited = ast.unparse(ast.fix_missing_locations(candidate))
        if fails(edited):
            tree = ast.parse(edited)
            tree.changed = True  # type: ignore[attr-defined]
        else:
            position += 1
    return ast.unparse(tree) + "\n"


def _progress(tree: ast.Module) -> bool:
    """Whether anything was taken out since the last time this was asked."""
    changed = bool(getattr(tree, "changed", False))
    tree.changed = False  # type: ignore[attr-defined]
    return changed


def _edits(tree: ast.Module, start: int) -> Iterator[ast.Module]:
    """Yield the edited programs from number `start` on."""
    number = 0
    for place, path in enumerate(_statements(tree)):
        for edit in _statement_edits(path):
            if number >= start:
                fresh = copy.deepcopy(tree)
                owner, field, k = _statements(fresh)[place]
                body = getattr(owner, field)
                new = edit(body[k])
                body[k : k + 1] = new if new or len(body) > 1 or field in ("orelse", "finalbody") else [ast.Pass()]
                yield fresh
            number += 1
    for place, path in enumerate(_expressions(tree)):
        for k in range(len(_replacements(path))):
            if number >= start:
                fresh = copy.deepcopy(tree)
                owner, field, position = _expressions(fresh)[place]
                new_expression = _replacements((owner, field, position))[k]
                if position is None:
                    setattr(owner, field, new_expression)
                else:
                    getattr(owner, field)[position] = new_expression
                yield fresh
            number += 1


def _statements(tree: ast.AST) -> list[tuple[ast.AST, str, int]]:
    found: list[tuple[ast.AST, str, int]] = []
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody", "handlers"):
            part = getattr(node, field, None)
            if isinstance(part, list):
                found += [(node, field, k) for k in range(len(part))]
    return found


def _statement_edits(path: tuple[ast.AST, str, int]) -> list[Callable[[ast.AST], list[ast.AST]]]:
    owner, field, k = path
    node = getattr(owner, field)[k]
    if isinstance(node, (ast.Return, ast.Import)) and not isinstance(owner, (ast.If, ast.For, ast.While)):
        return []
    if isinstance(node, ast.FunctionDef) and node.name == "f":
        return []
    edits: list[Callable[[ast.AST], list[ast.AST]]] = [lambda one: [] if not isinstance(one, ast.Pass) else [one]]
    if isinstance(node, ast.Pass):
        return []
    if isinstance(node, (ast.If, ast.For, ast.While, ast.Try, ast.With)):
        edits.append(lambda one: one.body)  # type: ignore[attr-defined]
        if getattr(node, "orelse", None):
            edits.append(lambda one: one.orelse)  # type: ignore[attr-defined]
            edits.append(_without_else)
    if isinstance(node, ast.AugAssign):
        edits.append(lambda one: [ast.Assign(targets=[one.target], value=one.value)])  # type: ignore[attr-defined]
    return edits


def _without_else(node: ast.AST) -> list[ast.AST]:
    node.orelse = []  # type: ignore[attr-defined]
    return [node]


def _expressions(tree: ast.AST) -> list[tuple[ast.AST, str, int | None]]:
    found: list[tuple[ast.AST, str, int | None]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name != "f":
            pass
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                found.append((node, field, None))
            elif isinstance(value, list):
                found += [(node, field, k) for k, part in enumerate(value) if isinstance(part, ast.expr)]
    return [
        (node, field, k)
        for node, field, k in found
        if field not in ("targets", "target", "func", "decorator_list", "annotation", "bases") and not isinstance(node, ast.FormattedValue)
    ]


def _replacements(path: tuple[ast.AST, str, int | None]) -> list[ast.expr]:
    """Return what may stand for an expression: its parts, or a number."""
    owner, field, k = path
    node = getattr(owner, field) if k is None else getattr(owner, field)[k]
    parts: list[ast.expr] = []
    if isinstance(node, (ast.BinOp, ast.Compare, ast.BoolOp, ast.Call, ast.UnaryOp, ast.IfExp)):
        if isinstance(node, ast.Call):
            parts = [part for part in node.args if not isinstance(part, ast.Starred)]
        else:
            parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        if isinstance(node, (ast.BinOp, ast.Call)):
            parts.append(ast.Constant(0.5))
        if isinstance(node, (ast.Compare, ast.BoolOp)):
            parts += [ast.Constant(True)]
    elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Load) and field != "slice":
        parts = [node.value, ast.Constant(0.5)]
    return parts

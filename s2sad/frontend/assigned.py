"""Which names a loop assigns, and which objects it may write, by its syntax."""

from __future__ import annotations

from typing import Any

from s2sad.frontend.source import children
from s2sad.frontend.syntax import gast


def assigned(node: Any) -> dict[str, bool]:
    """Return the names that a loop assigns: True where plainly, False where only by an augmented assignment."""
    facts = getattr(node, "_s2sad_assigned", None)
    if facts is None:
        facts = {}
        for name in ("target", "test"):
            if hasattr(node, name):
                _stores(getattr(node, name), facts)
        for statement in node.body if isinstance(node.body, list) else [node.body]:
            _stores(statement, facts)
        node._s2sad_assigned = facts
    return facts


def _stores(node: Any, found: dict[str, bool]) -> None:
    match node:
        case gast.Name():
            if isinstance(node.ctx, (gast.Store, gast.Del)):
                found[node.id] = True
            return
        case gast.AugAssign():
            if isinstance(node.target, gast.Name):
                found.setdefault(node.target.id, False)
            else:
                _stores(node.target, found)
            _stores(node.value, found)
            return
        case gast.FunctionDef() | gast.ClassDef():
            found[node.name] = True
            return
        case gast.Lambda():
            return
        case gast.ListComp() | gast.SetComp() | gast.DictComp() | gast.GeneratorExp():
            for inner in gast.walk(node):
                if isinstance(inner, gast.NamedExpr):
                    found[inner.target.id] = True
            return
        case gast.Import() | gast.ImportFrom():
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = True
        case gast.MatchAs() | gast.MatchStar() if node.name is not None:
            found[node.name] = True
    for child in children(node):
        _stores(child, found)


def touched_names(node: Any) -> set[str]:
    """Return the names whose objects a loop may write, by its syntax."""
    facts = getattr(node, "_s2sad_touched", None)
    if facts is None:
        facts = set()
        for part in [
            *(node.body if isinstance(node.body, list) else [node.body]),
            getattr(node, "test", None),
            getattr(node, "iter", None),
        ]:
            if part is None:
                continue
            for inner in gast.walk(part):
                if isinstance(inner, (gast.Subscript, gast.Attribute)) and isinstance(inner.ctx, gast.Store):
                    _root(inner, facts)
                elif isinstance(inner, gast.AugAssign):
                    _root(inner.target, facts)
                elif isinstance(inner, gast.Call):
                    if isinstance(inner.func, gast.Attribute):
                        _root(inner.func, facts)
                    for keyword in inner.keywords:
                        if keyword.arg == "out":
                            _root(keyword.value, facts)
                    if (
                        inner.args
                        and isinstance(inner.func, gast.Attribute)
                        and inner.func.attr in ("at", "copyto", "put", "fill_diagonal", "place", "putmask", "put_along_axis")
                    ):
                        _root(inner.args[0], facts)
        node._s2sad_touched = facts
    return facts


def _root(node: Any, found: set[str]) -> None:
    while isinstance(node, (gast.Subscript, gast.Attribute, gast.Call, gast.Starred)):
        node = node.func if isinstance(node, gast.Call) else node.value
    if isinstance(node, gast.Name):
        found.add(node.id)
    elif isinstance(node, (gast.Tuple, gast.List)):
        for element in node.elts:
            _root(element, found)

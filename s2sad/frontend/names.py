"""Names of a module: one interface with two sources, the live module and its text.

`lookup(name)` gives a live object with the way to it (``(value, origin)``), something that is known without running anything
(`Known`, `Function`), or ABSENT.
"""

from __future__ import annotations

import builtins
import importlib
from typing import Any

from s2sad.frontend.lower import Lowering
from s2sad.frontend.source import make_source
from s2sad.frontend.store import ABSENT
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, Function, Known, Origin

# Modules that the static command line may import: they belong to the dependencies of generated code, or to Python.
SAFE_MODULES = (
    "numpy",
    "math",
    "cmath",
    "functools",
    "itertools",
    "operator",
    "collections",
    "dataclasses",
    "typing",
    "random",
    "time",
    "copy",
    "scipy",
    "s2sad",
    "__future__",
)


class LiveModule:
    """The globals of a function."""

    def __init__(self, variables: dict[str, Any], origin: Origin | None) -> None:
        self.variables = variables
        self.origin = origin  # None: the module of the function that is lowered

    def lookup(self, name: str) -> Any:
        """Return what a global name stands for."""
        if name in self.variables:
            if name == "__name__":
                return Known(self.variables[name])
            return self.variables[name], Origin("global", name) if self.origin is None else self.origin.item(name)
        found = self.variables.get("__builtins__", builtins)
        table = found if isinstance(found, dict) else vars(found)
        return Known(table[name]) if name in table else ABSENT


class TextModule:
    """A module that is only read: nothing of it runs."""

    origin = None

    def __init__(self, tree: Any, file: str) -> None:
        self.tree = tree
        self.file = file
        self.definitions: dict[str, list[Any]] = {}
        for statement in tree.body:
            for name, node in _bindings(statement):
                self.definitions.setdefault(name, []).append(node)
        self._cache: dict[str, Any] = {}

    def lookup(self, name: str) -> Any:
        """Return what a global name stands for."""
        if name not in self._cache:
            self._cache[name] = self._find(name)
        return self._cache[name]

    def _find(self, name: str) -> Any:
        found = self.definitions.get(name)
        if found is None:
            if "*" in self.definitions:
                raise StaticName(name, "may come from a star import")
            return Known(getattr(builtins, name)) if hasattr(builtins, name) else ABSENT
        if len(found) > 1:
            raise StaticName(name, "is bound more than once in the module")
        (node,) = found
        if isinstance(node, tuple):
            return self._imported(name, *node)
        if isinstance(node, gast.FunctionDef):
            if any(not _is_own_decorator(decorator) for decorator in node.decorator_list):
                raise StaticName(name, "is decorated")
            return Function(make_source(node, self.file, 0, 0, self))
        if isinstance(node, str):
            raise StaticName(name, node)
        try:
            value = literal(node)
        except ValueError:
            raise StaticName(name, "is computed when the module runs") from None
        return value, Origin("global", name)

    def _imported(self, name: str, module: str, attribute: str | None) -> Any:
        if module.partition(".")[0] not in SAFE_MODULES:
            raise StaticName(name, f"comes from the module {module}")
        try:
            loaded = importlib.import_module(module)
        except ImportError:
            raise StaticName(name, f"comes from the module {module}, which is not installed") from None
        if attribute is None:
            return Known(loaded)
        if hasattr(loaded, attribute):
            return Known(getattr(loaded, attribute))
        try:
            return Known(importlib.import_module(f"{module}.{attribute}"))
        except ImportError:
            raise StaticName(name, f"is not in the module {module}") from None


class StaticName(Exception):
    """A name cannot be resolved without running the module."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name = name
        self.why = why


def _is_own_decorator(node: Any) -> bool:
    base = node.func if isinstance(node, gast.Call) else node
    return (isinstance(base, gast.Attribute) and isinstance(base.value, gast.Name) and base.value.id == "s2sad") or (
        isinstance(base, gast.Name) and base.id == "differentiate"
    )


def _bindings(statement: Any) -> list[tuple[str, Any]]:
    match statement:
        case gast.Import():
            return [
                (alias.asname, (alias.name, None)) if alias.asname else (alias.name.partition(".")[0], (alias.name.partition(".")[0], None))
                for alias in statement.names
            ]
        case gast.ImportFrom():
            module = "." * (statement.level or 0) + (statement.module or "")
            return [(alias.asname or alias.name, (module, alias.name)) for alias in statement.names]
        case gast.FunctionDef():
            return [(statement.name, statement)]
        case gast.ClassDef():
            return [(statement.name, "is a class")]
        case gast.Assign():
            names = [(target.id, statement.value) for target in statement.targets if isinstance(target, gast.Name)]
            others = [name for target in statement.targets if not isinstance(target, gast.Name) for name in _stored(target)]
            return names + [(name, "is unpacked") for name in others]
        case gast.AnnAssign() if isinstance(statement.target, gast.Name):
            return [(statement.target.id, statement.value)] if statement.value is not None else []
        case gast.AugAssign():
            return [(name, "is changed") for name in _stored(statement.target)]
        case gast.Expr():
            return []
        case gast.If() if _is_main(statement):
            return []
    # Conditional definitions: the name depends on what runs.
    return [(name, "is bound under a condition") for name in _all_names(statement)]


def _is_main(statement: Any) -> bool:
    test = statement.test
    return isinstance(test, gast.Compare) and isinstance(test.left, gast.Name) and test.left.id == "__name__"


def _stored(node: Any) -> list[str]:
    return [one.id for one in gast.walk(node) if isinstance(one, gast.Name)]


def _all_names(statement: Any) -> list[str]:
    names: dict[str, None] = {}
    for node in gast.walk(statement):
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store):
            names[node.id] = None
        elif isinstance(node, (gast.FunctionDef, gast.ClassDef)):
            names[node.name] = None
        elif isinstance(node, (gast.Import, gast.ImportFrom)):
            names.update({(alias.asname or alias.name.partition(".")[0]): None for alias in node.names})
    return list(names)


def literal(node: Any) -> Any:
    """Return the value of a constant expression."""
    match node:
        case gast.Constant():
            return node.value
        case gast.UnaryOp() if isinstance(node.op, gast.USub):
            return -literal(node.operand)
        case gast.Tuple():
            return tuple(literal(element) for element in node.elts)
        case gast.List():
            return [literal(element) for element in node.elts]
        case gast.Dict():
            return {literal(key): literal(value) for key, value in zip(node.keys, node.values, strict=True)}
        case gast.BinOp():
            left, right = literal(node.left), literal(node.right)
            from s2sad.frontend.operators import BINARY

            if type(node.op).__name__ in BINARY and isinstance(left, (int, float)) and isinstance(right, (int, float)):
                return BINARY[type(node.op).__name__][3](left, right)
        case gast.Attribute() if (
            isinstance(node.value, gast.Name) and node.value.id in ("np", "numpy", "math") and node.attr in ("pi", "e", "inf", "nan")
        ):
            import math

            return getattr(math, node.attr)
    raise ValueError


def import_statement(low: Lowering, node: Any) -> list[tuple[str, Abstract]]:
    """Carry out an import inside a function: only of modules that are loaded already."""
    import sys

    bound: list[tuple[str, Abstract]] = []
    for alias in node.names:
        if isinstance(node, gast.Import):
            module = sys.modules.get(alias.name)
            if module is None:
                _missing(low, alias.name)
                low.refuse("impure", node, name=f"import {alias.name}")
            if alias.asname is None and "." in alias.name:
                bound.append((alias.name.partition(".")[0], Known(sys.modules[alias.name.partition(".")[0]])))
            else:
                bound.append((alias.asname or alias.name, Known(module)))
        else:
            if node.level:
                low.refuse("syntax", node, what="a relative import inside a function", remedy="import at the top of the module")
            module = sys.modules.get(node.module)
            value = getattr(module, alias.name, ABSENT) if module is not None else ABSENT
            if value is ABSENT:
                if module is None:
                    _missing(low, node.module)
                low.refuse("impure", node, name=f"import of {alias.name}")
            bound.append((alias.asname or alias.name, low.live(value, None)))
    return bound


def _missing(low: Lowering, name: str) -> None:
    """Importing what is not installed raises where a handler waits for that."""
    from importlib.util import find_spec

    if low.tries and find_spec(name.partition(".")[0]) is None:
        from s2sad.frontend.raising import raise_caught

        raise_caught(low, ModuleNotFoundError, [Known(f"No module named {name.partition('.')[0]!r}")])

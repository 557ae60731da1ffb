"""Imports run one way, and each layer sees only what it may see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import s2sad

HOME = Path(s2sad.__file__).parent

# From the bottom to the top.  A module may import what stands in a line above its own, and what is in its own package.
LAYERS = (
    ("record",),
    ("errors",),
    ("runtime",),
    ("graph",),
    ("rules",),
    ("analysis", "frontend"),
    ("derivative", "optimize", "memory"),
    ("emit",),
    ("backend",),
    # The driver: from the request of a user to the compiled function.
    ("structure",),
    ("request", "conditions"),
    ("plan",),
    ("layout",),
    ("compile",),
    ("dispatch",),
    ("cache",),
    ("specialise",),
    ("drawing",),
    ("objects",),
    ("api",),
    ("jacobians",),
    ("selfcheck", "check"),
    ("cli", "integrate"),
    ("__init__",),
    ("__main__",),
)
RANK = {name: number for number, names in enumerate(LAYERS) for name in names}
# The modules of the driver stand in this order while they are loaded; where they are used they may import one another.
DRIVER = RANK["structure"]

# Who may import what from outside the project; `None`: everybody.
OUTSIDE = {
    "gast": lambda path: path == ("frontend", "syntax"),
    "astor": lambda path: path == ("emit", "print"),
    "ast": lambda path: path[0] in ("frontend", "emit", "backend", "cli"),
    "numpy": lambda path: path[0] not in ("errors", "derivative", "optimize", "memory", "analysis"),
    "scipy": lambda path: path[0] in ("integrate", "rules", "runtime"),
    "numba": lambda path: path[0] in ("backend", "integrate"),
    "torch": lambda path: path[0] == "integrate",
    "jax": lambda path: path[0] == "integrate",
    "matplotlib": lambda path: path[0] == "integrate",
    "inspect": lambda path: path[0] not in ("graph", "rules", "analysis", "derivative", "optimize", "memory"),
}


def modules() -> list[tuple[str, ...]]:
    return sorted(path.relative_to(HOME).with_suffix("").parts for path in HOME.rglob("*.py"))


@cache
def imports(path: tuple[str, ...]) -> list[tuple[tuple[str, ...], bool, int]]:
    """Return (imported module, whether it is imported while the module is loaded, line)."""
    file = HOME.joinpath(*path).with_suffix(".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [(name, loaded, line) for name, loaded, line in _imports(tree.body, True)]


def _imports(body: list[ast.stmt], loaded: bool) -> Iterator[tuple[tuple[str, ...], bool, int]]:
    for statement in body:
        match statement:
            case ast.Import(names=names):
                for name in names:
                    yield tuple(name.name.split(".")), loaded, statement.lineno
            case ast.ImportFrom(module=module, names=names, level=level):
                assert level == 0, f"relative import in line {statement.lineno}"
                for name in names:
                    yield (*str(module).split("."), name.name), loaded, statement.lineno
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _imports(statement.body, False)
            case _:
                for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                    inner = getattr(statement, field, [])
                    yield from _imports([part for part in inner if isinstance(part, ast.stmt)], loaded)
                    for part in inner:
                        if isinstance(part, ast.ExceptHandler | ast.match_case):
                            yield from _imports(part.body, loaded)


@pytest.mark.parametrize("path", modules(), ids=".".join)
def test_imports_run_one_way(path):
    own = path[0]
    assert own in RANK, f"{own} has no layer: give it one in {Path(__file__).name}"
    wrong = []
    for name, loaded, line in imports(path):
        if name[0] != "s2sad":
            continue
        other = name[1] if len(name) > 1 and name[1] in RANK else "__init__"
        if other == own:
            continue
        allowed = RANK[other] < RANK[own] or (RANK[own] >= DRIVER and not loaded)
        if not allowed:
            wrong.append(f"line {line}: {own} imports {'.'.join(name)}")
    assert not wrong


@pytest.mark.parametrize("path", modules(), ids=".".join)
def test_what_a_layer_may_see(path):
    wrong = [
        f"line {line}: {'.'.join(path)} imports {name[0]}"
        for name, _, line in imports(path)
        if name[0] in OUTSIDE and not OUTSIDE[name[0]](path)
    ]
    assert not wrong


def test_runtime_stands_alone():
    for path in modules():
        if path[0] == "runtime":
            assert {name[0] for name, _, _ in imports(path)} <= {"__future__", "typing", "collections", "math", "numpy"}


def test_gast_and_astor_are_imported_late():
    assert all(not loaded for name, loaded, _ in imports(("frontend", "syntax")) if name[0] == "gast")
    assert all(not loaded for name, loaded, _ in imports(("emit", "print")) if name[0] == "astor")

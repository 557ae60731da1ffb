"""From trees to text: the only file that knows astor.

The emitter produces a closed subset of Python on which astor is exact.  Where a tree holds anything else, or astor cannot be
used (its syntax tables end before Python 3.14), `ast.unparse` prints; both print comments, and both texts have the same tree.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

# What the emitter makes; all of it is printed correctly by astor.
_KINDS = """
    Module FunctionDef arguments arg Return Assign AugAssign Expr Pass Break Continue If For While Raise Assert Try ExceptHandler With
    withitem Name Constant Attribute Call keyword Subscript Slice Tuple List Dict Starred BinOp UnaryOp BoolOp Compare IfExp ListComp
    comprehension Comment Load Store
"""
SUBSET = frozenset(_KINDS.split())
_OPERATORS = (ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
_TYPES = frozenset(getattr(ast, kind) for kind in SUBSET if hasattr(ast, kind)).union(*(kind.__subclasses__() for kind in _OPERATORS))
_ASTOR_ENDS = (3, 14)


def to_text(statements: list[ast.stmt]) -> str:
    """Return the statements as source text."""
    generator = _astor() if sys.version_info < _ASTOR_ENDS else None
    if generator is not None and closed(statements):
        return with_astor(statements)
    return with_unparse(statements)


def closed(statements: list[ast.stmt]) -> bool:
    """Whether astor can be trusted with the statements."""
    waiting: list[object] = list(statements)
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if kind is list:
            waiting.extend(part)  # type: ignore[arg-type]
            continue
        if not isinstance(part, ast.AST):
            continue
        if kind not in _TYPES and kind.__name__ != "Comment":
            return False
        if isinstance(part, (ast.If, ast.While)):
            if isinstance(part.test, ast.Tuple):
                return False
        elif isinstance(part, ast.Slice):
            if any(isinstance(bound, (ast.Tuple, ast.IfExp)) for bound in (part.lower, part.upper, part.step)):
                return False
        elif isinstance(part, ast.Constant):
            value = part.value
            if isinstance(value, bytes) or (isinstance(value, str) and not (value.isascii() and value.isprintable() and len(value) < 60)):
                return False
            continue
        waiting.extend(part.__dict__.values())
    return True


def with_astor(statements: list[ast.stmt]) -> str:
    """Print with astor."""
    generator = _astor()
    assert generator is not None
    printer = generator("    ")
    printer.visit(ast.Module(statements, []))
    return "".join(printer.result).strip("\n") + "\n"


def with_unparse(statements: list[ast.stmt]) -> str:
    """Print with the standard library."""
    text: str = _unparser()().visit(ast.fix_missing_locations(ast.Module(statements, [])))
    return text.strip("\n") + "\n"


@cache
def _astor() -> Callable[..., Any] | None:
    """Return astor's generator with comments, or None where astor cannot be imported."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # astor asks for names that `ast` deprecates
            from astor.code_gen import SourceGenerator
    except (ImportError, AttributeError):
        return None

    class Generator(SourceGenerator):  # type: ignore[misc]
        def visit_Comment(self, node: Any) -> None:
            if node.text:
                self.statement(node, f"# {node.text}")
            else:
                self.newline(extra=1)

        def visit_Tuple(self, node: Any) -> None:
            if len(node.elts) == 1:  # `return (x,)` is read with less effort than `return x,`
                self.write("(", node.elts[0], ",)")
            else:
                super().visit_Tuple(node)

    return Generator


@cache
def _unparser() -> Callable[..., Any]:
    base: Any = ast._Unparser  # type: ignore[attr-defined]

    class Unparser(base):  # type: ignore[misc]
        def visit_Comment(self, node: Any) -> None:
            if node.text:
                self.fill(f"# {node.text}")
            else:
                self.maybe_newline()

    return Unparser

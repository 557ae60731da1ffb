"""The page on the language: what is accepted, counted in the test programs, and what is refused, read from the fence.

python3 tools/documents.py           writes docs/language.md with it
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import environment

PROGRAMS = ("tests/programs/*.py", "tests/traps.py", "tests/frontend/test_nested*.py")
Test = Callable[[ast.AST], bool]

HEAD = """# The language

Written by `python3 tools/documents.py` from the test programs and from the table of refusals; a test fails when it is out of date.

## What is accepted

Each construct with the number of test programs that use it, and one of them. Every program is checked in reverse, forward and second order
against numeric differences, and its values, effects and arguments against the plain call.

| construct | programs | for example |
|---|---|---|
"""

REFUSED = """
## What is refused

An error names the code, the place, the reason and the remedy. `…` stands for what it is about.

| code | reason | remedy |
|---|---|---|
"""


def kind(*types: type[ast.AST]) -> Test:
    """Return a test for nodes of these types."""
    return lambda node: isinstance(node, types)


def calls(*names: str) -> Test:
    """Return a test for calls of functions or methods with one of these names."""

    def test(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        function = node.func
        return (function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")) in names

    return test


def target(*types: type[ast.AST]) -> Test:
    """Return a test for assignments to targets of these types."""
    return lambda node: isinstance(node, ast.Assign) and any(isinstance(one, types) for one in node.targets)


def augmented(*types: type[ast.AST]) -> Test:
    """Return a test for augmented assignments to targets of these types."""
    return lambda node: isinstance(node, ast.AugAssign) and isinstance(node.target, types)


def loop_over(*names: str) -> Test:
    """Return a test for loops over calls of these names."""
    return lambda node: isinstance(node, (ast.For, ast.comprehension)) and calls(*names)(node.iter)


def parameters(attribute: str) -> Test:
    """Return a test for parameter lists with something in this field."""
    return lambda node: isinstance(node, ast.arguments) and bool(getattr(node, attribute))


def handler(attribute: str) -> Test:
    """Return a test for `try` with this clause."""
    return lambda node: isinstance(node, ast.Try) and bool(getattr(node, attribute))


def ends_early(function: ast.AST) -> bool:
    """Whether a loop is left by `return`."""
    return isinstance(function, (ast.For, ast.While)) and any(isinstance(node, ast.Return) for node in ast.walk(function))


CONSTRUCTS: dict[str, dict[str, Test]] = {
    "Control flow": {
        "`if`/`elif`/`else`": kind(ast.If),
        "conditional expression": kind(ast.IfExp),
        "`for` over a range": loop_over("range"),
        "`for` over an array, list, tuple or dict": lambda node: (
            isinstance(node, ast.For) and isinstance(node.iter, (ast.Name, ast.Attribute))
        ),
        "`zip`": loop_over("zip"),
        "`enumerate`": loop_over("enumerate"),
        "`reversed`": loop_over("reversed"),
        "`while`": kind(ast.While),
        "`break`": kind(ast.Break),
        "`continue`": kind(ast.Continue),
        "`return` inside a loop": ends_early,
        "`else` of a loop": lambda node: isinstance(node, (ast.For, ast.While)) and bool(node.orelse),
        "chained comparison": lambda node: isinstance(node, ast.Compare) and len(node.ops) > 1,
        "`and`, `or`": kind(ast.BoolOp),
        "assignment expression": kind(ast.NamedExpr),
        "`match`": kind(ast.Match),
        "`assert`": kind(ast.Assert),
        "`raise`": kind(ast.Raise),
        "`try` … `except`": handler("handlers"),
        "`try` … `finally`": handler("finalbody"),
        "`with`": kind(ast.With),
        "`del`": kind(ast.Delete),
    },
    "Functions": {
        "nested `def`": kind(ast.FunctionDef),
        "`lambda`": kind(ast.Lambda),
        "`nonlocal`": kind(ast.Nonlocal),
        "default arguments": parameters("defaults"),
        "keyword-only arguments": parameters("kwonlyargs"),
        "positional-only arguments": parameters("posonlyargs"),
        "`*args`": parameters("vararg"),
        "`**kwargs`": parameters("kwarg"),
        "arguments unpacked in a call": lambda node: isinstance(node, ast.Call) and any(isinstance(one, ast.Starred) for one in node.args),
        "`functools.partial`": calls("partial"),
        "`functools.reduce`": calls("reduce"),
        "`map`, `filter`": calls("map", "filter"),
        "generator function": kind(ast.Yield, ast.YieldFrom),
        "`next`": calls("next"),
        "derivatives inside": calls("grad", "value_and_grad", "jvp", "jacobian", "jacfwd", "jacrev", "hessian", "hvp"),
    },
    "Containers and objects": {
        "list": kind(ast.List),
        "dict": kind(ast.Dict),
        "set": kind(ast.Set),
        "tuple assignment": target(ast.Tuple, ast.List),
        "starred assignment": lambda node: (
            isinstance(node, ast.Assign) and any(isinstance(one, ast.Starred) for one in ast.walk(node.targets[0]))
        ),
        "list comprehension": kind(ast.ListComp),
        "dict comprehension": kind(ast.DictComp),
        "generator expression": kind(ast.GeneratorExp),
        "`append`, `extend`, `insert`": calls("append", "extend", "insert", "appendleft"),
        "`pop`, `popleft`, `remove`": calls("pop", "popleft", "remove"),
        "attribute written": target(ast.Attribute),
    },
    "Arrays": {
        "element or slice assigned": target(ast.Subscript),
        "augmented assignment to a name": augmented(ast.Name),
        "augmented assignment to an element, slice or view": augmented(ast.Subscript),
        "augmented assignment to an attribute": augmented(ast.Attribute),
        "`out=`": lambda node: isinstance(node, ast.Call) and any(word.arg == "out" for word in node.keywords),
        "`np.add.at`, `np.copyto`, `fill`, `sort` in place": calls("at", "copyto", "fill", "fill_diagonal"),
        "`@`": lambda node: isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult),
    },
    "Effects": {"`print`": calls("print"), "random draws": calls("normal", "uniform", "standard_normal", "random", "randn", "default_rng")},
}


def programs() -> dict[str, ast.FunctionDef]:
    """Return the test programs by name: every function at the top of a file of programs, with the file in front."""
    found: dict[str, ast.FunctionDef] = {}
    for pattern in PROGRAMS:
        for path in sorted(environment.ROOT.glob(pattern)):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_"):
                    found[f"{path.stem}: {node.name.removeprefix('trap_')}"] = node
    return found


def page() -> str:
    """Return the text of docs/language.md."""
    lines = [HEAD.rstrip("\n")]
    corpus = {name: [node for part in (tree.args, *tree.body) for node in ast.walk(part)] for name, tree in programs().items()}
    for group, constructs in CONSTRUCTS.items():
        lines.append(f"| **{group}** | | |")
        for label, test in constructs.items():
            used = [name for name, nodes in corpus.items() if any(map(test, nodes))]
            if used:
                shortest = min(used, key=lambda name: (len(corpus[name]), name))
                lines.append(f"| {label} | {len(used)} | `{shortest}` |")
    lines.append(REFUSED.rstrip("\n"))
    lines += [f"| {code} | {reason} | {remedy} |" for code, reason, remedy in refusals()]
    return "\n".join(lines) + "\n"


def refusals() -> list[tuple[str, str, str]]:
    """Return the rows of the fence, in the order of their codes."""
    from s2sad.frontend.fence import TABLE

    def plain(text: str) -> str:
        return re.sub(r"\{\w+\}", "…", text).replace("|", "\\|")

    return sorted((entry.code, plain(entry.reason), plain(entry.remedy)) for entry in TABLE.values())

"""From a function to its syntax tree: text, gast tree, what it closes over, and a check that the text is the code that runs.

`inspect.getsource` tokenizes the file from the function on; here the lines are cut by the code object's own line table and
the indentation, which is ten times faster.  When the cut does not parse, `inspect` is asked.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import types
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any

from s2sad.errors import Location
from s2sad.frontend.fence import refuse
from s2sad.frontend.syntax import gast
from s2sad.record import record

# Where code lies that is no user's: that of Python's own library and of this package.
LIBRARIES = (os.path.dirname(linecache.__file__) + os.sep, os.path.dirname(os.path.dirname(__file__)) + os.sep)
REWRITERS = ("@pytest_ar", "@py_builtins", "@py_assert", "@py_format")


@record(eq=False)
class Scope:
    """Which names a function binds itself, and which it takes from outside on purpose."""

    bound: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)  # nonlocal
    globals: set[str] = field(default_factory=set)


@record(eq=False)
class Source:
    """A function as text and tree.

    `function` is the live function, or None for a function that is defined inside another or only read from a file;
    `module` resolves its global names.
    """

    name: str
    node: Any
    file: str
    line: int  # what to add to the tree's line numbers
    column: int
    module: Any
    function: types.FunctionType | None = None
    scope: Scope = field(default_factory=Scope)
    generator: bool = False
    weight: int = 0

    @property
    def borrowed(self) -> bool:
        """Whether this is code of a library, in which no error and no comment should have its place."""
        return self.file.startswith(LIBRARIES) and "-packages" not in self.file

    def location(self, node: Any) -> Location:
        """Return where a syntax node stands in the file."""
        end = node.end_col_offset + self.column if getattr(node, "end_lineno", None) == node.lineno else None
        return Location(self.file, node.lineno + self.line, node.col_offset + self.column, end)


_PARSED: dict[types.CodeType, tuple[Any, int, int]] = {}


def source_of(function: Callable[..., Any], module: Any) -> Source:
    """Return the source of a live function.

    Raises
    ------
    UnsupportedError
        When there is none, or when it is not the code that runs.
    """
    if not isinstance(function, types.FunctionType):
        refuse("no function", None, name=getattr(function, "__qualname__", repr(function)), what=f"a {type(function).__name__}")
    code = function.__code__
    found = _PARSED.get(code)
    if found is None:
        found = _parse(function)
        if len(_PARSED) > 1000:
            _PARSED.clear()
        _PARSED[code] = found
    node, line, column = found
    return make_source(node, code.co_filename, line, column, module, function)


def make_source(node: Any, file: str, line: int, column: int, module: Any, function: types.FunctionType | None = None) -> Source:
    """Return the source of a function whose tree is known."""
    name = node.name if isinstance(node, gast.FunctionDef) else "<lambda>"
    facts = getattr(node, "_s2sad_facts", None)
    if facts is None:
        facts = node._s2sad_facts = _analyse(node)
    scope, generator, weight = facts
    return Source(name, node, file, line, column, module, function, scope, generator, weight)


def _parse(function: types.FunctionType) -> tuple[Any, int, int]:
    code = function.__code__
    name = function.__qualname__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines or code.co_firstlineno > len(lines):
        linecache.checkcache(code.co_filename)
        lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines or code.co_firstlineno > len(lines):
        refuse("no source", None, name=name, why="it was typed in or made by exec")
    first = code.co_firstlineno - 1
    block = _block(lines, first)
    is_lambda = code.co_name == "<lambda>"
    node = None
    base = 1
    for candidate in (block, None):
        if candidate is None:
            try:
                candidate = inspect.getsource(function).splitlines(keepends=True)
            except (OSError, TypeError, IndentationError):
                break
        # Indented code is parsed inside a block, not dedented: that would change texts of several lines.
        base = 2 if candidate[0][:1] in " \t" else 1
        try:
            tree = _module(("if 1:\n" if base == 2 else "") + "".join(candidate), is_lambda)
        except SyntaxError:
            continue
        node = _find(tree, function, base)
        if node is not None:
            break
    if node is None:
        refuse("no source", Location(code.co_filename, first + 1), name=name, why="its lines cannot be read")
    _check(function, node, Location(code.co_filename, first + 1))
    return _mangled(_gast(node), function.__qualname__), first + 1 - base, 0


def _mangled(node: Any, qualname: str) -> Any:
    """Give private names of a class, such as `self.__x`, the form in which they are stored."""
    *_, owner, _ = ("", *qualname.rsplit(".", 2))
    if owner in ("", "<locals>"):
        return node
    prefix = "_" + owner.rpartition(".")[2].lstrip("_")
    for one in gast.walk(node):
        for label in ("attr", "id"):
            name = getattr(one, label, None)
            if isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
                setattr(one, label, prefix + name)
    return node


def _module(text: str, is_lambda: bool) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:
        if not is_lambda:
            raise
    # A lambda may stand inside a call or display that its first line does not complete: cut ever smaller pieces from it.
    start = text.find("lambda")
    while start >= 0:
        for stop in range(len(text), start, -1):
            piece = text[start:stop]
            try:
                tree = ast.parse(f"({piece})")
            except SyntaxError:
                continue
            value = tree.body[0].value if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else None
            if isinstance(value, ast.Lambda):
                before = text[:start]
                ast.increment_lineno(tree, before.count("\n"))
                shift = len(before) - (before.rfind("\n") + 1) - 1
                node: Any
                for node in ast.walk(tree):
                    if hasattr(node, "lineno") and node.lineno == before.count("\n") + 1:
                        node.col_offset += shift
                        if node.end_lineno == node.lineno and node.end_col_offset is not None:
                            node.end_col_offset += shift
                return tree
        start = text.find("lambda", start + 1)
    raise SyntaxError("no lambda")


def _block(lines: list[str], first: int) -> list[str]:
    """Return the lines of a definition: its header, then everything indented deeper."""
    indent = len(lines[first]) - len(lines[first].lstrip())
    stop = first + 1
    depth = 0
    header = True
    for stop in range(first, len(lines)):
        line = lines[stop]
        stripped = line.strip()
        if not header and stripped and not stripped.startswith("#") and len(line) - len(line.lstrip()) <= indent and depth == 0:
            if stripped[0] in ")]}" or stripped.startswith(('"""', "'''")):
                continue
            break
        if header:
            code = stripped.split("#")[0]
            depth += code.count("(") + code.count("[") + code.count("{") - code.count(")") - code.count("]") - code.count("}")
            depth = max(depth, 0)
            if depth == 0 and not stripped.startswith("@"):
                header = False
    else:
        stop = len(lines)
    return lines[first:stop]


def _find(tree: ast.Module, function: types.FunctionType, base: int) -> Any:
    """Return the definition in the tree that is the code object's."""
    code = function.__code__
    candidates: list[Any] = []
    for node in ast.walk(tree):
        if code.co_name == "<lambda>":
            if isinstance(node, ast.Lambda) and node.lineno == base:
                candidates.append(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if line == base:
                return node
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    matching = [node for node in candidates if _difference(code, node) is None]
    return matching[0] if len(matching) == 1 or (matching and len({ast.dump(node) for node in matching}) == 1) else None


def _check(function: types.FunctionType, node: Any, location: Location) -> None:
    """Refuse when the text is not the code that runs."""
    why = _difference(function.__code__, node)
    if why is not None:
        refuse("other source", location, name=function.__qualname__, why=why)


def _difference(code: types.CodeType, node: Any) -> str | None:
    arguments = node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    names += [argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    count = len(names)
    if tuple(names) != code.co_varnames[:count]:
        return f"its parameters are {', '.join(code.co_varnames[:count])}, those of the text {', '.join(names)}"
    compiled = _recompiled(node, code)
    if compiled is None:
        return None
    rewritten = any(name.startswith(REWRITERS) for name in (*code.co_names, *code.co_varnames))
    if rewritten:
        mine, theirs = _names(compiled), _names(code)
        missing = sorted(mine - theirs - {"AssertionError"})
        return f"the name {missing[0]} is not in it" if missing else None
    for what, mine, theirs in (("names", _names(compiled), _names(code)), ("constants", _constants(compiled), _constants(code))):
        if mine != theirs:
            odd = sorted(mine ^ theirs)
            return f"the {what} differ ({odd[0]})"
    return None


def _recompiled(node: Any, code: types.CodeType) -> types.CodeType | None:
    """Compile the definition alone, inside a function that binds its free variables."""
    free = list(code.co_freevars)
    inner: ast.stmt = ast.Expr(node)
    if not isinstance(node, ast.Lambda):
        fields: dict[str, Any] = {name: getattr(node, name, None) for name in node._fields}
        inner = ast.FunctionDef(**fields)
        inner.decorator_list = []
        inner.returns = None
    ast.copy_location(inner, node)
    body: list[ast.stmt] = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in free if name != "__class__"]
    empty = ast.arguments(posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[])
    extra: dict[str, Any] = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
    outer: list[ast.stmt] = [ast.FunctionDef("__outer__", empty, body, [], None, None, **extra)]
    if "__class__" in free:
        body = []
        outer = [ast.FunctionDef("__outer__", empty, [ast.ClassDef("C", [], [], body, [], **extra)], [], None, None, **extra)]
    module = ast.fix_missing_locations(ast.Module(outer, []))
    body.append(inner)  # only now: it has locations
    flags = code.co_flags & 0x1FE0000  # __future__ features
    try:
        compiled = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return next(
        (
            found
            for found in _codes(compiled)
            if found.co_name == code.co_name and found.co_varnames[: code.co_argcount] == code.co_varnames[: code.co_argcount]
        ),
        None,
    )


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _names(code: types.CodeType) -> set[str]:
    found: set[str] = set()
    for one in _codes(code):
        found.update(_demangled(name) for name in (*one.co_names, *one.co_varnames, *one.co_cellvars, *one.co_freevars))
    return found


def _demangled(name: str) -> str:
    if name.startswith("_") and "__" in name[1:] and not name.endswith("__"):
        return "__" + name[1:].partition("__")[2]
    return name


def _constants(code: types.CodeType) -> set[str]:
    found: set[str] = set()
    for one in _codes(code):
        numbered = "__firstlineno__" in one.co_names  # from Python 3.13 a class keeps the line where it begins
        for constant in one.co_consts:
            if numbered and constant == one.co_firstlineno:
                continue
            plain = isinstance(constant, (int, float, complex, str, bytes)) and not isinstance(constant, bool)
            if plain and not (isinstance(constant, str) and "<locals>" in constant):  # a qualified name depends on the surroundings
                found.add(repr(constant))
    return found


def _gast(node: Any) -> Any:
    """Convert one definition to gast, without its decorators' and annotations' weight."""
    module = ast.Module([node] if isinstance(node, ast.stmt) else [ast.Expr(node)], [])
    converted = gast.ast_to_gast(module).body[0]
    return converted.value if isinstance(converted, gast.Expr) else converted


def parse_module(text: str, file: str) -> Any:
    """Parse the text of a module."""
    return gast.ast_to_gast(ast.parse(text, file))


def _analyse(node: Any) -> tuple[Scope, bool, int]:
    """Return the scope of a function, whether it is a generator, and how much it does."""
    scope = Scope()
    facts = [False, 0]
    arguments = node.args
    for argument in (*arguments.args, *arguments.posonlyargs, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument is not None:
            scope.bound.add(argument.id)
    body = node.body if isinstance(node.body, list) else [node.body]
    for statement in body:
        _visit(statement, scope, facts, False)
    scope.bound -= scope.outer | scope.globals
    return scope, bool(facts[0]), facts[1]


# The kinds of nodes that `_visit` looks at; of the others it looks at what is in them.
_TELLING = frozenset(
    (
        "Name",
        "FunctionDef",
        "AsyncFunctionDef",
        "ClassDef",
        "Lambda",
        "Global",
        "Nonlocal",
        "Import",
        "ImportFrom",
        "ExceptHandler",
        "NamedExpr",
        "Yield",
        "YieldFrom",
        "ListComp",
        "SetComp",
        "DictComp",
        "GeneratorExp",
        "MatchAs",
        "MatchStar",
        "MatchMapping",
        "For",
        "While",
    )
)


def children(node: Any) -> list[Any]:
    """Return the nodes that a syntax node holds: what `iter_child_nodes` gives, in half of the time."""
    found: list[Any] = []
    for label in node._fields:
        part = getattr(node, label, None)
        if isinstance(part, list):
            found.extend(one for one in part if isinstance(one, ast.AST))
        elif isinstance(part, ast.AST):
            found.append(part)
    return found


def _visit(node: Any, scope: Scope, facts: list[Any], comprehension: bool) -> None:
    facts[1] += 1
    if type(node).__name__ not in _TELLING:
        for child in children(node):
            _visit(child, scope, facts, comprehension)
        return
    match node:
        case gast.Name():
            if (isinstance(node.ctx, gast.Store) and not comprehension) or isinstance(node.ctx, gast.Del):
                scope.bound.add(node.id)
        case gast.FunctionDef() | gast.AsyncFunctionDef() | gast.ClassDef():
            scope.bound.add(node.name)
            for decorator in node.decorator_list:
                _visit(decorator, scope, facts, comprehension)
            return
        case gast.Lambda():
            return
        case gast.Global():
            scope.globals.update(node.names)
        case gast.Nonlocal():
            scope.outer.update(node.names)
        case gast.Import() | gast.ImportFrom():
            scope.bound.update((alias.asname or alias.name.partition(".")[0]) for alias in node.names)
        case gast.ExceptHandler():
            if node.name is not None:
                scope.bound.add(node.name.id if isinstance(node.name, gast.Name) else node.name)
        case gast.NamedExpr():
            scope.bound.add(node.target.id)
        case gast.Yield() | gast.YieldFrom():
            facts[0] = True
        case gast.ListComp() | gast.SetComp() | gast.DictComp() | gast.GeneratorExp():
            comprehension = True
        case gast.MatchAs() | gast.MatchStar():
            if node.name is not None:
                scope.bound.add(node.name)
        case gast.MatchMapping():
            if node.rest is not None:
                scope.bound.add(node.rest)
        case gast.For() | gast.While():
            facts[1] += 1000
    for child in children(node):
        _visit(child, scope, facts, comprehension)

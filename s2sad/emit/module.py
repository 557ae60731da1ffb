"""Functions and modules: the outermost layer of emission.

`emit_function` turns one sequenced graph into a `def`; `print_module` puts functions, imports and helpers into one text that
stands alone; `compile_module` makes them callable.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np

import s2sad.runtime.arrays as runtime
from s2sad.emit.attempts import attempted
from s2sad.emit.comments import Comment
from s2sad.emit.exits import recovered
from s2sad.emit.expressions import Expressions
from s2sad.emit.fold import fold
from s2sad.emit.load import execute
from s2sad.emit.names import RESERVED, assign_names
from s2sad.emit.polish import polished
from s2sad.emit.print import to_text
from s2sad.emit.python import Statements
from s2sad.emit.scan import scan
from s2sad.emit.shadow import Shadow
from s2sad.emit.sink import sunk
from s2sad.emit.sizes import SizeSpeller
from s2sad.emit.spell import Needs, Speller
from s2sad.emit.syntax import assign, call, name, names_in, number, target, tuple_of
from s2sad.graph.core import Graph, Value
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree
from s2sad.graph.types import Token
from s2sad.record import record

# Functions that generated text may call.
_HELPERS = frozenset(("make_instance", *(label for label, known in vars(runtime).items() if inspect.isfunction(known))))


@record(eq=False)
class FunctionSpec:
    """How a graph is to look as a function.

    Attributes
    ----------
    name : str
        Of the function.
    signature : str
        The parameter list as text: ``"x, *, scale=2.0"``.
    inputs : list
        For each parameter of the graph where the function finds it: ``(value, "params['W'][0]")``.
    output : Tree
        The structure that is returned; its leaves number the results of the graph.
    docstring : str
        Without quotes; empty for none.
    entry_checks : list
        ``(condition, message)``: a TypeError is raised where the condition holds.
    """

    name: str
    signature: str
    inputs: list[tuple[Value, str]]
    output: Tree
    docstring: str = ""
    entry_checks: list[tuple[str, str]] = field(default_factory=list)


@record(eq=False)
class Emitted:
    """A function as a tree, and what its text refers to."""

    function: ast.FunctionDef
    needs: Needs


def emit_function(graph: Graph, spec: FunctionSpec, *, callees: Mapping[Graph, str] | None = None, needs: Needs | None = None) -> Emitted:
    """Return a sequenced graph as a function.

    Parameters
    ----------
    graph : Graph
        Sequenced.
    spec : FunctionSpec
        What surrounds the body.
    callees : mapping, optional
        Names of the functions that the graph calls.
    needs : Needs, optional
        Shared by the functions of one module, so that what they refer to has one name in it.
    """
    assert graph.stage == "sequenced", graph.stage
    calls = dict(callees or {})
    needs = needs or Needs()
    sizes = SizeSpeller(graph)
    folded = fold(scan(graph), sizes)
    order = sunk(folded)
    if order:
        folded = fold(scan(graph, order), sizes)
    definition = _header(spec)
    shadow = Shadow(_argument_names(definition.args), RESERVED | _HELPERS | set(calls.values()), (spec.name,))
    arguments = [shadow.renamed(label) for label in _argument_names(definition.args)]
    inputs = {value: shadow.renamed(text) for value, text in spec.inputs if not isinstance(value.type, Token)}
    pinned = {value: text for value, text in inputs.items() if text.isidentifier()}
    for value in inputs:
        info = folded.found.infos[value]
        info.inline = value not in pinned and len(info.uses) <= 1 and not folded.found.effects
    paths = [ast.parse(text, mode="eval") for text in inputs.values() if not text.isidentifier()]
    roots = {part.id for part in names_in(paths)}
    names = assign_names(folded, pinned, arguments, {*calls.values(), *roots, *_HELPERS, spec.name})
    needs.taken = frozenset((*arguments, *calls.values(), spec.name, *(made.name for made in names.classes.values())))
    expressions = Expressions(folded, names, Speller(sizes, needs), inputs, calls)
    sizes.read = expressions.of
    statements = Statements(expressions)
    body: list[ast.stmt] = []
    head: list[ast.stmt] = []
    if spec.docstring:
        head.append(ast.Expr(ast.Constant(spec.docstring)))
    for condition, message in () if shadow.local else spec.entry_checks:  # their text cannot tell the two meanings of a name apart
        head.append(ast.If(ast.parse(condition, mode="eval").body, [ast.Raise(call(name("TypeError"), ast.Constant(message)), None)], []))
    for value, text in inputs.items():
        if value not in pinned and not folded.inline(value) and folded.found.infos[value].uses:
            body.append(assign(target(names.of(value)), ast.parse(text, mode="eval").body))
    lines = statements.block(graph.body)
    if any(isinstance(line, Comment) for line in lines[1:]) and not isinstance(lines[0], Comment):
        first = next(number for number, line in enumerate(lines) if isinstance(line, Comment))
        lines.insert(first, Comment(""))
    body += lines
    result = returned(spec.output, [None if isinstance(value.type, Token) else value for value in graph.results], expressions)
    body.append(ast.Return(result))
    body, aliases = shadow.finish(attempted(polished(recovered(body, names.flags))))
    needs.aliases.update(aliases)
    definition.body = [*head, *body]
    return Emitted(definition, needs)


def _header(spec: FunctionSpec) -> ast.FunctionDef:
    definition = ast.parse(f"def {spec.name}({spec.signature}): pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    return definition


def _argument_names(arguments: ast.arguments) -> list[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [one.arg for one in every]


def returned(tree: Tree, results: Sequence[Value | None], expressions: Expressions) -> ast.expr:
    """Return the expression that puts the result together."""
    match tree:
        case Leaf(number):
            value = results[number]
            return ast.Constant(None) if value is None else expressions.of(value)
        case Fixed(known):
            return expressions.speller.literal(known)
        case Branch("list", _, _, children):
            return ast.List([returned(child, results, expressions) for child in children], ast.Load())
        case Branch("dict", _, keys, children):
            entries = [returned(child, results, expressions) for child in children]
            return ast.Dict([expressions.speller.literal(key) for key in keys], entries)
        case Branch("tuple", _, _, children):
            return tuple_of([returned(child, results, expressions) for child in children])
        case Branch(kind, cls, keys, children):
            parts = [returned(child, results, expressions) for child in children]
            if kind == "named":
                return call(expressions.speller.needs.object(cls), *parts)
            expressions.speller.needs.helpers["make_instance"] = None
            fields = ast.Dict([expressions.speller.literal(key) for key in keys], list(parts))
            return call(name("make_instance"), expressions.speller.needs.object(cls), fields)


def make_instance(cls: type, fields: dict[str, Any]) -> Any:
    """Return an instance with these fields, made without running its `__init__`."""
    made: Any = object.__new__(cls)
    for label, value in fields.items():
        object.__setattr__(made, label, value)
    return made


def print_module(functions: Sequence[Emitted], *, docstring: str = "") -> str:
    """Return a module text that stands alone: imports, the helpers it needs, the functions in the given order.

    Array constants are read-only: a wrong write raises instead of changing the next call.  Objects without a literal form are not
    written: they are bound when the text is loaded.
    """
    parts: list[str] = []
    if docstring:
        parts.append(f'"""{_quoted(docstring)}"""\n')
    helpers: dict[str, None] = {}
    for one in functions:
        helpers.update(one.needs.helpers)
    arrays = any(isinstance(known, np.ndarray) for one in functions for known in one.needs.objects.values())
    needed = {module for one in functions for module in one.needs.modules}
    standard = [module for module in ("cmath", "math") if module in needed]
    modules = ["numpy as np"] if arrays or helpers or "np" in needed else []
    modules += sorted(module for module in needed if "." in module)
    sources = [textwrap.dedent(inspect.getsource(helper(label))) for label in helpers]
    typing = "from typing import Any\n\n" if any("Any" in text for text in sources) else ""
    groups = ["".join(f"import {module}\n" for module in group) for group in (standard, modules) if group]
    imports = "\n".join(groups)
    if typing or imports:
        parts.append(typing + imports)
    parts.extend(sources)
    constants: dict[str, np.ndarray[Any, Any]] = {}
    for one in functions:
        constants.update((label, known) for label, known in one.needs.objects.items() if isinstance(known, np.ndarray))
    parts.extend(_array_text(label, known) for label, known in constants.items())
    aliases: dict[str, str] = {}
    for one in functions:
        aliases.update(one.needs.aliases)
    own = {one.function.name for one in functions}
    parts.extend(f"{alias} = {label}\n" for alias, label in aliases.items() if label not in own)
    parts.extend(to_text([one.function]) for one in functions)
    parts.extend(f"{alias} = {label}\n" for alias, label in aliases.items() if label in own)
    return "\n\n".join(parts)


def _array_text(label: str, known: np.ndarray[Any, Any]) -> str:
    """Return an array constant as text, exact to the last bit."""
    entries = expression_text(known.tolist())
    return f"{label} = np.array({entries}, dtype=np.{known.dtype.name}).reshape({known.shape})\n{label}.setflags(write=False)\n"


def expression_text(value: Any) -> str:
    """Return nested lists of numbers as text."""
    if isinstance(value, list):
        return f"[{', '.join(map(expression_text, value))}]"
    return to_text([ast.Expr(number(value))]).strip()


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def helper(label: str) -> Any:
    """Return a function that generated text may call."""
    if label == "make_instance":
        return make_instance
    return getattr(runtime, label)


def compile_module(
    functions: Sequence[Emitted], text: str, *, title: str, namespace: Mapping[str, object] | None = None
) -> dict[str, Callable[..., Any]]:
    """Run a printed module; return its functions by name."""
    found: dict[str, object] = dict(namespace or {})
    bound: dict[str, object] = {}
    for one in functions:
        for label, known in one.needs.objects.items():
            if bound.setdefault(label, known) is not known:
                raise ValueError(f"two objects are called {label}: the functions of a module share one `Needs`")
    found.update((label, known) for label, known in bound.items() if not isinstance(known, np.ndarray))
    module = execute(text, title, found)
    return {one.function.name: module[one.function.name] for one in functions}

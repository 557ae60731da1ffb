"""How a derivative looks as a function: parameters, where they hold the inputs of the graph, and what comes back."""

from __future__ import annotations

import keyword
from collections.abc import Sequence

from s2sad.conditions import Environment, PlainConditions
from s2sad.emit import Emitted, FunctionSpec, print_module
from s2sad.errors import DifferentiationError
from s2sad.frontend import Input
from s2sad.graph.core import Graph, Value
from s2sad.graph.sizes import Assumption
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree
from s2sad.graph.types import Token
from s2sad.plan import Derived, Problem, renumbered
from s2sad.record import record
from s2sad.request import Parameters
from s2sad.structure import Step

_LITERALS = (int, float, bool, str, type(None))


@record(frozen=True)
class Outside:
    """An object outside of the function that holds inputs: a global, a cell, a global of another module."""

    origin: str
    root: str
    steps: tuple[Step, ...]
    label: str


def outside_of(item: Input) -> tuple[Outside, tuple[Step, ...]]:
    """Return what is handed in for an input from outside, and the steps from there to the input."""
    cut, label = (1, str(item.steps[0][1])) if item.origin == "held" and item.steps else (0, item.root)
    for position, (how, name) in enumerate(item.steps):
        if how == "attribute" and name == "__globals__":
            cut, label = position + 2, str(item.steps[position + 1][1])
        elif how == "attribute" and name == "__closure__":
            cut, label = position + 3, f"{label}_cell{item.steps[position + 1][1]}"
        elif how == "attribute" and name in ("__defaults__", "__kwdefaults__"):
            cut, label = position + 2, f"{label}_default_{item.steps[position + 1][1]}"
    return Outside(item.origin, item.root, item.steps[:cut], label), item.steps[cut:]


class Layout:
    """The functions of one derivative.

    `live` lists what the functions take by keyword beside the user's parameters: the globals and cells that the primal reads.
    """

    def __init__(self, problem: Problem, derived: Derived, name: str) -> None:
        self.problem, self.derived, self.name = problem, derived, name
        self.live: list[tuple[str, Outside]] = []
        taken = set(problem.parameters.names) | set(derived.seed_names.values())
        self.names: dict[Outside, str] = {}
        for item in derived.lowered.inputs:
            if item.origin in ("argument", "default", "token"):
                continue
            outside, _ = outside_of(item)
            if outside in self.names:
                continue
            label = identifier(outside.label)
            while label in taken:
                label += "_"
            taken.add(label)
            self.names[outside] = label
            self.live.append((label, outside))

    def whole(self, graph: Graph, name: str) -> FunctionSpec:
        """Describe a derivative that is one function."""
        seeds = list(self.derived.seed_names.values())
        signature = header(self.problem.parameters, [label for label, _ in self.live], seeds)
        return FunctionSpec(name, signature, self.inputs(graph, self.derived.seeds), self.derived.output, f"{self.derived.what}.")

    def forward(self, graph: Graph, name: str) -> FunctionSpec:
        """Describe the forward half: the result, and the residual."""
        signature = header(self.problem.parameters, [label for label, _ in self.live], [])
        output = Branch("tuple", None, (0, 1), (self.derived.output, Leaf(len(graph.results) - 1)))
        function = self.problem.parameters.function
        return FunctionSpec(name, signature, self.inputs(graph, ()), output, f"Value of {function}, and what its pull-back needs.")

    def backward(self, graph: Graph, name: str) -> FunctionSpec:
        """Describe the pull-back: from the residual and a cotangent to one cotangent for each positional argument."""
        residual, *rest = graph.parameters
        signature = ", ".join(["residual", *(self.derived.seed_names.values() if self.derived.seeds else ())])
        inputs = [(residual, "residual"), *self._found(rest, self.derived.seeds)]
        assert self.derived.pulled is not None
        _, count = self.derived.first_half
        return FunctionSpec(
            name, signature, inputs, renumbered(self.derived.pulled, lambda number: number - count), f"{self.derived.what}."
        )

    def inputs(self, graph: Graph, seeds: Sequence[Input]) -> list[tuple[Value, str]]:
        """Say where each parameter of the graph is found."""
        return self._found(graph.parameters, [*self.derived.inputs, *seeds])

    def _found(self, parameters: Sequence[Value], inputs: Sequence[Input]) -> list[tuple[Value, str]]:
        known = {item.value: item for item in inputs}
        found = []
        for value in parameters:
            if isinstance(value.type, Token):
                continue
            item = known[value]
            label, steps = item.root, item.steps
            if item.origin not in ("argument", "default"):
                outside, steps = outside_of(item)
                label = self.names[outside]
            found.append((value, label + "".join(step_text(step) for step in steps)))
        return found

    def types(self) -> str:
        """Return the arguments with their types."""
        described: list[str] = []
        for name in self.problem.parameters.names:
            described.append(f"{name}: {outline(self.problem.trees[name], self.problem)}")
        return ", ".join(described) or "no arguments"


def step_text(step: Step) -> str:
    """Return a step as it is written behind an expression."""
    how, key = step
    return f"[{key!r}]" if how == "item" else f".{key}"


def header(parameters: Parameters, live: Sequence[str], seeds: Sequence[str]) -> str:
    """Return a parameter list: the user's own, then tangents, then what is read from outside, by keyword."""
    parts: list[str] = []
    text = parameters.header
    for name, value in parameters.defaults.items():
        own = name.removeprefix("_s2_default_")
        literal = (
            repr(value)
            if type(value) in _LITERALS and value == value and abs(value if isinstance(value, float) else 0) != float("inf")
            else ""
        )
        # A default that has no literal is always handed in by the caller.
        text = _replace_default(text, own, name, literal)
    starred = False
    tail = ""
    for part in _split(text):
        if part.startswith("**"):
            tail = part
            continue
        starred = starred or part.startswith("*")
        parts.append(part)
    extra = [*seeds, *live]
    if seeds and not starred and not tail and not parameters.defaults:
        parts += seeds  # nothing is in the way: they can be given by position
        extra = list(live)
    if extra:
        if not starred:
            parts.append("*")
        parts += extra
    if tail:
        parts.append(tail)
    return ", ".join(parts)


def _split(text: str) -> list[str]:
    return [part for part in text.split(", ") if part]


def _replace_default(text: str, own: str, name: str, literal: str) -> str:
    parts = []
    for part in _split(text):
        if part == f"{own}={name}":
            part = f"{own}={literal}" if literal and ", " not in literal else f"{own}=None"
        parts.append(part)
    return ", ".join(parts)


def identifier(name: str) -> str:
    """Return a name that can stand in a `def`."""
    text = "".join(sign if sign.isalnum() or sign == "_" else "_" for sign in name).strip("_") or "function"
    if name == "<lambda>":
        return "function"
    return f"{text}_" if keyword.iskeyword(text) or not text.isidentifier() else text


def outline(tree: Tree, problem: Problem) -> str:
    """Return the structure of an argument with types at the leaves."""
    match tree:
        case Leaf(number):
            return (
                str(problem.parts[number].type).partition("(")[0]
                if "(" in str(problem.parts[number].type)
                else str(problem.parts[number].type)
            )
        case Fixed(value):
            return repr(value) if isinstance(value, _LITERALS) else getattr(value, "__qualname__", type(value).__name__)
    parts = [outline(child, problem) for child in tree.children]
    match tree.kind:
        case "list":
            return f"[{', '.join(parts)}]"
        case "tuple":
            return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
        case "dict":
            return "{" + ", ".join(f"{key!r}: {part}" for key, part in zip(tree.keys, parts, strict=True)) + "}"
    name = tree.cls.__name__ if tree.cls is not None else tree.kind
    return f"{name}({', '.join(f'{key}={part}' for key, part in zip(tree.keys, parts, strict=True))})"


def entry_checks(problem: Problem, derived: Derived, spec: FunctionSpec, assumptions: Sequence[Assumption]) -> list[tuple[str, str]]:
    """Return the tests at the entry of a function in a module of its own: kinds, structure, sizes, and what was assumed."""
    conditions = PlainConditions()
    for root, tree in problem.trees.items():
        conditions.tree(root, tree, problem.parts)
    for assumption in assumptions:
        conditions.assume(assumption)
    surroundings = Environment(None, problem.parameters.names, conditions, {})
    for guard in problem.lowered.guards:
        if guard.test == "layout":
            surroundings.guard(guard.origin, guard.root, guard.steps, guard.test, guard.expected)
    if not conditions.terms:
        return []
    layout = Layout(problem, derived, spec.name)
    return [(f"not ({' and '.join(conditions.terms)})", f"{spec.name} was generated for {layout.types()}")]


def standalone_module(functions: Sequence[Emitted], docstring: str) -> str:
    """Return a module text; objects that it refers to are imported, or the module cannot be written."""
    imports = []
    for one in functions:
        for label, value in one.needs.objects.items():
            module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
            if module in (None, "__main__") or "<" in name or not name.isidentifier():
                raise DifferentiationError(
                    f"the generated source refers to {value!r}, which cannot be imported.",
                    code="S2S314",
                    remedy="define it at the top level of a module",
                )
            imports.append(f"from {module} import {name}" + (f" as {label}" if label != name else ""))
    text = print_module(functions, docstring=docstring)
    if "import numpy as np" not in text and "np." in text:  # only the test of the arguments needs it
        imports.append("import numpy as np")
    if imports:
        lines = text.splitlines()
        first = next((k for k, line in enumerate(lines) if line.startswith(("import ", "def "))), 0)
        lines[first:first] = sorted(dict.fromkeys(imports))
        text = "\n".join(lines) + "\n"
    return text

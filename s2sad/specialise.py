"""One specialisation: from live arguments to a compiled function and the test of what it was compiled for."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from s2sad.cache import location_of
from s2sad.compile import Compiled, Driver, compile_derivative, lower_target
from s2sad.conditions import Conditions
from s2sad.dispatch import Live, Specialisation, define
from s2sad.errors import DifferentiationError
from s2sad.frontend import PrimalRaises
from s2sad.graph.tree import Tree, leaves
from s2sad.graph.types import Array, is_inexact
from s2sad.plan import Problem
from s2sad.request import Parameters, Request, subtree
from s2sad.structure import Pattern, Prototype, conform, copied, flatten, rebuild


def specialise(
    function: Any, chain: tuple[Request, ...], parameters: Parameters, request: Request, pattern: Pattern, arguments: dict[str, Any], check: str
) -> Specialisation:
    """Compile the derivative of a function for arguments of one kind."""
    driver = Driver()
    try:
        lowered = lower_target(function, chain, parameters, pattern, arguments, driver, location_of(function))
        problem = Problem(lowered, parameters, pattern.trees, pattern.parts, request, arguments, location_of(function))
        compiled = compile_derivative(problem, chain, driver)
    except PrimalRaises as why:
        raise_as_primal(function, parameters, pattern, arguments, why)
    made = assemble(problem, compiled, pattern)
    if (check == "first" or os.environ.get("S2SAD_CHECK", "") not in ("", "0")) and not chain:
        from s2sad.selfcheck import self_check

        self_check(function, parameters, pattern, arguments, problem, driver)
    return made


def raise_as_primal(function: Any, parameters: Parameters, pattern: Pattern, arguments: dict[str, Any], why: Exception) -> None:
    """Let the function raise what it raises for these arguments."""
    call_plain(function, parameters, copied(pattern, arguments))
    raise DifferentiationError(
        f"{parameters.function}() was expected to raise an exception for these arguments ({why}), and did not.", code="S2S900",
        remedy="report this: it is a defect of s2sad", location=location_of(function),
    ) from None


def call_plain(function: Any, parameters: Parameters, arguments: dict[str, Any]) -> Any:
    """Call the user's function with bound arguments."""
    text = f"def call({', '.join(parameters.names)}):\n    return _s2_function({parameters.forward})\n"
    return define(text, "call", {"_s2_function": function})(*arguments.values())


def assemble(problem: Problem, compiled: Compiled, pattern: Pattern) -> Specialisation:
    """Put the compiled functions and their test together."""
    lowered = compiled.lowered
    conditions = Conditions()
    conditions.pattern(pattern)
    environment = Environment(problem.lowered.function, conditions)
    live = [Live(name, environment.read(item.origin, item.root)) for name, item in compiled.live]
    for name, item in compiled.live_leaves:
        del name
        environment.leaf(item, conditions)
    for guard in lowered.guards:
        environment.guard(guard, conditions)
    for assumption in compiled.assumptions:
        conditions.assume(assumption)
    call = CALLS.get(problem.request.kind, plain)(problem, compiled)
    return Specialisation(call, conditions.text, conditions.namespace, live, disjoint(problem, lowered), compiled)


def disjoint(problem: Problem, lowered: Any) -> list[tuple[str, str]]:
    """Return the pairs of array arguments of which one is written."""
    written = {lowered.inputs[number].value for number in lowered.written}
    arrays = [item for item in lowered.inputs if isinstance(item.value.type, Array) and item.origin == "argument"]
    texts = {item.value: item.root + "".join(f"[{key!r}]" if how == "item" else f".{key}" for how, key in item.steps) for item in arrays}
    pairs = []
    for position, first in enumerate(arrays):
        for second in arrays[position + 1 :]:
            if first.value in written:
                pairs.append((texts[first.value], texts[second.value]))
            elif second.value in written:
                pairs.append((texts[second.value], texts[first.value]))
    return pairs


class Pullback:
    """The second half of a vjp: gives cotangents of the arguments for a cotangent of the result; may be called many times."""

    __slots__ = ("_call", "_prepare", "_name")

    def __init__(self, call: Callable[..., Any], prepare: Callable[[Any], tuple[Any, ...]], name: str) -> None:
        self._call = call
        self._prepare = prepare
        self._name = name

    def __call__(self, cotangent: Any) -> Any:
        return self._call(*self._prepare(cotangent))

    def __repr__(self) -> str:
        return f"<pull-back of {self._name}>"


def plain(problem: Problem, compiled: Compiled) -> Callable[..., Any]:
    """The generated function is the derivative."""
    return compiled.functions[0]


def pushing(problem: Problem, compiled: Compiled) -> Callable[..., Any]:
    """Check the tangents, and hand them to the generated function."""
    function, parameters = compiled.functions[0], problem.parameters
    own = parameters.positional[parameters.bound :]
    names = compiled.derived.seed_names

    def push(*args: Any, _s2_tangents: tuple[Any, ...], **keywords: Any) -> Any:
        given = {}
        for position, name in enumerate(own):
            tree = problem.trees[name]
            value = args[parameters.bound + position]
            tangent = _s2_tangents[position] if position < len(_s2_tangents) else None
            found = conform(tree, prototypes(tree, problem, value), tangent, f"the tangent of {name}", "S2S312")
            if name in names:
                given[names[name]] = rebuild(tree, found.__getitem__)
        if parameters.variadic is not None and parameters.variadic in names:
            name = parameters.variadic
            tree, value = problem.trees[name], args[len(parameters.positional) :]
            found = conform(tree, prototypes(tree, problem, value), tuple(_s2_tangents[len(own) :]), f"the tangents of {name}", "S2S312")
            given[names[name]] = rebuild(tree, found.__getitem__)
        for name in names.keys() - set(own) - {parameters.variadic}:  # keyword arguments are passive
            tree = problem.trees[name]
            given[names[name]] = rebuild(tree, conform(tree, prototypes(tree, problem, keywords[name]), None, name, "S2S312").__getitem__)
        return function(*args, **keywords, **given)

    return push


def bending(problem: Problem, compiled: Compiled) -> Callable[..., Any]:
    """Check the vector, and hand it to the generated function."""
    function, parameters = compiled.functions[0], problem.parameters
    (name,) = compiled.derived.seed_names.values()
    places = problem.places()
    positions = {parameter: number for number, parameter in enumerate(parameters.positional)}
    tree = problem.collected([subtree(problem.trees[root], steps) for root, steps in places])

    def bend(*args: Any, _s2_vector: Any, **keywords: Any) -> Any:
        shapes: dict[int, Prototype] = {}
        for root, steps in places:
            if root in positions:
                value = args[positions[root]]
            else:
                value = args[len(parameters.positional) :] if root == parameters.variadic else keywords.get(root, keywords)
            for _, key in steps:
                value = value[key]
            shapes.update(prototypes(subtree(problem.trees[root], steps), problem, value))
        found = conform(tree, shapes, _s2_vector, "the vector", "S2S312")
        return function(*args, **keywords, **{name: rebuild(tree, found.__getitem__)})

    return bend


def pulling(problem: Problem, compiled: Compiled) -> Callable[..., Any]:
    """Run the forward half; the pull-back holds the residual and checks the cotangent."""
    first, second = compiled.functions
    output = compiled.lowered.output
    kinds = {leaf.number: compiled.lowered.graph.results[leaf.number].type for leaf in leaves(output)}
    label = problem.parameters.function
    floats = any(is_inexact(kind) for kind in kinds.values())

    def pull(*args: Any, **keywords: Any) -> Any:
        out, residual = first(*args, **keywords)
        shapes = {number: Prototype.of(kinds[number], value) for number, value in placed(output, out).items()}

        def prepare(cotangent: Any) -> tuple[Any, ...]:
            found = conform(output, shapes, cotangent, "the cotangent", "S2S313")
            return (residual, rebuild(output, found.__getitem__)) if floats else (residual,)

        return out, Pullback(second, prepare, label)

    return pull


def prototypes(tree: Tree, problem: Problem, value: Any) -> dict[int, Prototype]:
    """Describe what a tangent of an argument has to be like, leaf by leaf."""
    return {number: Prototype.of(problem.parts[number].type, leaf) for number, leaf in placed(tree, value).items()}


def placed(tree: Tree, value: Any) -> dict[int, Any]:
    """Return the leaves of a value by number."""
    return dict(zip([leaf.number for leaf in leaves(tree)], flatten(tree, value), strict=True))


CALLS: dict[str, Callable[[Problem, Compiled], Callable[..., Any]]] = {"jvp": pushing, "hvp": bending, "vjp": pulling}

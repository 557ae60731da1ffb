"""One specialisation: from live arguments to a compiled function and the test of what it was compiled for."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

from s2sad.cache import location_of, unwound
from s2sad.compile import Compiled, Driver, compile_derivative, lower_target
from s2sad.conditions import Conditions, Environment
from s2sad.dispatch import Live, Specialisation, define
from s2sad.errors import DifferentiationError, UnsupportedError
from s2sad.frontend import Arguments, Input, Lowered, PrimalRaises, parse_types
from s2sad.frontend.results import signature_text
from s2sad.frontend.signature import parse_type
from s2sad.frontend.source import Source
from s2sad.graph.tree import Branch, Leaf, Tree, leaves
from s2sad.graph.types import Array, is_inexact
from s2sad.plan import Problem, leaf_steps, renumbered
from s2sad.request import Parameters, Request, make_request, subtree
from s2sad.structure import Part, Pattern, Prototype, conform, copied, describe, flatten, rebuild


def specialise(
    function: Any,
    chain: tuple[Request, ...],
    parameters: Parameters,
    request: Request,
    pattern: Pattern,
    arguments: dict[str, Any],
    check: str,
) -> Specialisation:
    """Compile the derivative of a function for arguments of one kind."""
    driver = Driver()
    try:
        lowered = lower_target(function, chain, parameters, pattern, arguments, driver, location_of(function))
        problem = Problem(lowered, parameters, pattern.trees, pattern.parts, request, arguments, location_of(function))
        protected = [text for text in written_arrays(lowered) if not eval(text, {}, dict(arguments)).flags.writeable]
        if protected:
            raise PrimalRaises(f"{protected[0]} is read-only")
        compiled = compile_derivative(problem, chain, driver)
    except PrimalRaises as why:
        raise_as_primal(function, parameters, pattern, arguments, why)
    except RecursionError:
        raise UnsupportedError(
            f"{parameters.function}() nests too deeply to be compiled.",
            code="S2S150",
            remedy="split it, or raise sys.setrecursionlimit",
            location=location_of(function),
        ) from None
    made = assemble(function, problem, compiled, pattern)
    if (check == "first" or os.environ.get("S2SAD_CHECK", "") not in ("", "0")) and not chain:
        from s2sad.selfcheck import self_check

        self_check(function, parameters, pattern, arguments, problem, driver)
    return made


def from_types(
    function: Any,
    kind: str,
    wrt: Any,
    types: str,
    observe: Callable[[str, Any], None] | None = None,
    argnums: Any = None,
    chain: tuple[Request, ...] = (),
) -> Compiled:
    """Compile a derivative for arguments whose types are given as text, by annotations, or not at all (the generic form)."""
    driver = Driver(observe=observe)
    parameters = parameters_of(function)
    request = Request(kind, argnums, wrt) if kind in ("vjp", "jvp", "primal") else make_request(kind, argnums, wrt)
    pattern = typed_pattern(function, parameters, types)
    if kind == "jvp" and argnums is None:
        request = Request("jvp", None, wrt) if wrt is not None else Request("jvp", floating_positions(parameters, pattern))
    lowered = lower_target(function, chain, parameters, pattern, None, driver, location_of(function))
    problem = Problem(lowered, parameters, pattern.trees, pattern.parts, request, None, location_of(function))
    return compile_derivative(problem, chain, driver)


def parameters_of(function: Any) -> Parameters:
    """Return the parameters of a live function, or of one that is only text."""
    if not isinstance(function, Source):
        return Parameters.of(function)
    stand_in = define(f"def function({signature_text(function)}):\n    pass\n", "function", {})
    return Parameters.read(function.name, tuple(inspect.signature(stand_in).parameters.values()))


def floating_positions(parameters: Parameters, pattern: Pattern) -> tuple[int, ...]:
    """Return the positions of the arguments with floats in them."""
    own = parameters.positional[parameters.bound :]
    return tuple(
        k for k, name in enumerate(own) if any(is_inexact(pattern.parts[leaf.number].type) for leaf in leaves(pattern.trees[name]))
    )


def typed_pattern(function: Any, parameters: Parameters, types: str) -> Pattern:
    """Return the pattern that the text of types, or else the annotations, describe; arguments without a type are arrays of any rank."""
    given = parse_types(types) if types.strip() else Arguments({}, [])
    unknown = [name for name in given.trees if name not in parameters.names]
    if unknown:
        raise DifferentiationError(
            f"{parameters.function}() has no argument {unknown[0]!r}.",
            remedy=f"its arguments are {', '.join(parameters.names)}",
            code="S2S302",
        )
    annotations = annotations_of(function)
    for name in parameters.names:
        if name in given.trees:
            continue
        annotation = annotations.get(name)
        text = annotation.__name__ if isinstance(annotation, type) else annotation
        tree = parse_type(text.strip("'\""), given, name) if isinstance(text, str) else None
        if tree is None and f"_s2_default_{name}" in parameters.defaults:
            tree = default_tree(parameters.defaults[f"_s2_default_{name}"], given)
        if tree is None:
            given.types.append(Array("f8", None))
            tree = Leaf(len(given.types) - 1)
        given.trees[name] = tree
    trees = {name: given.trees[name] for name in parameters.names}
    parts: list[Part | None] = [None] * len(given.types)
    for name, tree in trees.items():
        for number, steps in leaf_steps(tree):
            parts[number] = Part(name, steps, given.types[number])
    labels = {atom.name for kind in given.types if isinstance(kind, Array) for size in kind.shape or () for atom in size.atoms()}
    return Pattern(trees, [part for part in parts if part is not None], dict(given.seen), labels)


def default_tree(value: Any, given: Arguments) -> Tree:
    """Return the structure of a default value."""
    pattern = describe({"default": value})
    first = len(given.types)
    given.types += [part.type for part in pattern.parts]
    return renumbered(pattern.trees["default"], lambda number: number + first)


def annotations_of(function: Any) -> dict[str, Any]:
    """Return the annotations of a function, live or as text."""
    if not isinstance(function, Source):
        return dict(getattr(function, "__annotations__", {}))
    arguments = function.node.args
    found = {}
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        annotation = argument.annotation
        found[argument.id] = getattr(annotation, "value", None) or getattr(annotation, "id", None)
    return found


def from_annotations(function: Any, parameters: Parameters, request: Request) -> Compiled:
    """Compile before any call: for the annotated types, or in the generic form."""
    user, chain = unwound(function)
    made: Compiled = from_types(user, request.kind, request.wrt, "", argnums=request.argnums, chain=chain)
    return made


def raise_as_primal(function: Any, parameters: Parameters, pattern: Pattern, arguments: dict[str, Any], why: Exception) -> None:
    """Let the function raise what it raises for these arguments."""
    call_plain(function, parameters, copied(pattern, arguments))
    raise DifferentiationError(
        f"{parameters.function}() was expected to raise an exception for these arguments ({why}), and did not.",
        code="S2S900",
        remedy="pass copies of the arguments; if that does not help, it is a defect of s2sad",
        location=location_of(function),
    ) from None


def call_plain(function: Any, parameters: Parameters, arguments: dict[str, Any]) -> Any:
    """Call the user's function with bound arguments."""
    text = f"def call({', '.join(parameters.names)}):\n    return _s2_function({parameters.forward})\n"
    return define(text, "call", {"_s2_function": function})(*arguments.values())


def assemble(function: Any, problem: Problem, compiled: Compiled, pattern: Pattern) -> Specialisation:
    """Put the compiled functions and their test together."""
    lowered = compiled.lowered
    conditions = Conditions()
    conditions.pattern(pattern)
    environment = Environment(function, problem.parameters.names, conditions, lowered.held)
    live = [Live(name, environment.path(item.origin, item.root, item.steps)) for name, item in compiled.live]
    tested = {(part.root, part.steps) for part in pattern.parts}
    for item in lowered.inputs:
        if item.origin != "token" and not (item.origin == "argument" and (item.root, item.steps) in tested):
            environment.leaf(item.origin, item.root, item.steps, item.value.type)
    for guard in lowered.guards:
        environment.guard(guard.origin, guard.root, guard.steps, guard.test, guard.expected)
    for assumption in compiled.assumptions:
        conditions.assume(assumption)
    conditions.terms += [f"{text}.flags.writeable" for text in written_arrays(lowered)]
    call = CALLS.get(problem.request.kind, plain)(problem, compiled)
    pairs = disjoint(environment, lowered), distinct(pattern, lowered)
    return Specialisation(call, conditions.text, conditions.namespace, live, *pairs, compiled)


def written_arrays(lowered: Lowered) -> list[str]:
    """Return the array arguments that the function writes into, as expressions."""
    return [place_text(lowered.inputs[number]) for number in lowered.written if lowered.inputs[number].origin == "argument"]


def place_text(item: Input) -> str:
    """Return where an input is found, as an expression."""
    return item.root + "".join(f"[{key!r}]" if how == "item" else f".{key}" for how, key in item.steps)


def disjoint(environment: Environment, lowered: Lowered) -> list[tuple[str, str]]:
    """Return the pairs of arrays, given or found outside, of which one is written."""
    written = {lowered.inputs[number].value for number in (*lowered.written, *lowered.touched)}
    arrays = [item for item in lowered.inputs if isinstance(item.value.type, Array)]
    texts = {item.value: environment.path(item.origin, item.root, item.steps) for item in arrays}
    pairs = []
    for position, first in enumerate(arrays):
        for second in arrays[position + 1 :]:
            if first.value in written:
                pairs.append((texts[first.value], texts[second.value]))
            elif second.value in written:
                pairs.append((texts[second.value], texts[first.value]))
    return pairs


def distinct(pattern: Pattern, lowered: Lowered) -> list[tuple[str, str]]:
    """Return the pairs of containers in the arguments of which one is changed: as one object they would change together."""
    containers: list[str] = []

    def visit(tree: Tree, text: str) -> None:
        if isinstance(tree, Branch):
            if tree.kind not in ("tuple", "named"):
                containers.append(text)
            for key, child in zip(tree.keys, tree.children, strict=True):
                visit(child, text + (f"[{key!r}]" if tree.kind in ("list", "tuple", "dict") else f".{key}"))

    for root, tree in pattern.trees.items():
        visit(tree, root)
    changed = {
        root + "".join(f"[{key!r}]" if how == "item" else f".{key}" for how, key in steps)
        for origin, root, steps, _ in lowered.updates
        if origin == "argument"
    }
    return [(one, other) for one in containers if one in changed for other in containers if other != one]


class Pullback:
    """The second half of a vjp: gives cotangents of the arguments for a cotangent of the result; may be called many times."""

    __slots__ = ("_call", "_name", "_prepare")

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
    names = compiled.derived.seed_names
    places = [(place, parameters.positional.index(place[0]) if not place[1] else None) for place in problem.places()]

    def push(*args: Any, _s2_tangents: tuple[Any, ...], **keywords: Any) -> Any:
        given: dict[str, Any] = {}
        rest: list[Any] = [None] * (len(args) - len(parameters.positional))
        for ((root, steps), position), tangent in zip(places, _s2_tangents, strict=True):
            index = steps[0][1] if position is None else 0
            value = args[len(parameters.positional) + index] if position is None else args[position]
            tree = subtree(problem.trees[root], steps)
            found = conform(tree, prototypes(tree, problem, value), tangent, f"the tangent of {root}", "S2S312")
            if root not in names:
                continue
            if position is None:
                rest[index] = rebuild(tree, found.__getitem__)
                given[names[root]] = rest
            else:
                given[names[root]] = rebuild(tree, found.__getitem__)
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

"""From a request to a graph: which parameters, which results, in which structure they come back.

A `Derived` is a derivative as a graph, before anything is kept or placed; it can be lowered to source, or be differentiated
again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from s2sad.derivative.forward import forward
from s2sad.derivative.reverse import Callees, reverse
from s2sad.errors import NOWHERE, DifferentiationError, Location, UnsupportedError
from s2sad.frontend import Input, Lowered, PrimalRaises
from s2sad.graph.build import Builder
from s2sad.graph.clone import copy_graph
from s2sad.graph.core import Graph, Value
from s2sad.graph.tree import Branch, Fixed, Leaf, Tree, leaves
from s2sad.graph.types import Array, Number, Scalar, Type, dtype_of, is_inexact
from s2sad.record import record, replace
from s2sad.request import Parameters, Request, differentiable_leaves, subtree
from s2sad.rules.declare import REGISTRY
from s2sad.structure import Part, Step, map_leaves

Place = tuple[str, tuple[Step, ...]]


@record()
class Derived:
    """A derivative as a graph.

    `output` numbers the results of the graph; `seeds` are inputs that the derivative takes beside those of the primal: tangents, or
    the cotangents of the pull-back.  With a `boundary` the graph is to be cut there: `output` is then what the first half
    gives, `pulled` what the second half gives; both number the results of the joint graph.
    """

    lowered: Lowered
    graph: Graph
    output: Tree
    seeds: list[Input] = field(default_factory=list)
    seed_names: dict[str, str] = field(default_factory=dict)  # argument -> what its tangent is called
    boundary: int | None = None
    first_half: tuple[int, int] = (0, 0)  # how many parameters and results of the graph are those of the primal
    pulled: Tree | None = None
    what: str = ""

    @property
    def inputs(self) -> list[Input]:
        """The inputs of the primal as parameters of this graph: they come first, in the same order."""
        position = {value: number for number, value in enumerate(self.lowered.graph.parameters)}
        return [replace(item, value=self.graph.parameters[position[item.value]]) for item in self.lowered.inputs]


@record()
class Problem:
    """What a derivative is made from: the lowered function, its arguments, and what is asked."""

    lowered: Lowered
    parameters: Parameters
    trees: dict[str, Tree]
    parts: Sequence[Part]
    request: Request
    arguments: dict[str, Any] | None = None
    location: Location | None = None

    def places(self) -> list[Place]:
        """Return where the differentiated arguments are."""
        return self.parameters.roots(self.request, self.arguments)

    def selected(self, place: Place) -> list[int]:
        """Return the numbers of the leaves at a place that carry a derivative; refuse a place without any."""
        root, steps = place
        return differentiable_leaves(self.trees[root], root, steps, self.parts, self.request, self.parameters.function)

    def structure(self, place: Place, position: Callable[[int], int]) -> Tree:
        """Return the structure of the derivative in the argument at a place; passive leaves are None."""
        root, steps = place

        def leaf(number: int) -> Tree:
            return Leaf(position(number)) if is_inexact(self.parts[number].type) else Fixed(None)

        return map_leaves(subtree(self.trees[root], steps), leaf)

    def collected(self, trees: list[Tree]) -> Tree:
        """Put the derivatives for several arguments together: alone, in a tuple, or in a dict by name."""
        if isinstance(self.request.wrt, tuple):
            return Branch("dict", None, self.request.wrt, tuple(trees))
        if isinstance(self.request.argnums, tuple):
            return Branch("tuple", None, tuple(range(len(trees))), tuple(trees))
        return trees[0]


def derive(problem: Problem, callees: Callees) -> Derived:
    """Return the derivative that a request asks for."""
    if problem.request.kind != "primal":
        refuse_lasting_changes(problem)
    match problem.request.kind:
        case "primal":
            return Derived(problem.lowered, problem.lowered.graph, problem.lowered.output, what="The function itself")
        case "grad" | "value_and_grad":
            return gradient(problem, callees)
        case "vjp":
            return pullback(problem, callees)
        case "jvp":
            return pushforward(problem)
        case "hvp":
            return curvature(problem, callees)
    raise ValueError(f"unknown kind of derivative {problem.request.kind!r}")


def refuse_lasting_changes(problem: Problem) -> None:
    """Refuse a function that changes what outlives the call: a derivative would have to change it once as well.

    Arguments are another matter: a derivative leaves them as they were.
    """
    lowered = problem.lowered
    if problem.request.kind == "vjp":
        own = set(problem.parameters.positional[problem.parameters.bound :])
    else:
        own = {root for root, _ in problem.places()}
    changes = [(lowered.inputs[number].origin, lowered.inputs[number].root, lowered.inputs[number].steps) for number in lowered.written]
    changes += [(origin, root, steps) for origin, root, steps, _ in lowered.updates]
    for origin, root, steps in changes:
        tree = problem.trees.get(root)
        instance = isinstance(tree, Branch) and tree.kind in ("instance", "dataclass")
        shared = type(problem.parameters.defaults.get(f"_s2_default_{root}")).__name__ in ("list", "dict", "set", "ndarray")
        if origin in ("argument", "default") and not (instance and root not in own) and not shared:
            continue
        raise UnsupportedError(
            f"{problem.parameters.function}() changes {spoken([(root, steps)])}, which outlives the call.",
            remedy="return the new value instead, and assign it outside",
            code="S2S316",
            location=problem.location,
        )


def gradient(problem: Problem, callees: Callees) -> Derived:
    """Return the gradient of a scalar result, with or without the value."""
    request, lowered = problem.request, problem.lowered
    places = problem.places()
    wanted = list(dict.fromkeys(number for place in places for number in problem.selected(place)))
    lowered, wrt = with_parameters(lowered, problem, wanted)
    value, aux = lowered.output, None
    if request.has_aux:
        if not (isinstance(value, Branch) and value.kind == "tuple" and len(value.children) == 2):
            raise DifferentiationError(
                f"with has_aux, {problem.parameters.function}() must return (value, aux).",
                remedy="return a tuple of two",
                code="S2S305",
                location=problem.location,
            )
        value, aux = value.children
    number = scalar_result(problem, value, lowered)
    joint = reverse(lowered.graph, wrt, [number], seeds=[1.0], callees=callees).graph
    count = len(lowered.graph.results)
    positions = {leaf: count + k for k, leaf in enumerate(wanted)}
    take_kinds(joint, {position: problem.parts[leaf].type for leaf, position in positions.items()})
    gradients = problem.collected([problem.structure(place, positions.__getitem__) for place in places])
    output = gradients
    if request.kind == "value_and_grad":
        output = pair(pair(value, aux) if aux is not None else value, gradients)
    elif aux is not None:
        output = pair(gradients, aux)
    joint, output = only_results(joint, output)
    head = "Value and gradient" if request.kind == "value_and_grad" else "Gradient"
    return Derived(lowered, joint, output, what=f"{head} of {problem.parameters.function} with respect to {spoken(places)}")


def pullback(problem: Problem, callees: Callees) -> Derived:
    """Return the joint graph of the function and its pull-back for all positional arguments."""
    lowered, parameters = problem.lowered, problem.parameters
    own: list[Place] = [(name, ()) for name in parameters.positional[parameters.bound :]]
    if parameters.variadic is not None:
        tree = problem.trees[parameters.variadic]
        assert isinstance(tree, Branch)
        own += [(parameters.variadic, (("item", key),)) for key in tree.keys]
    wanted = [
        leaf.number
        for root, steps in own
        for leaf in leaves(subtree(problem.trees[root], steps))
        if is_inexact(problem.parts[leaf.number].type)
    ]
    lowered, wrt = with_parameters(lowered, problem, wanted)
    outputs = [leaf.number for leaf in leaves(lowered.output) if is_inexact(lowered.graph.results[leaf.number].type)]
    outputs = list(dict.fromkeys(outputs))
    joint = reverse(lowered.graph, wrt, outputs, seeds=[None] * len(outputs), callees=callees)
    count = len(lowered.graph.results)
    positions = {leaf: count + k for k, leaf in enumerate(wanted)}
    take_kinds(joint.graph, {position: problem.parts[leaf].type for leaf, position in positions.items()})
    trees = []
    for place in own:
        floats = any(is_inexact(problem.parts[leaf.number].type) for leaf in leaves(subtree(problem.trees[place[0]], place[1])))
        trees.append(problem.structure(place, positions.__getitem__) if floats else Fixed(None))
    pulled = Branch("tuple", None, tuple(range(len(trees))), tuple(trees))
    given = joint.graph.parameters[len(lowered.graph.parameters) :]
    name = free_name(f"d{result_name(lowered)}", problem)
    places = dict(zip(outputs, given, strict=True))
    seeds = [Input(places[number], name, "argument", steps) for number, steps in leaf_steps(lowered.output) if number in places]
    return Derived(
        lowered,
        joint.graph,
        lowered.output,
        seeds,
        {"": name},
        joint.boundary,
        (len(lowered.graph.parameters), count),
        pulled,
        what=f"Pull-back of {parameters.function}",
    )


def pushforward(problem: Problem) -> Derived:
    """Return the function with tangents: parameters of the primal, then one tangent for each argument asked for."""

    def floats(place: Place) -> bool:
        return any(is_inexact(problem.parts[leaf.number].type) for leaf in leaves(subtree(problem.trees[place[0]], place[1])))

    return pushed(problem, [place for place in problem.places() if floats(place)])


def pushed(problem: Problem, places: list[Place]) -> Derived:
    """Push tangents of the arguments at some places forward."""
    wanted = [
        leaf.number
        for root, steps in places
        for leaf in leaves(subtree(problem.trees[root], steps))
        if is_inexact(problem.parts[leaf.number].type)
    ]
    lowered, wrt = with_parameters(problem.lowered, problem, wanted)
    result = forward(lowered.graph, wrt)
    graph = result.graph
    count, tangents = len(lowered.graph.results), {}
    for position, number in enumerate(result.active_results):
        tangents[number] = count + position
    builder = Builder(graph.body, graph.sizes, simplify=True)

    def tangent(number: int) -> Tree:
        value = graph.results[number]
        if not is_inexact(value.type):
            return Fixed(None)
        if number not in tangents:
            graph.results.append(zero_like(builder, value))
            tangents[number] = len(graph.results) - 1
        return Leaf(tangents[number])

    output = pair(lowered.output, map_leaves(lowered.output, tangent))
    take_kinds(graph, {position: graph.results[number].type for number, position in tangents.items()})
    seeds, names = [], {root: free_name(f"d{root}", problem) for root, _ in places}
    for value, leaf in zip(graph.parameters[len(lowered.graph.parameters) :], wanted, strict=True):
        part = problem.parts[leaf]
        seeds.append(Input(value, names[part.root], "argument", part.steps))
    graph, output = only_results(graph, output)
    along = f" for {spoken([(name, ()) for name in names.values()])}" if names else ""
    return Derived(lowered, graph, output, seeds, names, what=f"Value of {problem.parameters.function}, and its tangent{along}")


def curvature(problem: Problem, callees: Callees) -> Derived:
    """Return the Hessian times a vector: the gradient, pushed forward."""
    first = replace(problem, request=replace(problem.request, kind="grad"))
    places = problem.places()
    inner = gradient(first, callees)
    lowered = replace(inner.lowered, inputs=inner.inputs, graph=inner.graph, output=inner.output)
    wanted = list(dict.fromkeys(number for place in places for number in problem.selected(place)))
    lowered, wrt = with_parameters(lowered, problem, wanted)
    result = forward(lowered.graph, wrt)
    graph = result.graph
    count = len(lowered.graph.results)
    tangents = {number: count + position for position, number in enumerate(result.active_results)}
    builder = Builder(graph.body, graph.sizes, simplify=True)

    def tangent(number: int) -> Tree:
        if number not in tangents:
            graph.results.append(zero_like(builder, graph.results[number]))
            tangents[number] = len(graph.results) - 1
        return Leaf(tangents[number])

    output = map_leaves(inner.output, tangent)
    take_kinds(graph, {position: graph.results[number].type for number, position in tangents.items()})
    name = free_name("v", problem)
    seeds = []
    several = isinstance(problem.request.argnums, tuple) or isinstance(problem.request.wrt, tuple)
    values = dict(zip(wanted, graph.parameters[len(lowered.graph.parameters) :], strict=True))
    keys: Sequence[Any] = problem.request.wrt if isinstance(problem.request.wrt, tuple) else range(len(places))
    for key, (root, steps) in zip(keys, places, strict=True):
        lead: tuple[Step, ...] = (("item", key),) if several else ()
        for number in problem.selected((root, steps)):
            seeds.append(Input(values[number], name, "argument", lead + problem.parts[number].steps[len(steps) :]))
    graph, output = only_results(graph, output)
    return Derived(
        lowered,
        graph,
        output,
        seeds,
        {"": name},
        what=f"Hessian of {problem.parameters.function} with respect to {spoken(places)}, times {name}",
    )


def scalar_result(problem: Problem, value: Tree, lowered: Lowered) -> int:
    """Return the number of the result that `grad` starts from; refuse what is no real scalar."""
    function = problem.parameters.function
    if isinstance(value, Branch):
        raise DifferentiationError(
            f"{function}() returns a {value.kind}, and a gradient needs one real number.",
            code="S2S304",
            location=problem.location,
            remedy="return a float; or use has_aux=True, vjp or jacobian",
        )
    if isinstance(value, Fixed):
        if any(node.operation.effect == "raise" for node in lowered.graph.body.nodes):
            raise PrimalRaises("it raises on every path")
        raise DifferentiationError(
            f"{function}() returns {value.value!r}, which has no derivative.",
            remedy="return a float",
            code="S2S304",
            location=problem.location,
        )
    kind = lowered.graph.results[value.number].type
    dtype = dtype_of(kind)
    rank = kind.rank if isinstance(kind, Array) else 0
    if rank != 0 or dtype is None:
        raise DifferentiationError(
            f"{function}() returns {kind}, and a gradient needs one real number.",
            code="S2S304",
            location=problem.location,
            remedy="return a sum; or use vjp for one direction and jacobian for all",
        )
    if dtype[0] == "c":
        raise DifferentiationError(
            f"{function}() returns a complex number, and a gradient needs a real one.",
            code="S2S304",
            location=problem.location,
            remedy="return its real part or its absolute value; or use vjp or jacobian",
        )
    if dtype[0] != "f":
        raise DifferentiationError(
            f"{function}() returns {'an int' if dtype[0] in 'iu' else 'a bool'}, which has no derivative.",
            code="S2S304",
            location=problem.location,
            remedy="return a float",
        )
    return value.number


def with_parameters(lowered: Lowered, problem: Problem, wanted: Sequence[int]) -> tuple[Lowered, list[int]]:
    """Return the numbers of the graph's parameters for some leaves; leaves that the function never reads get one."""
    known = {(item.root, item.steps): item.value for item in lowered.inputs if item.origin in ("argument", "default")}
    missing = [number for number in wanted if (problem.parts[number].root, problem.parts[number].steps) not in known]
    if missing:
        graph, values = copy_graph(lowered.graph)
        inputs = [replace(item, value=values[item.value]) for item in lowered.inputs]
        for number in missing:
            part = problem.parts[number]
            value = Value(part.type, part.root, graph.body)
            graph.body.parameters.append(value)
            inputs.append(Input(value, part.root, "argument", part.steps))
            if isinstance(part.type, Array) and part.type.shape is not None:
                for axis, size in enumerate(part.type.shape):
                    if size.known is None:
                        graph.size_sources.setdefault(str(size), (value, axis))
        lowered = replace(lowered, graph=graph, inputs=inputs)
        known = {(item.root, item.steps): item.value for item in inputs if item.origin in ("argument", "default")}
    order = {value: position for position, value in enumerate(lowered.graph.parameters)}
    return lowered, [order[known[problem.parts[number].root, problem.parts[number].steps]] for number in wanted]


def only_results(graph: Graph, output: Tree) -> tuple[Graph, Tree]:
    """Drop the results that the output does not name."""
    used = list(dict.fromkeys(leaf.number for leaf in leaves(output)))
    position = {number: k for k, number in enumerate(used)}
    graph.body.results = [graph.body.results[number] for number in used]
    return graph, renumbered(output, position.__getitem__)


def renumbered(tree: Tree, number: Callable[[int], int]) -> Tree:
    """Return a tree with other leaf numbers."""
    match tree:
        case Leaf(old):
            return Leaf(number(old))
        case Fixed():
            return tree
    return replace(tree, children=tuple(renumbered(child, number) for child in tree.children))


def leaf_steps(tree: Tree, steps: tuple[Step, ...] = ()) -> list[tuple[int, tuple[Step, ...]]]:
    """Return number and place of every leaf."""
    match tree:
        case Leaf(number):
            return [(number, steps)]
        case Fixed():
            return []
    access = "item" if tree.kind in ("list", "tuple", "dict") else "attribute"
    return [found for key, child in zip(tree.keys, tree.children, strict=True) for found in leaf_steps(child, (*steps, (access, key)))]


def zero_like(builder: Builder, value: Value) -> Value:
    """Return zeros of the kind of `value`."""
    kind: Type = value.type
    if isinstance(kind, Number):
        return builder.constant(0j if kind.kind == "complex" else 0.0)
    if isinstance(kind, Scalar):
        return builder.emit(REGISTRY.rules["cast"], builder.constant(0.0), kind=kind)
    return builder.emit(REGISTRY.rules["zeros_like"], value)


def take_kinds(graph: Graph, kinds: Mapping[int, Type]) -> None:
    """Give results the kinds of what they are derivatives of: a Python number, a NumPy scalar, or an array without dimensions."""
    builder = Builder(graph.body, graph.sizes)
    for number, kind in kinds.items():
        value = graph.results[number]
        if type(value.type) is not type(kind) and dtype_of(kind) is not None and dtype_of(value.type) is not None:
            made = builder.emit(REGISTRY.rules["cast"], value, kind=kind, name=value.name)
            made.owner.reverses = NOWHERE  # type: ignore[union-attr]
            graph.body.results[number] = made


def pair(first: Tree, second: Tree) -> Tree:
    """Return the structure of a tuple of two."""
    return Branch("tuple", None, (0, 1), (first, second))


def free_name(name: str, problem: Problem) -> str:
    """Return a name that no parameter has."""
    taken = {item.root for item in problem.lowered.inputs} | set(problem.parameters.names)
    while name in taken:
        name += "_"
    return name


def result_name(lowered: Lowered) -> str:
    """Return what the function calls its result, when that is one name."""
    if isinstance(lowered.output, Leaf):
        name = lowered.graph.results[lowered.output.number].name
        if name.isidentifier():
            return name
    return "out"


def spoken(places: Sequence[Place]) -> str:
    """Return the places as a list in words."""
    names = list(
        dict.fromkeys(root + "".join(f"[{key!r}]" if how == "item" else f".{key}" for how, key in steps) for root, steps in places)
    )
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def has_effects(graph: Graph) -> bool:
    """Whether a graph draws, prints, calls something unknown, or writes what outlives the call."""
    seen: set[Graph] = set()

    def found(one: Graph) -> bool:
        if one in seen:
            return False
        seen.add(one)
        return any(node.operation.effect not in ("", "raise") for node in one.body.walk()) or any(found(callee) for callee in one.callees())

    return found(graph)

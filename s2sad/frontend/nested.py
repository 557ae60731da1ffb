"""Derivatives inside the user's function: ``s2sad.grad(g)(x)``, ``g.grad(x)``.

The function is lowered to a graph of its own, as any helper, and handed to the `derive` callback of the lowering; the graph that
comes back is called.  Variables that the inner function captures are parameters of its graph, so that an outer derivative
sees them and perturbations cannot be confused.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

from s2sad.errors import UnsupportedError
from s2sad.frontend.calls import bind, call_live, live_function
from s2sad.frontend.graphs import assume, extend, lower_helper, operands
from s2sad.frontend.iteration import known_elements
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.objects import all_fields
from s2sad.frontend.session import Separate
from s2sad.frontend.signals import PrimalRaises
from s2sad.frontend.signatures import Given, Signer
from s2sad.frontend.templates import Hole, instantiate
from s2sad.frontend.translation import Translator, size_mapping
from s2sad.frontend.values import (
    Abstract,
    ArrayRef,
    DictContent,
    Function,
    Handle,
    InstanceContent,
    Items,
    Known,
    ListContent,
    Method,
    Partial,
)
from s2sad.graph.core import CALL, Value
from s2sad.graph.types import Array, Number, Scalar, dtype_of, is_inexact

KINDS = ("grad", "value_and_grad", "jvp")
COMPOSED = ("jacfwd", "jacrev", "jacobian", "hessian", "hvp")


@dataclass(frozen=True, slots=True)
class Derivative:
    """A derivative that was asked for inside the function: called with the function and its arguments."""

    kind: str
    argnums: int | tuple[int, ...] | None = 0
    wrt: str | tuple[str, ...] | None = None
    has_aux: bool = False
    pure: bool = False  # whether effects are refused, because the function runs several times

    @property
    def __s2sad_nested__(self) -> Derivative:
        """What `call_known` looks for."""
        return self


def call_derivative(low: Lowering, callee: Known, protocol: Any, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Call a derivative object of the running program."""
    if protocol.kind not in KINDS and protocol.kind not in COMPOSED:
        low.refuse("nested", why=f"{protocol.kind} cannot be used inside a function")
    function = low.live(protocol.function, None if callee.origin is None else callee.origin.attribute("__wrapped__"))
    return take(low, Derivative(protocol.kind, protocol.argnums, protocol.wrt, protocol.has_aux), function, arguments, keywords)


def make_derivative(low: Lowering, callee: Known, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Carry out ``s2sad.grad(g)``, ``s2sad.value_and_grad(g)``, ``s2sad.jvp(g, primals, tangents)``."""
    name = callee.value.__name__
    if name not in KINDS and name not in COMPOSED:
        low.refuse("nested", why=f"s2sad.{name} cannot be used inside a function")
    function, *rest = arguments
    if name == "jvp":
        primals = rest[0] if rest else keywords["primals"]
        tangents = rest[1] if len(rest) > 1 else keywords["tangents"]
        return push(low, function, known_elements(low, primals, "the primals of jvp"), known_elements(low, tangents, "the tangents of jvp"))
    facts = {label: low.static(value, f"the argument {label} of {name}") for label, value in keywords.items()}
    argnums = low.static(rest[0], "argnums") if rest else facts.pop("argnums", 0)
    argnums = tuple(argnums) if isinstance(argnums, list) else argnums
    wrt = facts.pop("wrt", None)
    has_aux = bool(facts.pop("has_aux", False))
    if facts:
        low.refuse("nested", why=f"the argument {next(iter(facts))} is not supported inside a function")
    return Partial(Known(Derivative(name, argnums, tuple(wrt) if isinstance(wrt, list) else wrt, has_aux)), (function,), ())


def take(low: Lowering, request: Derivative, function: Abstract, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Return a derivative of a function at arguments."""
    if request.kind in COMPOSED:
        return composed(low, request, function, arguments, keywords)
    if request.kind == "jvp":
        primals, tangents = (
            known_elements(low, argument, f"the {what} of jvp") for argument, what in zip(arguments, ("primals", "tangents"), strict=True)
        )
        return push(low, function, primals, tangents, request.pure)
    inner: list[Derivative] = []
    while isinstance(function, Partial) and isinstance(function.function, Known) and isinstance(function.function.value, Derivative):
        inner.insert(0, function.function.value)
        (function,) = function.arguments
    prepared = Prepared(low, function, arguments, keywords)
    names = prepared.chosen(request)
    prepared.lower(list(dict.fromkeys([*names, *(name for one in inner for name in prepared.chosen(one))])))
    if inner:
        return higher(low, prepared, inner, request, names)
    value = prepared.template.result
    if request.has_aux:
        if not (isinstance(value, tuple) and value[0] == "items" and len(value[1]) == 2):
            raise PrimalRaises("with has_aux, the function returns (value, aux)")
        value = value[1][0]
    output = prepared.output(value)
    wrt = [number for name in names for number, _ in prepared.leaves[name]]
    if not wrt:
        low.refuse("nested", why="there is no float to differentiate by")
    results = prepared.call("reverse", wrt, [output])
    count = len(results) - len(wrt)
    gradients = dict(zip(wrt, results[count:], strict=True))
    made = [prepared.structure(name, gradients) for name in names]
    if isinstance(request.wrt, tuple):
        gradient: Abstract = Handle(low.store.place("dict", DictContent(tuple(zip(names, made, strict=True)))))
    else:
        gradient = Items(tuple(made)) if isinstance(request.argnums, tuple) else made[0]
    if request.kind == "grad" and not request.has_aux:
        return gradient
    whole = prepared.result(results[:count])
    if request.kind == "value_and_grad":
        return Items((whole, gradient))
    assert isinstance(whole, Items)
    return Items((gradient, whole.elements[1]))


def composed(low: Lowering, request: Derivative, function: Abstract, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Return a derivative that is written in terms of others."""
    from s2sad.frontend.nested_bodies import BODIES

    low.session.composed = True
    if request.wrt is not None:
        low.refuse("nested", why=f"{request.kind} by names cannot be used inside a function")
    if keywords:
        function = Partial(function, (), tuple(keywords.items()))
    count = len(arguments) - (request.kind == "hvp")
    parts = []
    for number in request.argnums if isinstance(request.argnums, tuple) else (request.argnums or 0,):
        if not -count <= number < count:
            raise PrimalRaises(f"{request.kind} by argument {number} of {count}")
        kind = low.type_of(low.usable(arguments[number]))
        if kind is None or (dtype_of(kind) or "f8")[0] == "c":
            low.refuse("nested", why=f"{request.kind} inside a function is by one real number or array")
        parts.append(call_live(low, BODIES[request.kind], [function, Known(number % count), *arguments], {}))
    return Items(tuple(parts)) if isinstance(request.argnums, tuple) else parts[0]


def higher(low: Lowering, prepared: Prepared, inner: list[Derivative], request: Derivative, names: list[str]) -> Abstract:
    """Return a derivative of a derivative, both taken inside the function."""
    graph = prepared.summary.graph
    output = prepared.output(prepared.template.result)
    for one in inner:
        numbers = [number for name in prepared.chosen(one) for number, _ in prepared.leaves[name]]
        if one.kind != "grad" or one.has_aux or isinstance(one.argnums, tuple) or one.wrt is not None or len(numbers) != 1:
            low.refuse("nested", why="only grad by one number can be differentiated again inside a function")
        count = len(graph.results)
        graph, _ = prepared.derived("reverse", graph, numbers, [output])
        output = count
    if request.kind != "grad" or request.has_aux:
        low.refuse("nested", why="only grad can be taken of a derivative inside a function")
    wrt = [number for name in names for number, _ in prepared.leaves[name]]
    results = prepared.call("reverse", wrt, [output], base=graph)
    gradients = dict(zip(wrt, results[len(results) - len(wrt) :], strict=True))
    made = [prepared.structure(name, gradients) for name in names]
    return Items(tuple(made)) if isinstance(request.argnums, tuple) else made[0]


def push(low: Lowering, function: Abstract, primals: list[Abstract], tangents: list[Abstract], pure: bool = False) -> Abstract:
    """Return ``(value, tangent)``."""
    prepared = Prepared(low, function, primals, {})
    names = prepared.positional[: len(primals)]
    prepared.lower(names)
    if pure and prepared.template.token is not None:
        low.refuse("nested", why="the function has effects, and would run several times")
    wrt: list[int] = []
    seeds: list[Value] = []
    for name, tangent in zip(names, tangents, strict=True):
        leaves = prepared.leaves[name]
        if isinstance(tangent, Known) and tangent.value is None:
            continue
        if len(leaves) != 1:
            low.refuse("nested", why="tangents of containers are not supported inside a function")
        wrt.append(leaves[0][0])
        seed, kind = low.value(tangent), prepared.summary.graph.parameters[leaves[0][0]].type
        seeds.append(low.emit("cast", seed, kind=kind) if isinstance(kind, (Number, Scalar)) and seed.type != kind else seed)
    output = prepared.output(prepared.template.result, arrays=True)
    results = prepared.call("forward", wrt, [output], seeds)
    count = len(prepared.summary.graph.results)
    active = prepared.active
    whole = prepared.result(results[:count])
    if output in active:
        tangent = low.result(results[count + active.index(output)])
    elif isinstance(results[output].type, Array):
        tangent = low.result(low.emit("zeros_like", results[output]))
    else:
        tangent = low.constant(0.0)
    return Items((whole, tangent))


class Prepared:
    """A function and its arguments, lowered to a graph of its own."""

    def __init__(self, low: Lowering, function: Abstract, arguments: list[Abstract], keywords: dict[str, Abstract]) -> None:

        self.low = low
        function = low.usable(function)
        if isinstance(function, Method) and not isinstance(function.function, str):
            arguments = [function.receiver, *arguments]
            self.bound = 1
            function = function.function
        else:
            self.bound = 0
        if isinstance(function, Known):
            inner = getattr(function.value, "__wrapped__", function.value)
            if isinstance(inner, types.FunctionType):
                function = live_function(low, inner, function.origin)
        if not isinstance(function, Function):
            low.refuse("nested", why=f"{describe(function)} is not a function of the program")
        self.function = function
        self.values = bind(low, function, arguments, keywords)
        parameters = function.source.node.args
        self.positional = [argument.id for argument in (*parameters.posonlyargs, *parameters.args)]
        self.leaves: dict[str, list[tuple[int, Any]]] = {}
        self.active: list[int] = []

    def chosen(self, request: Derivative) -> list[str]:
        """Return the names of the parameters asked for."""
        if request.wrt is not None:
            names = [request.wrt] if isinstance(request.wrt, str) else list(request.wrt)
        else:
            numbers = request.argnums if isinstance(request.argnums, tuple) else (request.argnums or 0,)
            positional = self.positional[self.bound :]
            names = []
            for number in numbers:
                if not -len(positional) <= number < len(positional):
                    self.low.refuse("nested", why=f"there is no argument {number}")
                names.append(positional[number])
        for name in names:
            if name not in self.values:
                self.low.refuse("nested", why=f"there is no parameter {name}")
        return names

    def lower(self, names: list[str]) -> None:
        """Lower the function; what is differentiated by is an object of its own."""
        low, session = self.low, self.low.session
        for name in names:
            self.values[name] = self.separate(self.values[name])
        given = Given(low)
        signer = Signer(low, given, flexible=False)
        spans: dict[str, tuple[int, int]] = {}
        signed = []
        try:
            for name, value in self.values.items():
                start = len(given.leaves)
                signed.append((name, signer.sign(value)))
                spans[name] = (start, len(given.leaves))
            key = ("nested", id(self.function.source.node), id(self.function.parent), tuple(signed))
            found = session.summaries.get(key)
            self.summary = found[0] if found else lower_helper(low, self.function, self.values, None, key, given, False)
            extended = extend(low, self.summary.captures, given)
        except Separate:
            extended = None
        except UnsupportedError:
            raise
        if extended is None or self.summary.template is None:
            low.refuse("nested", why="what the function is given, or captures, is too intricate")
        self.extended = extended
        self.template = self.summary.template
        if self.template.writes:
            low.refuse("nested", why="the function changes what it is given")
        if not self.template.returns:
            low.refuse("nested", why="the function never returns")
        self.operands = operands(low, self.summary.sources, extended)
        for name in names:
            start, stop = spans[name]
            things = list(self.floats(self.values[name]))
            numbers = [number for number in range(start, stop)]
            self.leaves[name] = [
                (number, thing)
                for number, thing in zip(numbers, things, strict=True)
                if is_inexact(self.summary.graph.parameters[number].type)
            ]

    def separate(self, thing: Abstract) -> Abstract:
        """Return a thing whose arrays and containers nobody else refers to."""
        low = self.low
        thing = low.usable(thing)
        match thing:
            case Known(value) if isinstance(value, (int, float, complex)) and not isinstance(value, bool):
                if isinstance(value, int):
                    low.refuse("nested", why="the argument asked for is an int; write it as a float")
                return low.constant(value)
            case Value(type=Number(kind="int")):
                low.refuse("nested", why="the argument asked for is an int")
            case ArrayRef():
                return low.result(low.read(thing))
            case Items(elements, cls):
                return Items(tuple(map(self.separate, elements)), cls)
            case Handle(place):
                content = low.store.read(place)
                match content:
                    case ListContent(elements):
                        content = ListContent(tuple(map(self.separate_leaf, elements)))
                    case DictContent(entries):
                        content = DictContent(tuple((key, self.separate_leaf(entry)) for key, entry in entries))
                    case InstanceContent():
                        content = InstanceContent(tuple((key, self.separate_leaf(entry)) for key, entry in all_fields(low, thing).fields))
                    case _:
                        low.refuse("nested", why=f"{describe(thing)} cannot be differentiated by")
                return Handle(low.store.place(place.kind, content, name=place.name, cls=place.cls))
        return thing

    def separate_leaf(self, thing: Abstract) -> Abstract:
        """The same for a part of a container, where ints are left alone."""
        if (isinstance(thing, Known) and isinstance(thing.value, int)) or (
            isinstance(thing, Value) and isinstance(thing.type, Number) and thing.type.kind == "int"
        ):
            return thing
        return self.separate(thing)

    def floats(self, thing: Any) -> Any:
        """Yield the leaves that have become parameters, in their order."""
        match thing:
            case Value() | ArrayRef():
                yield thing
            case Known(value) if isinstance(value, float):
                yield thing
            case Items(elements):
                for element in elements:
                    yield from self.floats(element)
            case Handle(place):
                content = self.low.store.read(place)
                parts = (
                    content.elements
                    if isinstance(content, ListContent)
                    else [entry for _, entry in (content.entries if isinstance(content, DictContent) else content.fields)]
                )
                for part in parts:
                    yield from self.floats(part)

    def output(self, hole: Any, arrays: bool = False) -> int:
        """Return the number of the result that is differentiated: a number, or an array of its own."""
        graph = self.summary.graph
        match hole:
            case ("array", ("fresh", number), (), _) if arrays:
                hole = self.template.fresh[number][1]
            case ("array", *_):
                self.low.refuse("nested", why="the function does not return a number")
        if not isinstance(hole, Hole):
            self.low.refuse("nested", why="the function does not return a float")
        if not hole.parameter:
            return hole.number
        parameter = graph.parameters[hole.number]
        if parameter in graph.results:
            return graph.results.index(parameter)
        graph.body.results = [*graph.results, parameter]
        self.template.types.append(parameter.type)
        return len(graph.results) - 1

    def derived(self, kind: str, graph: Any, wrt: list[int], outputs: list[int]) -> Any:
        """Return the graph of a derivative; equal requests share one."""
        derive = self.low.session.derive
        if derive is None:
            self.low.refuse("nested", why="no derivatives are available here")
        key = (graph, kind, tuple(wrt), tuple(outputs))
        if key not in self.summary.derivatives:
            self.summary.derivatives[key] = derive(kind, graph, wrt, outputs)
        return self.summary.derivatives[key]

    def call(self, kind: str, wrt: list[int], outputs: list[int], seeds: list[Value] | None = None, base: Any = None) -> list[Value]:
        """Call the graph of the derivative."""
        low, summary = self.low, self.summary
        graph, self.active = self.derived(kind, summary.graph if base is None else base, wrt, outputs)
        mapping = size_mapping(summary, self.extended.given)
        assume(low, summary, mapping)
        translate = Translator(low, mapping)
        self.translate = translate
        kinds = [translate.type(value.type) for value in graph.results]
        node = low.builder.append(CALL, [*self.operands, *(seeds or ())], {"graph": graph}, kinds)
        if self.template.token is not None:
            low.store.write(low.world, node.results[self.template.token])
        return list(node.results)

    def result(self, values: list[Value]) -> Abstract:
        """Return what the function itself returns."""
        return instantiate(self.low, self.template, values, self.operands, self.extended.given.place_list)

    def structure(self, name: str, gradients: dict[int, Value]) -> Abstract:
        """Return the gradient by one parameter, in the parameter's structure."""
        low = self.low
        numbers = {id(thing): number for number, thing in self.leaves[name]}

        def walk(thing: Any) -> Abstract:
            match thing:
                case Value() | ArrayRef():
                    number = numbers.get(id(thing))
                    return Known(None) if number is None else low.result(gradients[number])
                case Items(elements, cls):
                    return Items(tuple(map(walk, elements)), cls)
                case Handle(place):
                    content = low.store.read(place)
                    match content:
                        case ListContent(elements):
                            content = ListContent(tuple(map(walk, elements)))
                        case DictContent(entries):
                            content = DictContent(tuple((key, walk(entry)) for key, entry in entries))
                        case InstanceContent(fields):
                            content = InstanceContent(tuple((key, walk(entry)) for key, entry in fields))
                    return Handle(low.store.place(place.kind, content, cls=place.cls))
            return Known(None)

        return walk(self.values[name])

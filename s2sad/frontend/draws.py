"""Random numbers: generators made where they are used, draws from them, draws that move with their parameters.

A draw happens once, in its place.  Where the location or the scale of a distribution may carry a derivative, the draw is written as what
NumPy computes, location plus scale times a standard draw: the same number to the last bit, with its derivative.
"""

from __future__ import annotations

from typing import Any

from s2sad.frontend.arrays import subscript
from s2sad.frontend.effects import passive_value, reaches_active
from s2sad.frontend.lower import Lowering, describe
from s2sad.frontend.operators import binary
from s2sad.frontend.syntax import gast
from s2sad.frontend.values import Abstract, ArrayRef, Known
from s2sad.graph.core import Value
from s2sad.graph.types import Array, Generator, Number, Opaque, Scalar
from s2sad.rules.types import broadcast_types

# Distributions with a location and a scale: their parameters with defaults, and the standard draw.
MOVED: dict[str, tuple[dict[str, float], dict[str, str]]] = {
    "normal": ({"loc": 0.0, "scale": 1.0}, {"": "standard_normal"}),
    "uniform": ({"low": 0.0, "high": 1.0}, {"": "random", "RandomState": "random_sample"}),
    "exponential": ({"scale": 1.0}, {"": "standard_exponential"}),
}


def make_generator(low: Lowering, maker: Any, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Make a random generator: an effect, for without a seed each call makes another one."""
    things = [*arguments, *keywords.values()]
    kind = Generator({"default_rng": "Generator"}.get(maker.__name__, maker.__name__))
    for thing in things:
        if isinstance(thing, Value) and thing.type == kind:
            return thing  # a generator is handed through
    if any(reaches_active(low, thing) for thing in things):
        low.refuse("foreign", name=maker.__name__)
    values = [passive_value(low, thing) for thing in things]
    result = low.effect("foreign", low.constant(maker), *values, result=kind, kind=kind, keywords=tuple(keywords))
    assert result is not None
    return result


def _moved(low: Lowering, generator: Value, method: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract | None:
    """Return a draw that moves with its parameters; None where they cannot carry a derivative."""
    if not any(reaches_active(low, thing) for thing in (*arguments, *keywords.values())):
        return None
    name = generator.type.name if isinstance(generator.type, Generator) else ""
    if name == "Random" or method not in MOVED:
        low.refuse("foreign", name=f"the method {method} of a random generator")
    defaults, draws = MOVED[method]
    given = {**dict(zip((*defaults, "size"), arguments)), **keywords}
    if set(given) - {*defaults, "size"} or len(arguments) > len(defaults) + 1:
        low.refuse("foreign", name=f"the method {method} of a random generator")
    parameters = [given.get(label, Known(default)) for label, default in defaults.items()]
    size = given.get("size", Known(None))
    if isinstance(size, Known) and size.value is None:
        shape = broadcast_types(low.sizes, *(kind for kind in map(low.type_of, parameters) if kind is not None))
        if shape is None:
            low.refuse("rank", what="a parameter of a draw")
        rest = {"size": low.emit("tuple_of", *(low.builder.size(length) for length in shape))} if shape else {}
        standard = _standard(low, generator, draws.get(name, draws[""]), Array("f8", shape) if shape else Number("float"), rest)
    else:
        standard = draw(low, generator, draws.get(name, draws[""]), [], {"size": size})
    if method == "exponential":
        result = binary(low, gast.Mult, parameters[0], standard)
    else:
        first, second = parameters
        scale = second if method == "normal" else binary(low, gast.Sub, second, first)
        result = binary(low, gast.Add, first, binary(low, gast.Mult, scale, standard))
    kind = low.type_of(result)
    if isinstance(kind, Scalar):
        result = low.result(low.emit("cast", low.value(result), kind=Number("float")))
    return result


def _standard(low: Lowering, generator: Value, method: str, kind: Any, keywords: dict[str, Value]) -> Abstract:
    result = low.effect("draw", generator, *keywords.values(), result=kind, method=method, kind=kind, keywords=tuple(keywords))
    assert result is not None
    return low.result(result, contiguous=True)


def draw(low: Lowering, generator: Value, method: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Abstract:
    """Lower a method of a random generator."""
    moved = _moved(low, generator, method, arguments, keywords) if method != "shuffle" else None
    if moved is not None:
        return moved
    names = tuple(keywords)
    things = [*arguments, *keywords.values()]
    if method == "seed":
        values, kind = [passive_value(low, thing) for thing in things], Opaque("object")
        low.effect("draw", generator, *values, result=kind, method=method, kind=kind, keywords=names)
        return Known(None)
    if method in ("shuffle",):
        (target,) = arguments
        if not isinstance(target, ArrayRef) or keywords:
            low.refuse("operands", what="shuffle", kinds=describe(target))
        size = low.emit("length", low.read(target))
        order = low.effect(
            "draw",
            generator,
            size,
            result=Array("i8", (size.type.size or low.sizes.fresh(),)) if isinstance(size.type, Number) else None,
            method="permutation",
            kind=None,
            keywords=(),
        )
        assert order is not None

        shuffled = subscript(low, target, low.result(order))
        low.overwrite(target, low.value(shuffled))
        return Known(None)
    values = [passive_value(low, thing) for thing in things]
    kind = draw_type(low, generator, method, arguments, keywords)
    result = low.effect("draw", generator, *values, result=kind, method=method, kind=kind, keywords=names)
    assert result is not None
    return low.result(result, contiguous=True)


def draw_type(low: Lowering, generator: Value, method: str, arguments: list[Abstract], keywords: dict[str, Abstract]) -> Any:
    """Return the type of what a generator draws."""
    floats = {
        "random": 0,
        "standard_normal": 0,
        "normal": 2,
        "uniform": 2,
        "exponential": 1,
        "gamma": 2,
        "beta": 2,
        "standard_exponential": 0,
        "rand": -1,
        "randn": -1,
        "laplace": 2,
        "lognormal": 2,
        "triangular": 3,
        "standard_gamma": 1,
        "chisquare": 1,
        "random_sample": 0,
    }
    ints = {"integers": 2, "randint": 2, "poisson": 1, "binomial": 2, "geometric": 1}
    if isinstance(generator.type, Generator) and generator.type.name == "Random":
        if method in ("random", "uniform", "gauss", "normalvariate", "expovariate", "betavariate"):
            return Number("float")
        if method in ("randint", "randrange"):
            return Number("int")
        low.refuse("unknown attribute", name=method, what="a random generator")
    if method == "permutation" and arguments:
        kind = low.type_of(arguments[0])
        if isinstance(kind, Array):
            return kind
        from s2sad.frontend.numpy_calls import size_argument

        return Array("i8", (size_argument(low, arguments[0]),))
    if method == "choice" and arguments:
        kind = low.type_of(arguments[0])
        dtype = kind.dtype if isinstance(kind, Array) else "i8"
        size = keywords.get("size") or (arguments[1] if len(arguments) > 1 else Known(None))
        return _drawn(low, dtype, size)
    if method in floats:
        place = floats[method]
        if place == -1:
            from s2sad.frontend.numpy_calls import size_argument

            return Array("f8", tuple(size_argument(low, argument) for argument in arguments)) if arguments else Number("float")
        size = keywords.get("size") or (arguments[place] if len(arguments) > place else Known(None))
        dtype = "f8"
        if "dtype" in keywords:
            from s2sad.frontend.numpy_calls import dtype_argument

            dtype = dtype_argument(low, keywords["dtype"]) or "f8"
        parameters = [low.type_of(argument) for argument in arguments[:place]] + [
            low.type_of(value) for name, value in keywords.items() if name not in ("size", "dtype")
        ]
        if any(isinstance(kind, Array) for kind in parameters) and isinstance(size, Known) and size.value is None:
            return Array(dtype, broadcast_types(low.sizes, *(kind for kind in parameters if kind is not None)))
        return _drawn(low, dtype, size)
    if method in ints:
        place = ints[method]
        size = keywords.get("size") or (arguments[place] if len(arguments) > place else Known(None))
        return _drawn(low, "i8", size, number="int" if method in ("randint",) else None)
    low.refuse("unknown attribute", name=method, what="a random generator")


def _drawn(low: Lowering, dtype: str, size: Abstract, number: str | None = None) -> Any:

    if isinstance(size, Known) and size.value is None:
        if number is not None:
            return Number(number)
        return Number("float") if dtype == "f8" else Scalar(dtype)
    from s2sad.frontend.numpy_calls import shape_argument

    return Array(dtype, shape_argument(low, size))
